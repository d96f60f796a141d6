"""Labels: none is missing, none is given to what it was not written for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.family_files import load_families
from pipeline.publish.labels import label_column, label_dataset, meanings, read_labels
from pipeline.publish.listings import CHANGES, SOURCES
from tests.pipeline.publish.samples import MEASURES, OWN, PROGRAM_KEY, PUBLISHED
from validators.model import FINDINGS, OBSERVATIONS, STANDING, TABLES, Dataset, Field

FAMILIES = load_families()
OURS = (*STANDING, PUBLISHED, CHANGES, SOURCES, *(family.tidy for family in FAMILIES))
UKRAINIAN = frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’")


def is_ukrainian(text: str) -> bool:
    """Whether the words in Cyrillic have no letter of another language, and no apostrophe but the typographic one."""
    return any(map(UKRAINIAN.__contains__, text.lower())) and not set("ыэёъ'ʼ") & set(text.lower())


@pytest.mark.parametrize("dataset", OURS, ids=lambda dataset: dataset.name)
def test_every_data_set_and_column_has_a_label(dataset: Dataset) -> None:
    for label in (label_dataset(dataset), *(label_column(dataset, field) for field in dataset.fields)):
        assert is_ukrainian(label.title_uk), label
        assert is_ukrainian(label.description_uk) or label.description_uk.startswith("SHA-256"), label
        assert label.title_en.isascii(), label
        assert label.description_uk.endswith((".", "…")), label
        assert label.description_en.endswith((".", "…")), label
        assert label.description_en[0] == label.description_en[0].upper()


def test_two_columns_of_a_data_set_have_two_titles() -> None:
    for dataset in OURS:
        for language in ("title_uk", "title_en"):
            titles = [getattr(label_column(dataset, field), language) for field in dataset.fields]
            assert len(set(titles)) == len(titles), (dataset.name, sorted(t for t in titles if titles.count(t) > 1))


@pytest.mark.parametrize("dataset", OURS, ids=lambda dataset: dataset.name)
def test_every_closed_value_has_a_label(dataset: Dataset) -> None:
    for field in dataset.fields:
        found = meanings(dataset, field)
        assert [meaning.value for meaning in found] == list(field.choices) or not field.choices
        for meaning in found:
            assert is_ukrainian(meaning.uk), (field.name, meaning)
            assert meaning.en.isascii(), (field.name, meaning)
        assert len({meaning.uk for meaning in found}) == len(found), "a label must tell one value from another"


def test_every_measure_of_our_families_has_a_label() -> None:
    of_rules = {m for f in FAMILIES for r in f.rules for m in (r.measure, r.within_year, r.reported) if m}
    assert {"plan", "percent", "residual_value"} <= of_rules, "the search is blind"
    assert of_rules <= read_labels().values["measure"].keys()


def test_titles_of_families_are_those_of_their_files() -> None:
    for family in FAMILIES:
        assert label_dataset(family.tidy).title_uk == family.title


def test_no_label_is_left_over() -> None:
    labels = read_labels()
    columns = {field.name for dataset in OURS for field in dataset.fields}
    assert labels.datasets.keys() == {dataset.name for dataset in OURS}
    assert labels.columns.keys() <= columns
    for name, own in labels.of.items():
        fields = {field.name for dataset in OURS if dataset.name == name for field in dataset.fields}
        assert own.keys() <= fields, name


def test_a_name_that_means_something_else_has_a_label_of_its_own() -> None:
    reason = next(field for field in FINDINGS.fields if field.name == "reason")
    pages = next(field for field in TABLES.fields if field.name == "pages")
    assert label_column(FINDINGS, reason).title_uk == "Що свідчить за припущення"
    assert label_column(TABLES, pages).title_uk == "Сторінки"
    assert label_column(PUBLISHED, PROGRAM_KEY).title_uk == "Ключ програми"


def test_a_kind_of_report_of_somebodys_own_keeps_its_words() -> None:
    label = label_dataset(OWN)
    assert (label.title_uk, label.title_en) == ("street_lamps", "street_lamps")
    assert label.description_uk == label.description_en == "Lamps: a row per street."
    told = {field.name: label_column(OWN, field) for field in OWN.fields}
    assert told["lamps"].title_uk == "lamps"
    assert told["lamps"].description_uk == "How many lamps."
    assert told["item"].title_uk == "item", "our label of `item` was written for another `about`"
    assert told["table"].title_uk == "Номер таблиці"
    assert told["check"].title_uk == "Перевірка"
    mood = next(field for field in OWN.fields if field.name == "mood")
    assert [(m.value, m.uk, m.en) for m in meanings(OWN, mood)] == [
        ("=dark", "=dark", "=dark"),
        ("light", "light", "light"),
    ]


@pytest.mark.parametrize("name", ["program_measures", "changes", "sources"])
def test_one_of_somebodys_own_under_a_name_of_ours_gets_no_label_of_ours(name: str) -> None:
    theirs = replace(OWN, name=name)
    assert label_dataset(theirs).title_uk == name
    plan = Field("plan", "decimal", "what they plan")
    assert label_column(theirs, plan).title_uk == "plan"
    assert label_column(MEASURES, next(f for f in MEASURES.fields if f.name == "plan")).title_uk == "Заплановано коштів"


def test_open_columns_tell_our_words_only() -> None:
    fund = next(field for field in OBSERVATIONS.fields if field.name == "fund")
    assert [meaning.value for meaning in meanings(OBSERVATIONS, fund)] == ["general", "special", "total"]
    item = next(field for field in OBSERVATIONS.fields if field.name == "item")
    assert meanings(OBSERVATIONS, item) == ()
    indicators = next(family.tidy for family in FAMILIES if family.name == "program_indicators")
    why = next(field for field in indicators.fields if field.name == "reason")
    assert meanings(indicators, why) == (), "the words of another column of that name"
    family = next(field for field in OBSERVATIONS.fields if field.name == "family")
    assert {m.value for m in meanings(OBSERVATIONS, family)} == {f.name for f in FAMILIES}
