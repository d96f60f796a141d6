"""The page for people: what it says is counted, and nobody's text breaks it."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest

from pipeline.publish.package import About, Changes, Licence, Selection
from pipeline.publish.readme import SHOWN, licence, readme
from pipeline.publish.words import Words, read_words
from tests.pipeline.publish.samples import EVERYTHING, OWN, package, resource, source
from validators.model import OBSERVATIONS

UK, EN = read_words("uk"), read_words("en")


def parts(page: str) -> tuple[str, str]:
    """Give the Ukrainian and the English part of the page."""
    uk, _, en = page.partition("\n# In English\n")
    return uk, en


def tables(page: str) -> list[list[str]]:
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in page.splitlines() if line.startswith("|")]


def test_ukrainian_comes_first_and_english_says_the_same() -> None:
    uk, en = parts(readme(package()))
    assert uk.startswith("# Звіти громади\n")
    assert uk.count("\n## ") == en.count("\n## ") == 11
    for told in ("1093", "`1484-2023-10-26`", "data/observations.parquet", "`'=…`"):
        assert told in uk.replace("\u00a0", "").replace(",", "")
        assert told in en.replace(",", "")
    assert "Міська рада (код ЄДРПОУ 01234567)" in uk
    assert "У пакеті 1\u00a0098 чисел із 1 звіту; роки: 2024–2026." in uk
    assert "The package holds 1,098 numbers from 1 report; years: 2024–2026." in en


def test_both_languages_have_every_sentence() -> None:
    for field in fields(Words):
        uk, en = getattr(UK, field.name), getattr(EN, field.name)
        assert type(uk) is type(en)
        if isinstance(uk, str):
            assert re.findall(r"\{\w*\}", uk) == re.findall(r"\{\w*\}", en), field.name
        elif isinstance(uk, tuple | dict):
            assert len(uk) == len(en), field.name


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0 чисел"),
        (1, "1 число"),
        (2, "2 числа"),
        (5, "5 чисел"),
        (11, "11 чисел"),
        (12, "12 чисел"),
        (21, "21 число"),
        (22, "22 числа"),
        (111, "111 чисел"),
        (1004, "1\u00a0004 числа"),
    ],
)
def test_numbers_agree_with_their_words(number: int, told: str) -> None:
    assert UK.count(number, "numbers") == told


def test_marks_are_counted() -> None:
    uk, _ = parts(readme(package()))
    counted = {cells[0].strip(): cells[2].strip() for cells in tables(uk) if len(cells) == 4}
    assert (counted["`verified`"], counted["`unchecked`"], counted["`contradicted`"]) == ("1\u00a0093", "0", "5")


def test_a_publisher_who_says_nothing_is_not_invented() -> None:
    page = readme(package(about=About(), changes=None, withheld=0, listings=()))
    assert "Розпорядник" not in page
    assert "None" not in page
    assert "Publisher" not in page
    assert UK.first in page
    assert EN.first in page
    assert "changes.csv" not in page
    assert "підписав" not in page


def test_the_selection_is_told() -> None:
    uk, en = parts(
        readme(package(selection=Selection(True, ("program_measures", "lamp_s"), 2024, signatures=True), withheld=0))
    )
    assert UK.only_verified in uk
    assert "такі види звітів: lamp\\_s, Виконання заходів програми." in uk
    assert "Only these kinds of report are published: lamp\\_s, Measures of a programme." in en
    assert "2024 року або пізніших" in uk
    assert UK.signatures_stay in uk
    assert "хто підписав звіти: 2 тексти." in readme(package())


def test_changes_are_told() -> None:
    uk, _ = parts(readme(package(changes=Changes(1, 0, 1098, 2, 3))))
    assert "- Нових звітів: 1\n- Вилучених звітів: 0\n- Нових клітинок: 1\u00a0098\n" in uk
    assert UK.nothing_changed in readme(package(changes=Changes()))


def test_data_sets_without_rows_are_named_apart() -> None:
    uk, _ = parts(readme(package(resources=(*package().resources[:2], resource(OBSERVATIONS, 0), resource(OWN, 0)))))
    assert "немає або їх не вибрано: `observations`, `street_lamps`." in uk
    assert not any("data/observations.csv" in cells[0] for cells in tables(uk))


def test_many_sources_are_cut_politely() -> None:
    uk, en = parts(readme(package(sources=tuple(map(source, range(1, 1001))))))
    assert f"\n{SHOWN}. Звіт {SHOWN}: " in uk
    assert f"\n{SHOWN + 1}. " not in uk
    assert "Та ще 970 звітів: повний перелік – у `sources.csv`." in uk
    assert "And 970 reports more: `sources.csv` lists all." in en
    assert "із 1\u00a0000 звітів" in uk


def test_no_sources() -> None:
    uk, _ = parts(readme(package(sources=(), numbers={})))
    assert UK.no_sources in uk
    assert "У пакеті 0 чисел із 0 звітів; роки: не зазначено." in uk


NASTY = "- `звіт` | <b>*№_1*</b>\n# [х](http://x) \\ &lt;"


def test_texts_of_others_stay_texts() -> None:
    about = replace(
        EVERYTHING,
        title=NASTY,
        description=NASTY,
        publisher=NASTY,
        contact=NASTY,
        email="a<b>@c",
        periodicity=NASTY,
        homepage="javascript:alert(1)",
        purpose=NASTY,
        licence=Licence("X", NASTY, "не адреса <b>"),
    )
    bad = source(1, file_name="a|b`c\n.pdf", title=NASTY, hromada=NASTY, further=(("q|`.pdf", "0" * 64),))
    odd = replace(OWN, about=NASTY)
    made = package(about=about, sources=(bad,), resources=(*package().resources, resource(odd)))
    page = readme(made)
    assert not re.search(r"(?<!\\)<(?!https?://)", page), "no HTML"
    assert not re.search(r"(?<!\\)\]\((?!#in-english)", page), "no link of theirs"
    assert "<javascript" not in page
    assert [line for line in page.splitlines() if line.startswith("# ")] == [
        page.splitlines()[0],
        "# In English",
    ]
    widths = {len(cells) for cells in tables(page)}
    assert widths == {2, 3, 4}
    assert "a\\|b\\`c .pdf" in page, "quotes in a name do not end the code"
    assert re.search(r"\n\\- \\`звіт\\` \\\|", page), "a list does not begin in a description"


@pytest.mark.parametrize("start", ["1. Звіт", "12) Звіт", "+ Звіт", "= Звіт"])
def test_a_title_does_not_begin_a_list(start: str) -> None:
    page = readme(package(sources=(source(title=start),)))
    assert f"\n1. {start}" not in page
    assert start.split(" ", maxsplit=1)[1] in page


def test_the_licence_and_how_to_cite() -> None:
    uk, _ = parts(readme(package()))
    assert "(<https://creativecommons.org/licenses/by/4.0/>)" in uk
    assert "> Міська рада. Звіти громади. 2025-03-01. <https://data.example/dataset/1>." in uk
    assert "> Звіти громади." in readme(package(about=replace(EVERYTHING, publisher=None)))
    text = licence(replace(EVERYTHING, publisher="Рада\nміста"))
    assert text.startswith("Creative Commons Attribution 4.0 International (CC-BY-4.0)\nhttps://creativecommons.org/")
    assert "слід зазначати: Рада міста." in text
    assert text.endswith("\n")
    assert "зазначати" not in licence(About())
