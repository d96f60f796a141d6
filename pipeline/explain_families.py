"""Why each table of a document is of its kind, what each column became, and what stayed unknown.

For people who write a family, and for those who wonder: `zvity families --explain FILE`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.column import Column
from pipeline.process import Reading
from pipeline.tidy import Understood

OTHERS = 3
"""Families that are told beside the one that fits: those that come nearest."""

_RULES = {
    "percent": "100 × {0} / {1}",
    "growth": "100 × {0} / {1} − 100",
    "difference": "{0} − {1}",
    "sum": "{0} + {1}",
}


def as_json(reading: Reading) -> dict[str, Any]:
    """Give for each table its family, the reasons, the columns, the kinds of rows and what is unknown."""
    document = reading.document
    return {
        "document": {
            "document_id": document.document_id,
            "file_name": document.file_name,
            "title": reading.facts.title,
        },
        "tables": [_table(understood) for understood in reading.tables],
    }


def _table(understood: Understood) -> dict[str, Any]:
    family = understood.family
    likely = understood.candidates
    fits = likely[0] if family is not None and likely else None
    near = sorted((match for match in likely if match.lacks), key=lambda match: (len(match.lacks), -match.score))
    return {
        "table": understood.number,
        "caption": understood.caption,
        "family": family.name if family else None,
        "title": fits.title if fits else None,
        "score": fits.score if fits else None,
        "header_rows": understood.header_rows,
        "columns": [_column(understood, index, column) for index, column in enumerate(understood.columns)],
        "rows": dict(Counter(row.kind for row in understood.rows)),
        "relations": [_relation(understood, index) for index in range(len(understood.relations))],
        "unknown": [
            {"row": finding.row, "column": finding.column, "rule": finding.rule, "message": finding.message}
            for finding in understood.findings
            if finding.rule in ("unknown_heading", "unknown_row", "odd_code")
        ],
        "others": [
            {"family": match.family.name, "score": match.score, "lacks": list(match.lacks)}
            for match in [m for m in likely if m is not fits and not m.lacks] + near
        ][:OTHERS],
    }


def _column(understood: Understood, index: int, column: Column) -> dict[str, Any]:
    family = understood.family
    return {
        "column": index,
        "path": list(column.path),
        "label": column.label,
        "measure": column.measure,
        "part": column.part,
        "base": column.base,
        "period": list(column.period) if column.measure and column.period else None,
        "fund": column.fund if column.measure else None,
        "unit": column.unit if column.measure else None,
        "known": family is not None and family.knows(column),
        "why": column.why or None,
    }


def _relation(understood: Understood, index: int) -> dict[str, Any]:
    relation = understood.relations[index]
    names = [" › ".join(understood.columns[at].path) for at in (relation.result, relation.first, relation.second)]
    return {
        "column": relation.result,
        "is": _RULES[relation.rule].format(f"«{names[1]}»", f"«{names[2]}»"),
        "fits": relation.fits,
        "tested": relation.tested,
    }


def lines(reading: Reading) -> Iterator[str]:
    """Give the same for people, in Ukrainian."""
    for table in as_json(reading)["tables"]:
        family = table["family"]
        yield f"Таблиця {table['table']}: {family or 'жоден вид звіту не підходить'}" + (
            f" — {table['caption']}" if table["caption"] else ""
        )
        if table["title"]:
            yield f"  впізнано за назвою: «{table['title']}»"
        for column in table["columns"]:
            yield "  " + _column_line(column)
        for relation in table["relations"]:
            yield (
                f"  стовпець {relation['column']} = {relation['is']}"
                f" (сходиться в {relation['fits']} з {relation['tested']} рядків)"
            )
        yield "  рядки: " + ", ".join(f"{kind} {count}" for kind, count in table["rows"].items())
        for unknown in table["unknown"]:
            yield f"  ! {unknown['message']}"
        for other in table["others"]:
            yield f"  {other['family']}: " + (
                "; ".join(other["lacks"]) or f"теж підходить, але слабше ({other['score']})"
            )
        yield ""


def _column_line(column: dict[str, Any]) -> str:
    heading = " › ".join(column["path"]) or "(без заголовка)"
    if column["label"]:
        became = f"мітка {column['label']}"
    elif column["measure"] and column["known"]:
        became = f"показник {column['measure']}"
    elif column["measure"]:
        became = "невідомий: числа збережено під цією назвою"
    else:
        became = "невідомий: текст збережено в cells"
    parts = [
        f"частина «{column['part']}»" if column["part"] else "",
        f"від {column['base']}" if column["base"] else "",
        "–".join(str(year) for year in dict.fromkeys(column["period"])) if column["period"] else "",
        f"фонд {column['fund']}" if column["fund"] else "",
        column["unit"] or "",
        f"({column['why']})" if column["why"] else "",
    ]
    return f"{column['column']:>2} {heading} → " + ", ".join([became, *filter(None, parts)])
