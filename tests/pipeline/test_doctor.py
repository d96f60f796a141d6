"""What the doctor sees on sound and on broken machines."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from extractors import tessdata
from extractors.limits import Limits
from pipeline import doctor
from pipeline.doctor import Diagnosis, diagnose


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No models and no LibreOffice; the packages are those of the environment."""
    monkeypatch.delenv("ZVITY_TESSDATA", raising=False)
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tessdata, "SYSTEM_PATTERNS", ())
    monkeypatch.setattr(tessdata, "user_cache_path", lambda name: tmp_path / "cache" / name)


def seen(name: str) -> Diagnosis:
    return {diagnosis.name: diagnosis for diagnosis in diagnose()}[name]


def break_import(monkeypatch: pytest.MonkeyPatch, broken: str, error: Exception) -> None:
    importing = importlib.import_module

    def import_module(name: str) -> ModuleType:
        if name == broken:
            raise error
        return importing(name)

    monkeypatch.setattr(importlib, "import_module", import_module)


def test_sound_packages_are_ok_with_their_versions() -> None:
    found = {diagnosis.name: diagnosis for diagnosis in diagnose()}
    assert set(doctor.PACKAGES) <= set(found)
    for name in doctor.PACKAGES:
        assert found[name].ok, found[name]
        assert found[name].detail == version(name) or name == "tesserocr"
    assert found["Python"].ok
    assert found["tesserocr"].detail.startswith(f"{version('tesserocr')} with tesseract 5.")


def test_every_limit_is_told_with_its_value() -> None:
    told = dict(item.rsplit(" ", 1) for item in seen("Limits of a document").detail.split(", "))
    assert told == {field.name: str(field.default) for field in fields(Limits)}


def test_every_trouble_has_a_remedy_and_only_trouble_has_one() -> None:
    for diagnosis in diagnose():
        assert (diagnosis.remedy is None) == diagnosis.ok, diagnosis


def test_old_python_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 14, "final", 0))
    assert seen("Python").remedy == "install Python 3.11 or newer"
    assert seen("Python").required


def test_missing_package_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    break_import(monkeypatch, "cv2", ModuleNotFoundError("No module named 'cv2'", name="cv2"))
    assert not seen("opencv-python-headless").ok
    assert seen("opencv-python-headless").detail == "does not load: No module named 'cv2'"
    assert seen("opencv-python-headless").required


def test_compiled_core_that_does_not_load_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    break_import(monkeypatch, "tesserocr", OSError("libstdc++.so.6: version `GLIBCXX_3.4.32' not found"))
    assert not seen("tesserocr").ok
    assert "GLIBCXX_3.4.32" in seen("tesserocr").detail


def test_missing_models_are_trouble_for_scans_only() -> None:
    models = seen("OCR models ukr and eng")
    assert not models.ok
    assert not models.required
    assert models.detail.startswith("scans are refused: no folder holds ukr.traineddata and eng.traineddata")
    assert models.remedy is not None
    assert "zvity doctor --fetch-models" in models.remedy


def test_models_are_told_with_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "cache/zvity/tessdata"
    folder.mkdir(parents=True)
    for language in tessdata.LANGUAGES:
        (folder / tessdata.model_file(language)).touch()
    assert seen("OCR models ukr and eng") == Diagnosis("OCR models ukr and eng", True, str(folder), required=False)


def test_cache_is_judged_by_its_nearest_folder_and_not_made(tmp_path: Path) -> None:
    assert seen("Cache").ok
    assert not (tmp_path / "cache").exists()


def test_file_in_the_place_of_the_cache_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    (tmp_path / "cache").chmod(0o755)
    assert not seen("Cache").ok
    assert str(tmp_path / "cache") in seen("Cache").detail


def test_cache_without_permission_is_trouble(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path and access(path, mode))
    assert not seen("Cache").ok


def test_office_is_wanted_but_not_required(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert not seen("LibreOffice").ok
    assert not seen("LibreOffice").required
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert seen("LibreOffice") == Diagnosis("LibreOffice", True, str(program), required=False)
    assert shutil.which("soffice") == str(program)
