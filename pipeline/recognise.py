"""Which kind of report a table is of: what speaks for each family, and what is missing.

Guarantee: a table is of a family only where all that the family asks for is there; the reasons are kept for people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.codes import KINDS
from pipeline.column import Column, is_only_years
from pipeline.family import HEADED, Family, Recognition
from pipeline.funds import read_source
from pipeline.header import Path
from pipeline.sample import Sample
from pipeline.text import cyrillic, squeeze
from validators.labels import INCLUDING

MARKS = 2
"""Columns that only one kind has: so many tell it without a title."""

_DOCUMENT = 12
"""What speaks for a kind that the whole document is of: more than any caption and its columns."""


@dataclass(frozen=True, slots=True)
class Match:
    """A family that a table may be of: its columns, how much speaks for it, or why it is not this one.

    Where the words around the table speak against it, its columns are not looked at.
    """

    family: Family
    columns: tuple[Column, ...]
    score: float
    title: str | None
    lacks: tuple[str, ...]


def candidates(
    paths: Sequence[Path],
    sample: Sample,
    titles: Sequence[str],
    document: str,
    families: Sequence[Family],
) -> list[Match]:
    """Give all families, those that the table may be of first, the likeliest of them at the head.

    Args:
        paths: the headings over each column.
        sample: some rows below the header.
        titles: what stands above the table, the nearest first, and the document's title, if there is one, as the last.
        document: all that stands above the document's first table.
        families: the known kinds of report.
    """
    headings = list(dict.fromkeys(text for path in paths for text in path))
    found = [_judge(family, paths, headings, sample, titles, document) for family in families]
    return sorted(found, key=lambda match: (bool(match.lacks), -match.score, match.family.name))


def _judge(
    family: Family,
    paths: Sequence[Path],
    headings: Sequence[str],
    sample: Sample,
    titles: Sequence[str],
    document: str,
) -> Match:
    """Judge one family: by the words around and over the table, and only where they allow it by the columns."""
    asked = family.recognition
    title = next((text for text in (*titles, *headings) if family.titles.find(text)), None)
    near = titles[:-1]
    whole_document = document if asked.document and family.titles.find(document) else None
    title = title or whole_document
    own = any(family.titles.find(text) for text in near)
    lacks = []
    if asked.title_needed and title is None and not asked.marks:
        lacks.append(_no_title(asked))
    said = next((text for text in (near if own else titles) if family.against.find(text, misread=False)), None)
    against_headings = (
        text for text in headings if family.against.find(text, misread=False) and not _is_known(family, text)
    )
    against = said or next(against_headings, None)
    if against is not None:
        lacks.append(f"так не називають цей вид: «{against}»")
    if lacks:
        return Match(family, (), 0.0, title, tuple(lacks))
    columns = family.columns(paths, sample)
    meanings = {column.meaning for column in columns}
    marked = len(asked.marks & meanings) >= MARKS
    if asked.title_needed and title is None and not marked:
        lacks.append(_no_title(asked))
    if not marked:
        lacks += [f"немає стовпця {name}" for name in sorted(asked.columns - meanings)]
    if asked.any and not asked.any & meanings:
        lacks.append("немає жодного зі стовпців " + ", ".join(sorted(asked.any)))
    coded = asked.codes is not None and _has_codes(asked.codes, columns, sample)
    if asked.codes and not coded and not marked and not _has_other_codes(asked.codes, columns, sample):
        lacks.append(f"немає стовпця з кодами {KINDS[asked.codes].title}")
    if asked.rows_of_money and not _are_of_money(columns, sample):
        lacks.append("рядки названо не джерелами коштів і не роками")
    unknown = sum(column.meaning is None and sample.holds_numbers(i) for i, column in enumerate(columns))
    known = sum(column.measure is not None for column in columns)
    if unknown > known and not whole_document and title not in near:
        lacks.append(f"стовпців із числами, яких цей вид не знає, більше, ніж відомих: {unknown} проти {known}")
    by_heading = any(column.measure is not None and column.why.startswith(HEADED) for column in columns)
    if not by_heading and not whole_document and title not in near and not coded and not asked.rows_of_money:
        lacks.append("жодного заголовка чисел цей вид не знає, і слова над таблицею не називають його")
    headed = sum(column.meaning is not None and column.why.startswith(HEADED) for column in columns)
    labels = {column.label for column in columns if column.label is not None}
    only_sources = asked.rows_of_money and (labels <= {"source", "item_number", "note"} or _are_years(columns, sample))
    named = 0 if title is None else 3 if title in near else 2
    if whole_document:
        named = _DOCUMENT
    return Match(family, tuple(columns), headed + named + 2 * coded + 3 * only_sources, title, tuple(lacks))


def _is_known(family: Family, heading: str) -> bool:
    """Whether a heading is, as a whole, one that the family knows."""
    return any(place == 0 and -length == len(squeeze(heading)) for place, length, _ in family.headings.find(heading))


def _no_title(asked: Recognition) -> str:
    return "у назвах немає жодного зі слів: " + ", ".join(asked.titles)


def _are_of_money(columns: Sequence[Column], sample: Sample) -> bool:
    """Whether most rows are named by a source of money, by a year, or as their sum."""
    named = {column.label: i for i, column in enumerate(columns) if column.label in ("source", "item")}
    if not named:
        return False
    if "source" in named and len(named) == 2:
        return len({text for text in sample.texts(named["source"]) if read_source(text) not in (None, "total")}) > 1
    texts = sample.texts(named["source"] if "source" in named else named["item"])
    own = sum(read_source(text) not in (None, "total") or is_only_years(text) for text in texts)
    sums = sum(_ALL.match(cyrillic(text)) is not None for text in texts)
    return own > 1 and 2 * (own + sums) > len(texts)


def _are_years(columns: Sequence[Column], sample: Sample) -> bool:
    """Whether all rows are named by years, but for their sums."""
    texts = [text for i, c in enumerate(columns) if c.label in ("source", "item") for text in sample.texts(i)]
    return sum(map(is_only_years, texts)) > 1 and all(
        is_only_years(text) or _ALL.match(cyrillic(text)) for text in texts
    )


_ALL = re.compile(rf"\W*(?:усього|всього|разом|загалом|підсумок|обсяг|загальний обсяг|{INCLUDING})", re.IGNORECASE)


def _has_other_codes(kind: str, columns: Sequence[Column], sample: Sample) -> bool:
    """Whether a column holds the codes of another kind that the family knows, too."""
    others = [(i, c.code) for i, c in enumerate(columns) if c.code is not None and c.code in KINDS and c.code != kind]
    return any(sample.are_codes(code, i) for i, code in others)


def _has_codes(kind: str, columns: Sequence[Column], sample: Sample) -> bool:
    """Whether most codes have the kind's shape: in the column of codes, or where there is none before the items."""
    named = {column.label: index for index, column in enumerate(columns) if column.label in ("code", "item")}
    if "code" in named:
        return sample.are_codes(kind, named["code"])
    return "item" in named and sample.are_codes_before(kind, named["item"])
