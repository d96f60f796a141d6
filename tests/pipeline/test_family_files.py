"""A family's file is read whole or refused whole, and the message says what is wrong and where."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pipeline.family_files import FamilyError, digest, load_families, parse_family, parse_text
from tests.pipeline.test_family import FILE
from validators.arithmetic import Combination

TEXT = """
name = "{name}"
title = "Чергові звіти"
[recognise]
columns = ["item", "plan"]
[[columns]]
becomes = "item"
headings = ["Чого саме"]
[[columns]]
measure = "plan"
headings = ["Скільки"]
[tidy]
per = "row"
about = "things"
fields = [{{ name = "item", kind = "text", about = "a" }}]
"""


def changed(*path: str | int, value: Any = None) -> dict[str, Any]:
    """Give the family's file with one value changed, or taken out where none is given."""
    made: Any = deepcopy(FILE)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return dict(made)


def test_file_is_read() -> None:
    family = parse_family(FILE)
    assert (family.name, family.title, family.leftmost, family.per) == ("things", "Речі", "item_number", "period")
    assert family.recognition.columns == {"item", "plan"}
    assert family.row_units == {"count": ("Кількість",)}
    assert (family.sources["thing"].of, family.sources["plan"].of) == ("item", "plan")
    assert (family.sources["percent_period"].of, family.sources["percent_period"].base) == ("percent", "plan_period")
    assert family.tidy.key == ("document_id", "table", "row", "fund", "period_start", "period_end", "part")
    assert family.tidy.columns[:4] == ("document_id", "table", "row", "thing")
    fields = {field.name: field for field in family.tidy.fields}
    assert fields["check"].choices
    assert (fields["plan"].minimum, fields["plan"].soft, fields["thing"].soft) == (0, True, False)
    assert family.identities == (
        Combination("actual = plan + deviation", "actual", ((1, "plan"), (1, "deviation"))),
        Combination("total = general + special", "total", ((1, "general"), (1, "special")), of_funds=True),
    )
    assert not family.sums


@pytest.mark.parametrize(
    "path",
    [("name",), ("title",), ("recognise",), ("columns",), ("columns", 1, "headings"), ("tidy",), ("tidy", "per"),
     ("tidy", "about"), ("tidy", "fields"), ("tidy", "fields", 0, "name"), ("tidy", "fields", 0, "kind")],
)  # fmt: skip
def test_missing_key_is_named(path: tuple[str | int, ...]) -> None:
    with pytest.raises(FamilyError, match=rf"(?s)things\.toml.*{path[-1]}.*missing"):
        parse_family(changed(*path), "things.toml")


