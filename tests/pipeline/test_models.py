"""Fetching OCR models with programs that the tests put on PATH: no network, no real package manager."""

from __future__ import annotations

import gzip
import io
import os
import random
import shlex
import tarfile
import time
from pathlib import Path

import pytest

from extractors import tessdata
from pipeline import models

INSTALLED = tessdata.find_tessdata()
CONTENT = {language: random.Random(language).randbytes(models.SMALLEST_BYTES) for language in ("ukr", "eng")}
DPKG_DEB = 'test "$1" = -x && /bin/mkdir -p "$3/usr/share/tesseract-ocr/5/tessdata" && . "$2"'


class Machine:
    """A machine on which only the programs exist that a test puts there."""

    def __init__(self, root: Path) -> None:
        self.programs = root / "programs"
        self.packages = root / "packages"
        self.cache = root / "cache/zvity/tessdata"
        self.log = root / "log"
        for folder in (self.programs, self.packages):
            folder.mkdir()

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >> {shlex.quote(str(self.log))}\n{script}\n')
        path.chmod(0o755)

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def npm(self, content: dict[str, bytes], cut: int | None = None) -> None:
        """An npm that gives these models, each package cut to `cut` bytes."""
        for language, model in content.items():
            package = self.packages / f"tesseract.js-data-{language}-1.0.0.tgz"
            packed = gzip.compress(model, 1)
            with tarfile.open(package, "w:gz", compresslevel=1) as archive:
                member = tarfile.TarInfo(f"package/4.0.0_best_int/{language}.traineddata.gz")
                member.size = len(packed)
                archive.addfile(member, io.BytesIO(packed))
            package.write_bytes(package.read_bytes()[:cut])
        self.program("npm", f"/bin/cp {shlex.quote(str(self.packages))}/*.tgz .")

    def debian(self, content: dict[str, bytes], *, lists: bool = True) -> None:
        """Debian's programs with these models; without package lists until `apt-get update`."""
        for language, model in content.items():
            data = self.packages / f"{language}.model"
            data.write_bytes(model)
            (self.packages / f"tesseract-ocr-{language}_4.1_all.deb").write_text(
                f'/bin/cp {shlex.quote(str(data))} "$3/usr/share/tesseract-ocr/5/tessdata/{language}.traineddata"'
            )
        updated = self.packages / "updated"
        if lists:
            updated.touch()
        self.program(
            "apt-get",
            f"""case "$1" in
            update) : > {shlex.quote(str(updated))};;
            download) test -e {shlex.quote(str(updated))} || {{ echo "E: Unable to locate package" >&2; exit 100; }}
              /bin/cp {shlex.quote(str(self.packages))}/*.deb .;;
            esac""",
        )
        self.program("dpkg-deb", DPKG_DEB)

    def left(self) -> list[str]:
        """Everything that stands in the cache."""
        return sorted(path.name for path in self.cache.rglob("*")) if self.cache.exists() else []


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(made.programs))
    monkeypatch.delenv("ZVITY_TESSDATA", raising=False)
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setattr(tessdata, "SYSTEM_PATTERNS", ())
    monkeypatch.setattr(tessdata, "user_cache_path", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr(models, "_LOAD", "")  # the models here are no models
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return made


def fetch() -> tuple[Path, list[str]]:
    said: list[str] = []
    return models.fetch_models(said.append), said


def assert_complete(folder: Path) -> None:
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "ukr.traineddata": CONTENT["ukr"],
        "eng.traineddata": CONTENT["eng"],
    }


def test_npm_fills_the_cache(machine: Machine) -> None:
    machine.npm(CONTENT)
    folder, said = fetch()
    assert folder == machine.cache == tessdata.find_tessdata()
    assert_complete(machine.cache)
    assert machine.calls() == ["npm pack @tesseract.js-data/ukr@1.0.0 @tesseract.js-data/eng@1.0.0"]
    assert said == ["Fetching the OCR models from npm", f"OCR models are in {machine.cache}"]


def test_npm_is_preferred_to_debian(machine: Machine) -> None:
    machine.debian(dict.fromkeys(CONTENT, b"d" * models.SMALLEST_BYTES))
    machine.npm(CONTENT)
    fetch()
    assert_complete(machine.cache)


def test_debian_fills_the_cache_where_npm_is_not_installed(machine: Machine) -> None:
    machine.debian(CONTENT)
    assert fetch()[0] == machine.cache
    assert_complete(machine.cache)
    assert "apt-get update" not in machine.calls()


