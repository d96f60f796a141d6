"""What `zvity publish` is asked for and what it says."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from pipeline.config import Config
from pipeline.exits import UsageError
from pipeline.folders import Folder
from pipeline.publish.package import Selection
from pipeline.publish.publish import Published, publish
from pipeline.publish.settings import about_of

Places = tuple[Folder, Folder, Folder | None]
"""The output of a run, the package's folder, and the former package where that is not there."""


def publish_from_command_line(
    places: Places,
    settings: Config,
    only: str | None,
    families: tuple[str, ...],
    since: int | None,
    issued: str | None,
    modified: str | None,
    *,
    signatures: bool,
) -> tuple[dict[str, Any], list[str]]:
    """Publish; give what a program reads of it, and the lines that a person reads.

    Raises:
        UsageError: an option is wrong.
        RunError: nothing is published (`publish`).
    """
    if only not in (None, "verified"):
        raise UsageError(f"--only {only} is not known; the one choice is --only verified")
    selection = Selection(only is not None, tuple(dict.fromkeys(families)), since, signatures)
    about = about_of(settings.file, _day("--issued", issued), _day("--modified", modified))
    out, dest, previous = places
    found = publish(out, dest, about, selection, previous=previous, strict=settings.strict)
    return _as_json(dest, found), _lines(dest, found)


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} is {text!r}, and must be a day, as 2026-01-31") from error


def _as_json(dest: Folder, found: Published) -> dict[str, Any]:
    package = found.package
    return {
        "package": str(dest),
        "version": package.version,
        "reports": len(package.sources),
        "rows": {resource.dataset.name: resource.rows for resource in package.resources},
        "numbers": package.numbers,
        "withheld": package.withheld,
        "undated": found.undated,
        "shortened": found.shortened,
        "changes": None if package.changes is None else asdict(package.changes),
        "files": [asdict(file) for file in found.files],
    }


def _lines(dest: Folder, found: Published) -> list[str]:
    package = found.package
    rows = ", ".join(f"{resource.dataset.name} {resource.rows}" for resource in package.resources)
    numbers = ", ".join(f"{count} {name}" for name, count in package.numbers.items())
    lines = [f"reports    {len(package.sources)}", f"rows       {rows}", f"numbers    {numbers}"]
    if package.withheld:
        lines.append(f"withheld   {package.withheld} texts that name who signed; --signatures publishes them")
    if found.undated:
        lines.append(f"left out   {found.undated} reports that state no year")
    if found.shortened:
        lines.append(f"shortened  {found.shortened} texts too long for a cell, in data.xlsx only")
    if package.changes is None:
        lines.append("changes    no other package to compare with")
    else:
        lines.append(
            "changes    " + ", ".join(f"{count} {_words(name)}" for name, count in asdict(package.changes).items())
        )
    lines.append(f"written    {dest}: {len(found.files)} files, {sum(file.bytes for file in found.files)} bytes")
    return lines


def _words(name: str) -> str:
    return name.replace("_", " ")
