"""Where the OCR models are.

Guarantee: the folder given holds every model in `LANGUAGES`, readable. The order is `ZVITY_TESSDATA`,
`TESSDATA_PREFIX`, the system's folders, the user's cache. `ZVITY_TESSDATA` is a decision: where it is set, no other
folder is looked at, so that a mistyped path is an error and not another model in silence.
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

from extractors.errors import Refused

LANGUAGES = ("ukr", "eng")
"""Texts are read with both, numbers again with `eng` alone."""

SYSTEM_PATTERNS = (
    "/usr/share/tesseract-ocr/*/tessdata",  # Debian, Ubuntu
    "/usr/share/tesseract-ocr/tessdata",
    "/usr/share/tessdata",  # Arch, Alpine, SUSE
    "/usr/share/tesseract/tessdata",  # Fedora
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "/home/linuxbrew/.linuxbrew/share/tessdata",
    "/opt/local/share/tessdata",  # MacPorts
)
"""Folders in which package managers put models; a `*` stands for a version, the highest first."""

MEND = (
    "fetch them with `zvity doctor --fetch-models` (in the repository: `make models`) "
    "or install them with `apt-get install tesseract-ocr-ukr tesseract-ocr-eng`"
)
"""What to do where models are missing."""


def model_file(language: str) -> str:
    """The file name that Tesseract wants for a language's model."""
    return f"{language}.traineddata"


def chosen_folder() -> Path | None:
    """The folder that the user named in `ZVITY_TESSDATA`, with or without models in it."""
    named = os.environ.get("ZVITY_TESSDATA")
    return Path(named) if named else None


def fetch_folder() -> Path:
    """The folder that fetched models go into: the one the user named, else the one in the user's cache."""
    return chosen_folder() or user_cache_path("zvity") / "tessdata"


def search_folders() -> list[Path]:
    """The folders looked at for models, in order, whether they exist or not."""
    chosen = chosen_folder()
    if chosen is not None:
        return [chosen]
    folders = []
    prefix = os.environ.get("TESSDATA_PREFIX")
    if prefix:
        folders += [Path(prefix), Path(prefix) / "tessdata"]
    for pattern in SYSTEM_PATTERNS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True) if "*" in pattern else [Path(pattern)]
    return [*folders, fetch_folder()]


def find_tessdata() -> Path | None:
    """The first folder that holds every model, or `None`."""
    return next((folder for folder in search_folders() if not missing_languages(folder)), None)


def missing_languages(folder: Path) -> list[str]:
    """The languages without a readable model in `folder`."""
    return [
        language
        for language in LANGUAGES
        if not (os.access(folder / model_file(language), os.R_OK) and (folder / model_file(language)).is_file())
    ]


def require_tessdata() -> Path:
    """The first folder that holds every model.

    Raises:
        Refused: with reason `ocr_models`, telling where models were looked for and the commands that mend it.
    """
    found = find_tessdata()
    if found is None:
        raise Refused("ocr_models", f"a scan cannot be read: {whereabouts()}; {MEND}")
    return found


def whereabouts() -> str:
    """Which files are missing and where they were looked for."""
    chosen = chosen_folder()
    if chosen is not None:
        lacking = ", ".join(model_file(language) for language in missing_languages(chosen))
        return f"ZVITY_TESSDATA names {chosen}, which lacks {lacking}"
    files = " and ".join(map(model_file, LANGUAGES))
    return f"no folder holds {files} (looked in {', '.join(map(str, search_folders()))})"