def test_debian_package_lists_are_fetched_by_root_only(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.debian(CONTENT, lists=False)
    with pytest.raises(models.ModelsUnavailable, match="E: Unable to locate package"):
        fetch()
    assert "apt-get update" not in machine.calls()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    fetch()
    assert_complete(machine.cache)
    assert machine.calls().count("apt-get update") == 1


def test_models_already_there_are_not_fetched(machine: Machine) -> None:
    machine.npm(CONTENT)
    fetch()
    folder, said = fetch()
    assert said == [f"OCR models are in {folder}"]
    assert len(machine.calls()) == 1


def test_models_go_into_the_folder_the_user_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine.debian(CONTENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZVITY_TESSDATA", "named")
    fetch()
    assert_complete(tmp_path / "named")
    assert not machine.cache.exists()


@pytest.mark.parametrize("cut", [0, 20, 1000, 500_000])
def test_truncated_download_leaves_nothing(machine: Machine, cut: int) -> None:
    machine.npm(CONTENT, cut=cut)
    with pytest.raises(models.ModelsUnavailable, match=r"npm: .*-ukr-1\.0\.0\.tgz is damaged"):
        fetch()
    assert machine.left() == []


def test_truncated_model_inside_a_sound_package_leaves_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    compress = gzip.compress
    monkeypatch.setattr(gzip, "compress", lambda data, level: compress(data, level)[:-50])
    machine.npm(CONTENT)
    with pytest.raises(models.ModelsUnavailable, match=r"npm: .* is damaged"):
        fetch()
    assert machine.left() == []


def test_damaged_stream_inside_a_sound_package_leaves_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    compress = gzip.compress
    monkeypatch.setattr(gzip, "compress", lambda data, level: compress(data, level)[:10] + b"\xff" * 4000)
    machine.npm(CONTENT)
    with pytest.raises(models.ModelsUnavailable, match=r"npm: .* is damaged"):
        fetch()
    assert machine.left() == []


def test_damaged_npm_package_gives_way_to_debian(machine: Machine) -> None:
    machine.npm(CONTENT, cut=500_000)
    machine.debian(CONTENT)
    _, said = fetch()
    assert_complete(machine.cache)
    assert said[:2] == ["Fetching the OCR models from npm", "Fetching the OCR models from Debian"]


def test_package_without_the_model_is_refused(machine: Machine) -> None:
    machine.npm({"ukr": CONTENT["ukr"]})
    with pytest.raises(models.ModelsUnavailable, match=r"expected one file \*-eng-\*\.tgz, found 0"):
        fetch()
    assert machine.left() == []


def test_model_too_small_to_be_one_is_refused(machine: Machine) -> None:
    machine.npm({**CONTENT, "eng": b"<html>not found</html>"})
    with pytest.raises(models.ModelsUnavailable, match=r"eng\.traineddata has 22 bytes, which is no model"):
        fetch()
    assert machine.left() == []


def test_model_that_unpacks_without_end_is_refused(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "LARGEST_BYTES", models.SMALLEST_BYTES)
    machine.npm({**CONTENT, "ukr": b"\0" * models.SMALLEST_BYTES * 3})
    with pytest.raises(models.ModelsUnavailable, match=f"ukr.traineddata has {models.SMALLEST_BYTES + 1} bytes"):
        fetch()
    assert machine.left() == []


def test_model_that_tesseract_cannot_load_is_refused(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_LOAD", LOAD)
    machine.npm(CONTENT)
    with pytest.raises(models.ModelsUnavailable, match="loading the models failed: RuntimeError: Failed to init API"):
        fetch()
    assert machine.left() == []


@pytest.mark.ocr
def test_true_models_load(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert INSTALLED is not None, "`make models` fetches the OCR models"
    true = {language: (INSTALLED / tessdata.model_file(language)).read_bytes() for language in CONTENT}
    monkeypatch.setattr(models, "_LOAD", LOAD)
    machine.npm(true)
    fetch()
    assert machine.left() == ["eng.traineddata", "ukr.traineddata"]


def test_program_that_hangs_is_ended(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "SECONDS", 0.3)
    machine.program("npm", ": > partial.tgz; exec /bin/sleep 60")
    started = time.monotonic()
    with pytest.raises(models.ModelsUnavailable, match=r"npm pack took longer than 0\.3 s"):
        fetch()
    assert time.monotonic() - started < 4
    assert machine.left() == []


def test_interruption_leaves_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(folder: Path) -> None:
        assert (folder / "ukr.traineddata").exists()
        raise KeyboardInterrupt

    machine.npm(CONTENT)
    monkeypatch.setattr(models, "_verify", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch()
    assert machine.left() == []


def test_failure_names_every_source_and_the_remedy(machine: Machine) -> None:
    machine.program("npm", 'echo "npm error code ENOTFOUND" >&2; exit 1')
    with pytest.raises(models.ModelsUnavailable) as failed:
        fetch()
    message = str(failed.value)
    assert "npm: npm pack failed: npm error code ENOTFOUND; Debian: apt-get is not installed" in message
    assert "apt-get install tesseract-ocr-ukr tesseract-ocr-eng" in message
    assert "ZVITY_TESSDATA" in message


def test_silent_program_is_reported_by_its_exit_code(machine: Machine) -> None:
    machine.program("npm", "exit 3")
    with pytest.raises(models.ModelsUnavailable, match="npm pack failed: exit code 3"):
        fetch()


def test_folder_that_cannot_be_written_is_reported(machine: Machine) -> None:
    machine.npm(CONTENT)
    machine.cache.parent.parent.write_text("a file where the cache should be")
    with pytest.raises(models.ModelsUnavailable, match="Not a directory"):
        fetch()


def test_command_talks_on_stderr_and_exits_with_what_came_of_it(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models.main() == 1
    missing = capsys.readouterr()
    assert missing.err.splitlines()[-1].startswith("Warning: the OCR models ukr and eng could not be fetched")
    machine.npm(CONTENT)
    assert models.main() == 0
    there = capsys.readouterr()
    assert there.err.splitlines()[-1] == f"OCR models are in {machine.cache}"
    assert missing.out == there.out == ""


LOAD = models._LOAD
"""The true check, kept before any test replaces it."""