def test_usual_headings_need_not_be_named_and_give_way_to_the_files_own() -> None:
    family = parse_family(changed("columns", 0, "headings"))
    headings = {rule.label or rule.measure: rule.headings for rule in family.rules}
    assert "№ п/п" in headings["item_number"]
    assert "Планов" in headings["plan"]
    assert headings["plan"].count("План|") == 1
    assert headings["actual"] == ("Факт минулого року",)  # it is of another year
    family = parse_family(changed("columns", 1, "headings", value=["Назва", "планов"]))
    assert "Планов" not in next(rule.headings for rule in family.rules if rule.measure == "plan")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("name",), "Речі", "Latin"),
        (("name",), "cells", "cells"),
        (("colour",), "red", "'colour'.*name, title"),
        (("recognise", "columns"), ["item", "cost"], "cost"),
        (("recognise", "columns"), [], "at least one"),
        (("recognise", "titles"), "звіт", "list of texts"),
        (("recognise", "codes"), "isbn", "isbn.*kekv"),
        (("tidy", "per"), "year", "year"),
        (("tidy", "fields"), FILE["tidy"]["fields"][:1], "fund, part, period_end, period_start"),
        (("tidy", "fields", 0, "kind"), "number", "number.*is text"),
        (("tidy", "fields", 0, "of"), "cost", "cost"),
        (("columns", 0, "measure"), "plan", "entry 1.*one of becomes and measure"),
        (("columns", 0), {"headings": ["Шифр"]}, "entry 1.*Шифр"),
        (("columns", 0, "headings"), ["{day}"], "day.*year"),
        (("columns", 0, "note"), "yes", "true or false"),
        (("columns", 5, "period"), "next", "next.*previous"),
        (("rows",), {"hierarchy": "kekw"}, "kekw"),
        (("rows",), {"sums": True}, "sums"),
        (("identities", "rows"), ["plan is actual"], "a = b"),
        (("identities", "rows"), ["plan = cost + actual"], "cost"),
        (("identities", "funds"), ["total = general + plan"], "plan"),
        (("title",), 5, "title.*must be a text"),
        (("leftmost",), "sorce", "leftmost.*sorce"),
        (("recognise",), "x", "recognise.*must hold keys"),
        (("rows",), ["x"], "rows.*must hold keys"),
        (("columns",), "x", "columns.*list of tables"),
        (("row_units",), ["x"], "row_units.*unit ="),
        (("columns", 4, "unit"), "Money", "entry 5.*Money.*thousand UAH"),
        (("columns", 4, "unit"), 5, "unit.*must be a text"),
        (("columns", 4, "fund"), 5, "fund.*must be a text"),
        (("columns", 4, "base"), "plna", "base.*plna"),
        (("columns", 4, "code"), "kekv", "code.*label"),
        (("columns", 4, "within_year"), 5, "within_year.*must be a text"),
        (("columns", 4, "measure"), "item", "'item' is a label.*measure"),
        (("tidy", "fields"), "x", "fields.*list of tables"),
        (("tidy", "fields", 0, "name"), "row", "field 1.*'row' already"),
        (("tidy", "fields", 1, "name"), "thing", "field 2.*'thing' already"),
        (("tidy", "fields", 0, "name"), "Річ", "field 1.*Latin"),
        (("tidy", "fields", 5, "kind"), "integer", "field 6.*'plan' is decimal"),
        (("tidy", "fields", 2, "kind"), "text", "field 3.*'period_start' is integer"),
        (("tidy", "fields", 5, "minimum"), "a", "minimum.*whole number"),
        (("tidy", "fields", 0, "maximum"), 7, "maximum.*field of numbers"),
        (("tidy", "fields", 0, "pattern"), "(", "pattern.*regular expression"),
        (("tidy", "fields", 0, "required"), "yes", "true or false"),
        (("tidy", "fields", 0, "choices"), "abc", "choices.*list of texts"),
        (("tidy", "fields", 6, "base"), "plna", "field 7.*plna"),
    ],
)
def test_wrong_value_is_named(path: tuple[str | int, ...], value: object, told: str) -> None:
    with pytest.raises(FamilyError, match=rf"(?s)things\.toml.*{told}"):
        parse_family(changed(*path, value=value), "things.toml")


def test_what_is_no_toml_says_where() -> None:
    with pytest.raises(FamilyError, match=r"own\.toml is not written as TOML asks.*line 1"):
        parse_text("name = звіт", "own.toml")


def test_own_families_join_ours_and_take_the_place_of_one_with_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TEXT.format(name="own_kind"), encoding="utf-8-sig")
    (tmp_path / "b.toml").write_text(TEXT.format(name="asset_list"), encoding="utf-8")
    families = {family.name: family for family in load_families(tmp_path)}
    assert set(families) == {family.name for family in load_families()} | {"own_kind"}
    assert families["asset_list"].title == "Чергові звіти"


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(FamilyError, match=r"no \*\.toml"):
        load_families(tmp_path / "nowhere")
    (tmp_path / "a.toml").write_text(TEXT.format(name="own_kind"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(TEXT.format(name="own_kind"), encoding="utf-8")
    with pytest.raises(FamilyError, match=r"own_kind is in .*a\.toml"):
        load_families(tmp_path)
    (tmp_path / "b.toml").write_bytes(TEXT.format(name="other").encode("cp1251"))
    with pytest.raises(FamilyError, match="UTF-8"):
        load_families(tmp_path)


def test_digest_tells_other_families(tmp_path: Path) -> None:
    assert digest(None) == ""
    (tmp_path / "a.toml").write_text(TEXT.format(name="own_kind"), encoding="utf-8")
    first = digest(tmp_path)
    (tmp_path / "a.toml").write_text(TEXT.format(name="own_kinds"), encoding="utf-8")
    assert first != digest(tmp_path) != ""
