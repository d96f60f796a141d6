"""What data sets, columns and values are called where people read of them, in Ukrainian and in English.

Guarantee: a label is given only to what it was written for: a column of the same name whose `about` says the same.
A kind of report of somebody's own keeps its own words for all else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.family_files import load_families
from pipeline.publish.listings import CHANGES, SOURCES
from validators.model import STANDING, Dataset, Field

OPEN = frozenset(("fund", "unit", "measure", "base", "family"))
"""Columns that hold words of ours and words of the documents beside one another."""


@dataclass(frozen=True, slots=True)
class Label:
    """What something is called: a title and a description, in Ukrainian (`uk`) and in English (`en`)."""

    title_uk: str
    title_en: str
    description_uk: str
    description_en: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word used as a value, and what it means."""

    value: str
    uk: str
    en: str


@dataclass(frozen=True, slots=True)
class Labels:
    """All that `labels.toml` says: of data sets, of columns anywhere, of columns of one data set, of values."""

    datasets: Mapping[str, tuple[str, str, str]]
    columns: Mapping[str, tuple[str, str, str]]
    of: Mapping[str, Mapping[str, tuple[str, str, str]]]
    values: Mapping[str, Mapping[str, tuple[str, str]]]


@cache
def read_labels() -> Labels:
    """Read the labels that come with zvity."""
    found = tomllib.loads((files("pipeline.publish") / "labels.toml").read_text(encoding="utf-8"))
    return Labels(
        datasets={name: _three(texts) for name, texts in found["datasets"].items()},
        columns={name: _three(texts) for name, texts in found["columns"].items()},
        of={name: {c: _three(texts) for c, texts in columns.items()} for name, columns in found["of"].items()},
        values={
            name: {value: (uk, en) for value, (uk, en) in words.items()} for name, words in found["values"].items()
        },
    )


def _three(texts: list[str]) -> tuple[str, str, str]:
    title_uk, title_en, description_uk = texts
    return title_uk, title_en, description_uk


@cache
def _families() -> Mapping[str, Dataset]:
    return {family.tidy.name: family.tidy for family in load_families()}


@cache
def _written_for() -> Mapping[tuple[str, str], str]:
    """Give the first data set in which a column of a name has an `about`; those every run writes come first."""
    found: dict[tuple[str, str], str] = {}
    for dataset in (*STANDING, CHANGES, SOURCES, *_families().values()):
        for field in dataset.fields:
            found.setdefault((field.name, field.about), dataset.name)
    return found


def label_dataset(dataset: Dataset) -> Label:
    """Give the label of a data set; one that is not ours is called by its name and its own `about`."""
    found = read_labels().datasets.get(dataset.name)
    if found is None or not _is_ours(dataset):
        return Label(dataset.name, dataset.name, _sentence(dataset.about), _sentence(dataset.about))
    return Label(*found, _sentence(dataset.about))


def label_column(dataset: Dataset, field: Field) -> Label:
    """Give the label of a column; one that is not ours is called by its name and its own `about`."""
    labels, about = read_labels(), _sentence(field.about)
    where = dataset.name if _is_ours(dataset) else _written_for().get((field.name, field.about))
    found = None
    if where is not None:
        found = labels.of.get(where, {}).get(field.name) or labels.columns.get(field.name)
    return Label(field.name, field.name, about, about) if found is None else Label(*found, about)


def _is_ours(dataset: Dataset) -> bool:
    """Whether it is a data set that labels were written for, not one of somebody's own under the same name."""
    known = _families().get(dataset.name) or {CHANGES.name: CHANGES, SOURCES.name: SOURCES}.get(dataset.name)
    return dataset.name in _STANDING if known is None else known.about == dataset.about


_STANDING = frozenset(dataset.name for dataset in STANDING)


def meanings(dataset: Dataset, field: Field) -> tuple[Meaning, ...]:
    """Give the words that a column may hold, with what they mean.

    The words of a column with `choices` are all there are, in the order of the choices, and one that is not ours stands
    for itself. Of a column in `OPEN`, they are those of ours; others stand as the document prints them.
    """
    labels = read_labels()
    words = labels.values.get("measure" if field.name == "base" else field.name, {})
    if field.choices:
        return tuple(Meaning(choice, *words.get(choice, (choice, choice))) for choice in field.choices)
    if field.name not in OPEN or field.kind != "text":
        return ()
    if field.name == "family":
        return tuple(Meaning(name, label[0], label[1]) for name, label in _of_families().items())
    return tuple(Meaning(value, uk, en) for value, (uk, en) in words.items())


def _of_families() -> dict[str, tuple[str, str, str]]:
    return {name: label for name, label in sorted(read_labels().datasets.items()) if name in _families()}


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…", "!", "?")) or not text else ".")
