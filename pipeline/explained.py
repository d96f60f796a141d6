"""What `zvity explain` tells of a number, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]

_RULES = {
    "sum": "сума",
    "difference": "різниця",
    "product": "добуток",
    "quotient": "частка",
    "percent": "відсоток",
    "growth": "приріст, %",
    "stated": "сказано в тексті",
}
_SIGNS = {True: "✓ сходиться", False: "✗ не сходиться", None: "○ нічого не каже"}
_SKIPPED = {"document_id", "table", "row", "column", "raw", "family"}


def lines(found: Row) -> Iterator[str]:
    """Give the lines."""
    document, cell = found["document"], found["cell"]
    yield "document"
    yield from _fields(
        document, ("file_name", "document_id", "media_type", "pages", "title", "program_title", "version")
    )
    yield f"cell in table {cell['table']}, row {cell['row']}, column {cell['column']}"
    yield from _fields(cell, ("text", "role", "source", "confidence", "alternative", "row_span", "column_span"))
    for place in found["places"]:
        yield _field("page", f"{place['page']}, box {' '.join(place['bbox'])} (points from the upper left corner)")
    if cell["doubtful"]:
        yield _field("doubtful", "прочитано непевно: порівняйте з оригіналом (--crop)")
    if found["table"] is not None:
        yield "table"
        yield from _fields(found["table"], ("pages", "family", "caption", "unit"))
    for join in found["joins"] or ():
        yield _field("joins page", f"{join['page']}: {join['reason']}")
    if found["column"] is not None:
        yield _field("heading", found["column"]["path"])
    yield "observation"
    if found["observation"] is None:
        yield _field("(none)", "the cell holds no value")
    else:
        names = (name for name in found["observation"] if name not in _SKIPPED)
        yield from _fields(found["observation"], tuple(names))
    yield from _identities(found["identities"])
    for finding in found["findings"]:
        yield f"finding: {finding['rule']}, {finding['severity']}"
        yield f"  {finding['message']}"
        yield from _fields(finding, ("proposal", "accepted"))
    if found["readings"]:
        yield "other files of the report"
    for other in found["readings"]:
        agrees = {True: "те саме число", False: f"тут «{other['raw'] or 'порожньо'}»", None: "немає з чим порівняти"}
        yield _field(other["document_id"][:12], f"{other['file_name']}: {agrees[other['agrees']]}")
    yield "data sets"
    for name, at in found["datasets"].items():
        key = ", ".join(f"{k} {v}" for k, v in at["key"].items() if k != "document_id" and v is not None)
        yield _field(name, f"{key}: {', '.join(at['fields'])}")


def _identities(identities: list[Row] | None) -> Iterator[str]:
    if identities is None:
        yield "identities"
        yield _field("(unknown)", "the result of this document is not kept here; `zvity run` reads it again")
        return
    hold = sum(identity["holds"] is True for identity in identities)
    yield f"identities: {hold} of {len(identities)} hold"
    for identity in identities:
        told = _SIGNS[identity["holds"]]
        if identity["holds"] is False:
            told += f": має бути {str(identity['expected']).replace('.', ',')}"
        mined = f", так у {identity['fits']} з {identity['tested']} місць" if identity["origin"] == "mined" else ""
        yield f"  {told} ({_RULES[identity['rule']]}, {identity['origin']}{mined})"
        yield f"    {_number(identity['result'])} = {_formula(identity)}"


def _formula(identity: Row) -> str:
    terms = [_number(term) for term in identity["terms"]]
    scale = "" if identity["scale"] is None else f" × {identity['scale']}"
    match identity["rule"]:
        case "sum" | "difference":
            signed = [
                (" + ", " − ")[term["sign"] < 0] + text for term, text in zip(identity["terms"], terms, strict=True)
            ]
            return "".join(signed).removeprefix(" + ").strip()
        case "percent":
            return f"100 × {' / '.join(terms)}"
        case "growth":
            return f"100 × {' / '.join(terms)} − 100"
        case "stated":
            return f"{identity['expected']} у тексті над таблицею"
        case rule:
            return (" × " if rule == "product" else " / ").join(terms) + scale


def _number(number: Row) -> str:
    text = " ".join((number["raw"] or "").split()) or "порожньо"
    corrected = "" if number["correction"] is None else f" (виправлено: {number['value'] or 'немає числа'})"
    return f"{text}{corrected} [{number['table']}/{number['row']}:{number['column']}]"


def _fields(of: Row, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if of[name] is not None and (name, of[name]) not in (("row_span", 1), ("column_span", 1)):
            yield _field(name, of[name])


def _field(name: str, value: object) -> str:
    return f"  {name:<16} {value}"
