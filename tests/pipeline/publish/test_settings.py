"""The table `[publish]` of `zvity.toml`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.exits import UsageError
from pipeline.publish.package import About, Licence
from pipeline.publish.settings import about_of


def _about(folder: Path, text: str) -> About:
    file = folder / "zvity.toml"
    file.write_text(text, encoding="utf-8")
    return about_of(file)


def test_all_keys(tmp_path: Path) -> None:
    keys = {
        "identifier": "a-1", "title": "Т", "description": "О", "publisher": "Рада", "publisher_code": "04053512",
        "contact": "Особа", "email": "a@b.example", "purpose": "Закон", "periodicity": "щороку",
        "homepage": "https://data.gov.ua/x", "licence_name": "CC0-1.0", "licence_title": "CC0",
        "licence_address": "https://creativecommons.org/publicdomain/zero/1.0/",
    }  # fmt: skip
    lines = [f'{name} = "{value}"' for name, value in keys.items()]
    days = ["issued = 2025-01-02", "modified = 2026-01-31", "as_of = 2025-12-31", 'keywords = ["а", "б"]']
    found = _about(tmp_path, "\n".join(["strict = true", "[publish]", *lines, *days]))
    licence = Licence("CC0-1.0", "CC0", keys["licence_address"])
    rest = {name: value for name, value in keys.items() if not name.startswith("licence")}
    assert found == About(
        **rest,
        licence=licence,
        keywords=("а", "б"),
        issued=date(2025, 1, 2),
        modified=date(2026, 1, 31),
        as_of=date(2025, 12, 31),
    )


def test_without_a_file_or_table_all_is_as_by_default(tmp_path: Path) -> None:
    assert about_of(None) == _about(tmp_path, "strict = true") == About()


def test_options_win(tmp_path: Path) -> None:
    (tmp_path / "zvity.toml").write_text("[publish]\nissued = 2025-01-02\nmodified = 2025-01-03\n")
    found = about_of(tmp_path / "zvity.toml", modified=date(2026, 1, 1))
    assert (found.issued, found.modified) == (date(2025, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('titel = "x"', "did you mean title"),
        ("title = 5", "must be a text"),
        ('title = " "', "must be a text"),
        ('keywords = "x"', "a list of texts"),
        ("keywords = []", "a list of texts"),
        ('publisher_code = "123"', "eight digits"),
        ('email = "nobody"', "e-mail"),
        ('homepage = "javascript:1"', "https://"),
        ('issued = "2025-01-02"', "a day"),
        ("issued = 2025-01-02T10:00:00", "a day"),
        ('identifier = "a b"', "Latin"),
        ('licence_name = "CC0"', "licence_title"),
    ],
)
def test_a_wrong_key_or_value_is_told(line: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=told):
        _about(tmp_path, f"[publish]\n{line}\n")


def test_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no table"):
        _about(tmp_path, "publish = 1")
