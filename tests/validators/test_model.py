"""The data sets' columns: complete, consistent, and strict about values."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from pipeline.facts import Facts
from validators.findings import Finding
from validators.model import (
    CHECKS,
    DECIMAL_DIGITS,
    DECIMAL_PLACES,
    FINDINGS,
    OBSERVATIONS,
    ROLES,
    STANDING,
    STATES,
    Dataset,
    Field,
)
from validators.records import Observation

NAMES = ("documents", "tables", "columns", "cells", "observations", "findings")


def test_the_standing_data_sets() -> None:
    assert tuple(dataset.name for dataset in STANDING) == NAMES
    for dataset in STANDING:
        assert len(dataset.columns) == len(set(dataset.columns)), dataset.name
        assert set(dataset.key) <= set(dataset.columns), dataset.name
        assert all(field.about for field in dataset.fields), dataset.name


def test_documents_hold_every_fact_and_tables_every_count() -> None:
    documents, tables = STANDING[0], STANDING[1]
    assert {field.name for field in fields(Facts)} <= set(documents.columns)
    assert set(CHECKS) <= set(tables.columns)
    assert {f"cells_{role}" for role in ROLES} <= set(tables.columns)


def test_observations_and_findings_hold_what_their_records_hold() -> None:
    later = {"readings", "correction", "accepted"}  # known only where documents and corrections meet
    assert set(OBSERVATIONS.columns) - later == {"document_id", *Observation._fields}
    assert set(FINDINGS.columns) - later == {"document_id", *(field.name for field in fields(Finding))}


def test_the_contract_of_states_and_checks() -> None:
    assert STATES == ("published", "quarantined", "duplicate", "refused")
    assert CHECKS == ("verified", "unchecked", "contradicted")
    assert ROLES == ("header", "label", "value", "note", "rejected")
    assert (DECIMAL_DIGITS, DECIMAL_PLACES) == (38, 10)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field("x", "text", "x"), ""),
        (Field("x", "text", "x"), None),
        (Field("x", "text", "x", choices=("a",)), "a"),
        (Field("x", "text", "x", pattern="a+"), "aa"),
        (Field("x", "integer", "x", minimum=1), 1),
        (Field("x", "decimal", "x"), Decimal("-9999999999999999999999999999.9999999999")),
        (Field("x", "decimal", "x"), Decimal("1E+27")),
        (Field("x", "boolean", "x", True), False),
        (Field("x", "date", "x"), date(2024, 2, 29)),
    ],
)
def test_good_values(field: Field, value: object) -> None:
    assert field.problem(value) is None
    assert field.fits([value, value])


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (Field("x", "text", "x", True), None, "missing"),
        (Field("x", "text", "x"), 5, "text"),
        (Field("x", "text", "x", choices=("a",)), "b", "none of a"),
        (Field("x", "text", "x", pattern="a+"), "aab", "match"),
        (Field("x", "text", "x", pattern="a+"), "aa\n", "match"),
        (Field("x", "integer", "x", minimum=1), 0, "below 1"),
        (Field("x", "integer", "x"), True, "integer"),
        (Field("x", "integer", "x"), 1.0, "integer"),
        (Field("x", "decimal", "x"), 1.5, "decimal"),
        (Field("x", "decimal", "x"), 1, "decimal"),
        (Field("x", "decimal", "x"), Decimal("NaN"), "decimal"),
        (Field("x", "decimal", "x"), Decimal("1E+28"), "decimal"),
        (Field("x", "decimal", "x"), Decimal("0.00000000001"), "decimal"),
        (Field("x", "boolean", "x"), 1, "boolean"),
        (Field("x", "date", "x"), "2024-02-29", "date"),
    ],
)
def test_bad_values(field: Field, value: object, told: str) -> None:
    assert told in (field.problem(value) or "")
    assert not field.fits([value])


def test_values_that_are_equal_but_of_other_kinds_are_told_apart() -> None:
    assert not Field("x", "integer", "x", minimum=1).fits([1, True])
    assert not Field("x", "boolean", "x").fits([True, 1])
    assert not Field("x", "decimal", "x").fits([Decimal(1), 1])


def test_every_problem_of_every_row_is_told() -> None:
    dataset = Dataset("things", "x", ("n",), (Field("n", "integer", "x", True, minimum=1), Field("a", "text", "x")))
    rows: list[dict[str, object]] = [{"n": 1, "a": "x"}, {"n": 0, "a": 5}, {"n": 1}, {"a": "y"}]
    problems = dataset.problems(rows)
    assert len(problems) == 4
    for told in ("n: 0 is below 1", "a: 5 is not of kind text", "key (1,) repeats", "n: None is missing"):
        assert any(told in problem for problem in problems), told
    assert dataset.problems(rows[:1]) == []


@pytest.mark.parametrize(
    ("value", "broken"), [(Decimal(50), None), (Decimal(-1), "below 0"), (Decimal(501), "above 500"), (None, "missing")]
)
def test_rules_of_a_soft_column_are_told_apart_from_its_kind(value: Decimal | None, broken: str | None) -> None:
    field = Field("percent", "decimal", "x", required=True, minimum=0, maximum=500, soft=True)
    assert field.broken(value) == broken
    assert field.problem(value) is None, "what a document says is no defect of ours"
    assert field.problem("50") is not None
    assert Field("percent", "decimal", "x", True, minimum=0).problem(value) == (broken if value != 501 else None)
