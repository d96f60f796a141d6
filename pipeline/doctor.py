"""What is installed, what is missing, and how to get it.

Guarantee: `diagnose` neither raises, prints nor changes anything, however broken the installation is.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractors import office
from extractors.limits import LIMITS
from extractors.tessdata import LANGUAGES, MEND, fetch_folder, find_tessdata, whereabouts

OLDEST_PYTHON = (3, 11)

PACKAGES = {
    "pypdfium2": "pypdfium2",
    "pdfplumber": "pdfplumber",
    "python-docx": "docx",
    "lxml": "lxml.etree",
    "opencv-python-headless": "cv2",
    "tesserocr": "tesserocr",
    "numpy": "numpy",
    "pillow": "PIL.Image",
    "pandas": "pandas",
    "pandera": "pandera.pandas",
    "pyarrow": "pyarrow",
}
"""Packages with a compiled core, or that load one: the module that proves each works."""

REINSTALL = (
    "install zvity anew into an environment of its own: `uv tool install --reinstall zvity` or `make clean setup`"
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at.

    `remedy` says what to do and is `None` where `ok`. Without what is not `required` a part of zvity rests and the rest
    works; `detail` says which.
    """

    name: str
    ok: bool
    detail: str
    remedy: str | None = None
    required: bool = True


def diagnose() -> list[Diagnosis]:
    """Look at everything zvity needs or can use, in the order a person would mend it."""
    packages = (_package(name, module) for name, module in PACKAGES.items())
    return [_python(), *packages, _models(), _cache(), _office(), _limits()]


def _python() -> Diagnosis:
    found = f"{platform.python_version()} in {sys.executable}"
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Diagnosis("Python", True, found)
    return Diagnosis("Python", False, found, "install Python 3.11 or newer")


def _package(name: str, module: str) -> Diagnosis:
    """Import the package for real, since a compiled core may be there and not load."""
    try:
        loaded = importlib.import_module(module)
        detail = version(name)
        if name == "tesserocr":
            engine: Callable[[], str] = loaded.tesseract_version
            detail = f"{detail} with {engine().splitlines()[0]}"
    except PackageNotFoundError:
        return Diagnosis(name, False, "not installed", REINSTALL)
    except Exception as error:  # what a broken compiled core raises is anyone's guess
        return Diagnosis(name, False, f"does not load: {error}", REINSTALL)
    return Diagnosis(name, True, detail)


def _models() -> Diagnosis:
    name = f"OCR models {' and '.join(LANGUAGES)}"
    found = find_tessdata()
    if found is None:
        return Diagnosis(name, False, f"scans are refused: {whereabouts()}", MEND, required=False)
    return Diagnosis(name, True, str(found), required=False)


def _cache() -> Diagnosis:
    """Whether fetched models can be written, found out without writing."""
    folder = fetch_folder()
    nearest = next((parent for parent in (folder, *folder.parents) if parent.exists()), Path("/"))
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Diagnosis("Cache", True, f"{folder} can be written", required=False)
    remedy = "allow writing there, or name another folder in ZVITY_TESSDATA"
    return Diagnosis("Cache", False, f"OCR models cannot be kept: {nearest} cannot be written", remedy, required=False)


def _limits() -> Diagnosis:
    """Name all limits of a document; they are part of zvity and cannot be amiss."""
    told = ", ".join(f"{field.name} {getattr(LIMITS, field.name)}" for field in fields(LIMITS))
    return Diagnosis("Limits of a document", True, told, required=False)


def _office() -> Diagnosis:
    found = office.program()
    if found is not None:
        return Diagnosis("LibreOffice", True, found, required=False)
    remedy = "install LibreOffice, for example with `apt-get install libreoffice-writer-nogui`"
    return Diagnosis("LibreOffice", False, "not found: DOC, RTF and ODT are refused", remedy, required=False)
