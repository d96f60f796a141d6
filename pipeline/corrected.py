"""A person's corrections applied to a document's rows, where its part of the data sets is made.

Guarantee: the store keeps what was read. A number is corrected only where the text that the correction expects stands;
what does not fit is told, all of it. Raw text stays, and the number says that it was corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.corrections import Correction
from pipeline.family import Family
from pipeline.judged import judged
from pipeline.readings import Carried
from pipeline.recount import Row, group, recounted, rows_of
from pipeline.results import Content

Place = tuple[int | None, int | None, int | None]
"""Table, row, column."""


class UnfitCorrections(Exception):
    """Corrections that do not fit what was read; `args` are sentences for people."""


def corrected(
    report: Carried,
    corrections: Sequence[tuple[str, Correction]],
    families: Mapping[str, Family],
    proofs: Callable[[str], Sequence[Row]],
) -> Content:
    """Give the content of a report with what people say of its numbers.

    Args:
        report: the report as it was read.
        corrections: each with the id of its document; those of other reports are left aside.
        families: the known kinds of report, by name.
        proofs: gives the identities of a document, as `lineage` keeps them.

    Raises:
        UnfitCorrections: some do not fit what was read.
    """
    content = report.content
    carried_from = report.document_id
    own = [correction for document_id, correction in corrections if document_id == carried_from]
    others = {document_id for document_id, _ in report.facts} - {carried_from}
    problems = [
        f"{correction.where}: the data sets carry this report from another file; name document {carried_from[:12]}"
        for document_id, correction in corrections
        if document_id in others
    ]
    if not own and not problems:
        return content
    observations = {_place(row): row for row in rows_of(content, "observations")}
    findings = rows_of(content, "findings")
    tidy = {name: rows_of(content, name) for name in families if name in content.rows}
    values = [one for one in own if not one.accepts]
    for correction in values:
        problem = _misplaced(correction, observations)
        if problem is not None:
            problems.append(f"{correction.where}: {problem}")
        else:
            _correct(observations[_at(correction)], correction, tidy, families)
    if values and not problems:
        former, cells = rows_of(content, "observations"), rows_of(content, "cells")
        findings = judged(former, list(observations.values()), findings, cells, proofs(carried_from))
    for correction in own:
        if correction.accepts:
            problem = _accept(correction, observations, findings)
            if problem is not None:
                problems.append(f"{correction.where}: {problem}")
    if problems:
        raise UnfitCorrections(*problems)
    rows = {"observations": list(observations.values()), "findings": findings, **tidy}
    return recounted(content, rows, families)


def _place(row: Row) -> Place:
    return row["table"], row["row"], row["column"]


def _at(correction: Correction) -> Place:
    return correction.table, correction.row, correction.column


def _misplaced(correction: Correction, observations: Mapping[Place, Row]) -> str | None:
    """Say why no number that is expected stands at a place, or give `None`."""
    row = observations.get(_at(correction))
    if row is None:
        return "no number stands there; see the data set observations for the places of numbers"
    if not correction.expects(row["raw"]):
        return (
            f"«{correction.expect}» is expected, but «{row['raw'] or ''}» stands there; look again, and mend the line"
        )
    return None


def _accept(correction: Correction, observations: Mapping[Place, Row], findings: Sequence[Row]) -> str | None:
    """Accept the findings about a number, or one about the document; say why there are none, or give `None`."""
    if correction.row is not None and (problem := _misplaced(correction, observations)) is not None:
        return problem
    about = [finding for finding in findings if _is_about(finding, correction)]
    for finding in about:
        finding["accepted"] = correction.note
    if about:
        return None
    if correction.row is None:
        return f"no finding about the document as a whole is about «{correction.expect}»; remove the line"
    return "no finding is about this number, so there is nothing to accept; give a `value`, or remove the line"


def _is_about(finding: Row, correction: Correction) -> bool:
    """Tell whether a finding is accepted by saying that this number stands as it is printed."""
    if correction.row is None:
        whole = finding["table"] == correction.table and finding["row"] is None
        return whole and correction.expects(finding["found"])
    if _place(finding) == _at(correction):
        return True
    named: str | None = finding["culprit"]
    return finding["table"] == correction.table and named == f"{correction.row}:{correction.column}"


def _correct(
    row: Row, correction: Correction, tidy: Mapping[str, Sequence[Row]], families: Mapping[str, Family]
) -> None:
    """Put the right number in a row, and in the fields of tidy rows that it fills."""
    former = row["value"]
    row["value"], row["missing"], row["correction"] = correction.value, correction.missing, correction.note
    row["doubtful"], row["readings"] = False, None
    row["check"] = None if correction.value is None else "unchecked"
    family = families.get(row["family"] or "")
    if family is None:
        return
    for record in tidy.get(family.name, ()):
        if group(family, record) == group(family, row):
            for name in filled_by(family, row):
                if _same(record[name], former):
                    record[name] = correction.value


def filled_by(family: Family, row: Row) -> Iterator[str]:
    """Give the fields of the tidy table that a number fills."""
    claimed = {(source.of, source.base) for source in family.sources.values() if source.base}
    base = row["base"] if row["base"] is not None and (row["measure"], row["base"]) in claimed else None
    for name, source in family.sources.items():
        if (source.of, source.base) == (row["measure"], base):
            yield name


def _same(value: Any, former: str | None) -> bool:  # noqa: ANN401  # as JSON holds it
    if value is None or former is None:
        return value is former
    return Decimal(str(value)) == Decimal(former)
