"""The store: results by content and version, whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import __version__
from pipeline import store as store_module
from pipeline.store import Outcome, Store, version, written_aside

ID = "ab" * 32


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path, version())
    outcome = Outcome(ID, "published", None, {"tables": [{"table": 1, "caption": "Заходи", "unit": None}]})
    assert store.get(ID) is None
    store.put(outcome)
    assert store.get(ID) == outcome
    assert store.get("cd" * 32) is None


def test_another_version_does_not_see_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, version())
    store.put(Outcome(ID, "published"))
    assert Store(tmp_path, "9.9.9+other").get(ID) is None


@pytest.mark.parametrize("word", ["ocr_models", "crashed", "unreadable_file", "defect"])
def test_what_lies_in_the_machine_is_not_kept(tmp_path: Path, word: str) -> None:
    store = Store(tmp_path, version())
    store.put(Outcome(ID, "refused", f"{word}: mend it"))
    assert store.get(ID) is None
    store.put(Outcome(ID, "refused", "encrypted: mend it"))
    assert store.get(ID) is not None


def test_a_damaged_result_is_read_anew(tmp_path: Path) -> None:
    store = Store(tmp_path, version())
    store.put(Outcome(ID, "published"))
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(file.read_bytes()[:-3])
    assert store.get(ID) is None
    file.write_text('{"another": "shape"}')
    assert store.get(ID) is None


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "data.csv"
    target.write_text("old")

    def fail_half_way() -> None:
        with written_aside(target) as file:
            file.write(b"half of the n")
            raise OSError("disk is full")

    with pytest.raises(OSError, match="disk"):
        fail_half_way()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    with written_aside(target) as file:
        file.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"


def test_the_version_names_the_code(tmp_path: Path) -> None:
    store_module._digest.cache_clear()
    assert store_module.version().startswith(__version__ + "+")
    assert len(store_module.version().split("+")[1]) == 12
