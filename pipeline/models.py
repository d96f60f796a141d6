"""Fetch the OCR models: `python -m pipeline.models`, `zvity doctor --fetch-models`.

Guarantee: a model stands whole in its folder or not at all. Models are fetched beside their place, must load in
Tesseract, and are moved in at the end. No root is needed, and nothing is fetched where models are already found.

There are two sources, tried in this order: npm's packages, whose models read better, and Debian's.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

from extractors.errors import ZvityError
from extractors.tessdata import LANGUAGES, fetch_folder, find_tessdata, model_file

NPM_PACKAGE = "@tesseract.js-data/{language}@1.0.0"
NPM_MEMBER = "package/4.0.0_best_int/{language}.traineddata.gz"
DEBIAN_PACKAGE = "tesseract-ocr-{language}"

SMALLEST_BYTES = 1_000_000
LARGEST_BYTES = 64_000_000
SECONDS = 300
"""The longest that one program may take."""

_LOAD = "import sys, tesserocr; tesserocr.PyTessBaseAPI(path=sys.argv[1], lang=sys.argv[2]).End()"


class ModelsUnavailable(ZvityError):
    """No source gave the models; the message says why for each, and what to do."""


class _SourceFailed(Exception):
    """One source gave no models; the next may."""


def fetch_models(say: Callable[[str], None]) -> Path:
    """Make sure that the models are there and give their folder.

    Args:
        say: is given a line of text for the user at each step.

    Raises:
        ModelsUnavailable: no source gave models, or their folder cannot be written.
    """
    found = find_tessdata()
    if found is not None:
        say(f"OCR models are in {found}")
        return found
    target = fetch_folder().absolute()
    failures = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, fetch in (("npm", _from_npm), ("Debian", _from_debian)):
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target) as scratch:
                try:
                    say(f"Fetching the OCR models from {name}")
                    models = fetch(Path(scratch))
                    _verify(models)
                except _SourceFailed as failure:
                    failures.append(f"{name}: {failure}")
                    continue
                for language in LANGUAGES:
                    (models / model_file(language)).replace(target / model_file(language))
                say(f"OCR models are in {target}")
                return target
    except OSError as error:
        failures.append(f"{target}: {error.strerror or error}")
    raise ModelsUnavailable(
        f"the OCR models {' and '.join(LANGUAGES)} could not be fetched ({'; '.join(failures)}); install them with "
        "`apt-get install tesseract-ocr-ukr tesseract-ocr-eng`, or put ukr.traineddata and eng.traineddata into a "
        "folder and name it in ZVITY_TESSDATA"
    )


def _from_npm(scratch: Path) -> Path:
    """Unpack the models of npm's packages into `scratch`; the packages' own code is never run."""
    _run("npm", "pack", *(NPM_PACKAGE.format(language=language) for language in LANGUAGES), folder=scratch)
    for language in LANGUAGES:
        package = _only(scratch, f"*-{language}-*.tgz")
        member = NPM_MEMBER.format(language=language)
        try:
            with tarfile.open(package) as archive:
                packed = archive.extractfile(member)
                if packed is None:
                    raise _SourceFailed(f"{package.name} holds {member} as something else than a file")
                with packed, gzip.open(packed) as content:
                    (scratch / model_file(language)).write_bytes(content.read(LARGEST_BYTES + 1))
        except (tarfile.TarError, KeyError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _SourceFailed(f"{package.name} is damaged: {error}") from error
    return scratch


def _from_debian(scratch: Path) -> Path:
    """Download Debian's packages and unpack them below `scratch`, without installing them."""
    packages = [DEBIAN_PACKAGE.format(language=language) for language in LANGUAGES]
    try:
        _run("apt-get", "download", *packages, folder=scratch)
    except _SourceFailed:
        if os.geteuid() != 0:
            raise
        _run("apt-get", "update", folder=scratch)  # a fresh machine has no package lists
        _run("apt-get", "download", *packages, folder=scratch)
    for language, package in zip(LANGUAGES, packages, strict=True):
        unpacked = scratch / f"unpacked-{language}"
        _run("dpkg-deb", "-x", str(_only(scratch, f"{package}_*.deb")), str(unpacked), folder=scratch)
        _only(unpacked, f"**/{model_file(language)}").replace(scratch / model_file(language))
    return scratch


def _verify(folder: Path) -> None:
    """Refuse models that are cut short, or that this machine's Tesseract cannot load."""
    for language in LANGUAGES:
        size = (folder / model_file(language)).stat().st_size
        if not SMALLEST_BYTES <= size <= LARGEST_BYTES:
            raise _SourceFailed(f"{model_file(language)} has {size} bytes, which is no model")
    # A process of its own, for Tesseract may abort on a bad model.
    _execute([sys.executable, "-P", "-c", _LOAD, str(folder), "+".join(LANGUAGES)], "loading the models", folder)


def _only(folder: Path, pattern: str) -> Path:
    """The one file that a program was to leave."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise _SourceFailed(f"expected one file {pattern}, found {len(found)}")
    return found[0]


def _run(program: str, *arguments: str, folder: Path) -> None:
    """Run a program of the system in `folder`."""
    path = shutil.which(program)
    if path is None:
        raise _SourceFailed(f"{program} is not installed")
    _execute([path, *arguments], f"{program} {arguments[0]}", folder)


def _execute(command: list[str], name: str, folder: Path) -> None:
    """Run a command in `folder`, without input and for at most `SECONDS`; its last words explain a failure."""
    try:
        subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise _SourceFailed(f"{name} took longer than {SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.strip().splitlines()
        raise _SourceFailed(f"{name} failed: {words[-1] if words else f'exit code {error.returncode}'}") from error


def main() -> int:
    """Fetch the models and talk on stderr; 0 when they are there, 1 when not."""
    try:
        fetch_models(_tell)
    except ModelsUnavailable as error:
        _tell(f"Warning: {error}")
        return 1
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
