"""What the publisher says of a package, from the table `[publish]` of `zvity.toml`.

Guarantee: a wrong key or value is a `UsageError` that says where it stands and what may stand there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.config import PUBLISH
from pipeline.exits import UsageError
from pipeline.publish.package import About, Licence

_LICENCE = "licence_"

_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _identifier(value: object) -> str:
    text = _text(value)
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError
    return text


def _list(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError
    return tuple(_text(one) for one in value)


def _code(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{8}", text):
        raise ValueError
    return text


def _address(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"https?://\S+", text):
        raise ValueError
    return text


def _email(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise ValueError
    return text


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError


_Rule = tuple[Callable[[object], object], str]

_TEXT: _Rule = (_text, 'a text, as "…"')
_RULES: Mapping[str, _Rule] = {
    "identifier": (_identifier, 'letters, digits, dots and dashes of Latin, as "…"'),
    "title": _TEXT,
    "description": _TEXT,
    "keywords": (_list, 'a list of texts, as ["…", "…"]'),
    "publisher": _TEXT,
    "publisher_code": (_code, 'eight digits, as "…"'),
    "contact": _TEXT,
    "email": (_email, 'an e-mail address, as "…"'),
    "purpose": _TEXT,
    "periodicity": _TEXT,
    "homepage": (_address, 'an address, as "https://…"'),
    "issued": (_day, "a day, as 2026-01-31"),
    "modified": (_day, "a day, as 2026-01-31"),
    "as_of": (_day, "a day, as 2026-01-31"),
    "licence_name": _TEXT,
    "licence_title": _TEXT,
    "licence_address": (_address, 'an address, as "https://…"'),
}


def about_of(file: Path | None, issued: date | None = None, modified: date | None = None) -> About:
    """Give what is said of a package.

    Args:
        file: a `zvity.toml`; without one, and without its table `[publish]`, all is as by default.
        issued: what `--issued` gave.
        modified: what `--modified` gave.

    Raises:
        UsageError: a key or value of the table is wrong.
    """
    given: dict[str, Any] = {}
    table = tomllib.loads(file.read_text(encoding="utf-8-sig")).get(PUBLISH, {}) if file is not None else {}
    if not isinstance(table, dict):
        raise UsageError(f"{file}: {PUBLISH} is no table; write [{PUBLISH}] and its keys below")
    for name, value in table.items():
        if name not in _RULES:
            close = get_close_matches(name.lower().replace("-", "_"), _RULES, n=1)
            meant = f"did you mean {close[0]}? " if close else ""
            raise UsageError(f"{file}: unknown key {name!r} in [{PUBLISH}]; {meant}known are {', '.join(_RULES)}")
        read, asked = _RULES[name]
        try:
            given[name] = read(value)
        except ValueError:
            shown = repr(value)[:100]
            raise UsageError(f"{file}: {name} in [{PUBLISH}] is {shown}, and must be {asked}") from None
    licence = {name.removeprefix(_LICENCE): given.pop(name) for name in list(given) if name.startswith(_LICENCE)}
    if licence and len(licence) < len(Licence.__dataclass_fields__):
        raise UsageError(f"{file}: [{PUBLISH}] names a licence; give licence_name, licence_title and licence_address")
    given |= {name: day for name, day in (("issued", issued), ("modified", modified)) if day is not None}
    if licence:
        given["licence"] = Licence(**licence)
    return About(**given)
