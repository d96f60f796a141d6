"""Where OCR models are looked for, in which order, and what is said where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors import tessdata
from extractors.errors import Refused


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with no models: no variables, no system folders, an empty cache."""
    monkeypatch.delenv("ZVITY_TESSDATA", raising=False)
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setattr(tessdata, "SYSTEM_PATTERNS", (str(tmp_path / "system/*/tessdata"), str(tmp_path / "share")))
    monkeypatch.setattr(tessdata, "user_cache_path", lambda name: tmp_path / "cache" / name)


def put_models(folder: Path, *languages: str) -> Path:
    folder.mkdir(parents=True)
    for language in languages or ("ukr", "eng"):
        (folder / f"{language}.traineddata").write_bytes(b"model")
    return folder


def test_no_models_anywhere() -> None:
    assert tessdata.find_tessdata() is None


def test_order_is_chosen_folder_then_prefix_then_system_then_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = put_models(tmp_path / "cache/zvity/tessdata")
    assert tessdata.find_tessdata() == cache
    share = put_models(tmp_path / "share")
    assert tessdata.find_tessdata() == share
    older = put_models(tmp_path / "system/4.00/tessdata")
    assert tessdata.find_tessdata() == older
    newer = put_models(tmp_path / "system/5/tessdata")
    assert tessdata.find_tessdata() == newer
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "prefix"))
    below_prefix = put_models(tmp_path / "prefix/tessdata")
    assert tessdata.find_tessdata() == below_prefix
    for language in ("ukr", "eng"):
        (tmp_path / "prefix" / f"{language}.traineddata").write_bytes(b"model")
    assert tessdata.find_tessdata() == tmp_path / "prefix"
    chosen = put_models(tmp_path / "chosen")
    monkeypatch.setenv("ZVITY_TESSDATA", str(chosen))
    assert tessdata.find_tessdata() == chosen


def test_folder_without_both_models_is_passed_over(tmp_path: Path) -> None:
    put_models(tmp_path / "system/5/tessdata", "eng")
    put_models(tmp_path / "share", "ukr")
    cache = put_models(tmp_path / "cache/zvity/tessdata")
    assert tessdata.find_tessdata() == cache


def test_folder_named_like_a_model_is_no_model(tmp_path: Path) -> None:
    share = put_models(tmp_path / "share", "ukr")
    (share / "eng.traineddata").mkdir()
    assert tessdata.missing_languages(share) == ["eng"]


def test_prefix_without_models_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "nowhere"))
    share = put_models(tmp_path / "share")
    assert tessdata.find_tessdata() == share


def test_mistyped_choice_is_an_error_though_the_system_has_models(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_models(tmp_path / "share")
    chosen = put_models(tmp_path / "chosen", "ukr")
    monkeypatch.setenv("ZVITY_TESSDATA", str(chosen))
    assert tessdata.find_tessdata() is None
    with pytest.raises(Refused) as refused:
        tessdata.require_tessdata()
    assert f"ZVITY_TESSDATA names {chosen}, which lacks eng.traineddata;" in str(refused.value)


@pytest.mark.parametrize("variable", ["ZVITY_TESSDATA", "TESSDATA_PREFIX"])
def test_empty_variable_counts_as_unset(variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(variable, "")
    monkeypatch.chdir(put_models(tmp_path / "here"))
    share = put_models(tmp_path / "share")
    assert tessdata.find_tessdata() == share


def test_require_gives_the_folder(tmp_path: Path) -> None:
    share = put_models(tmp_path / "share")
    assert tessdata.require_tessdata() == share


def test_refusal_tells_what_where_and_the_commands_that_mend_it(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        tessdata.require_tessdata()
    assert refused.value.reason == "ocr_models"
    message = str(refused.value)
    for part in (
        "ukr.traineddata and eng.traineddata",
        str(tmp_path / "share"),
        str(tmp_path / "cache/zvity/tessdata"),
        "zvity doctor --fetch-models",
        "make models",
        "apt-get install tesseract-ocr-ukr",
    ):
        assert part in message


def test_fetched_models_go_where_they_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_models(tessdata.fetch_folder())
    assert tessdata.find_tessdata() == tessdata.fetch_folder()
    monkeypatch.setenv("ZVITY_TESSDATA", str(tmp_path / "chosen"))
    put_models(tessdata.fetch_folder())
    assert tessdata.find_tessdata() == tmp_path / "chosen"
