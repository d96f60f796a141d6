"""Territorial communities (hromadas) and their codes in the KATOTTH codifier.

Guarantee: a code is given only where the name, with the kind of community and the oblast if the text tells them, fits
exactly one community.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.text import plain, squeeze

_MENTION = re.compile(
    r"(?P<name>[А-ЯЄІЇҐ][\w'’-]*[сц]ьк)(?:а|ої|ій|у|ою)\s+"
    r"(?P<kind>міськ|селищн|сільськ)(?:а|ої|ій|у|ою)\s+(?:об'єднан\w+\s+)?(?:територіальн|рад)",
)
_OBLAST = re.compile(r"([А-ЯЄІЇҐ][\w'-]*[сц]ьк)(?:а|ої|ій|у|ою)\s+област", re.IGNORECASE)
_KINDS = {"міськ": "міська", "селищн": "селищна", "сільськ": "сільська"}


@dataclass(frozen=True, slots=True)
class Hromada:
    """A community as the text names it; `katottg` is `None` where no or several codes fit."""

    name: str
    katottg: str | None


@cache
def _register() -> dict[str, list[tuple[str, str, str]]]:
    """Give `(code, kind, oblast)` of the communities by squeezed name."""
    register: dict[str, list[tuple[str, str, str]]] = {}
    text = files("pipeline").joinpath("hromadas.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        register.setdefault(squeeze(row["name"]), []).append((row["katottg"], row["kind"], row["oblast"]))
    return register


def find_hromada(text: str) -> Hromada | None:
    """Find the community a text names first, as `Коростенської міської територіальної громади` or by its council."""
    text = plain(text)
    found = _MENTION.search(text)
    if found is None:
        return None
    name, kind = found["name"] + "а", _KINDS[found["kind"]]
    fitting = [entry for entry in _register().get(squeeze(name), []) if entry[1] == kind]
    oblast = _OBLAST.search(text)
    if oblast is not None:
        fitting = [entry for entry in fitting if squeeze(entry[2]) == squeeze(oblast[1] + "а")]
    code = fitting[0][0] if len(fitting) == 1 else None
    return Hromada(f"{name} {kind} територіальна громада", code)
