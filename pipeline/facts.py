"""What a report says of itself: titles, the decision behind it, who answers for it, its years and its community.

Guarantee: every fact is read from the text above the first table; one that is not stated there is `None`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from extractors.document import Document, Paragraph, Table
from pipeline.dates import find_date, find_years, ordinal
from pipeline.hromadas import find_hromada
from pipeline.numerals import is_value
from pipeline.text import latin, mend_alone
from pipeline.units import find_unit, known_unit
from validators.findings import Finding

_LABEL = re.compile(r"^[^:]{3,80}:\s|^дата і номер", re.IGNORECASE)
_TITLE_START = re.compile(
    r"(?:з\s?в\s?і\s?т|інформація|довідка|паспорт|кошторис|виконання|показники|фінансов\w+ план|розподіл|розпис|"
    r"перелік|основні (?:прогнозні )?показники|ресурсне забезпечення|аналіз|відомість|доходи|видатки|план асигнувань|"
    r"прогнозні показники|моніторинг)\b",
    re.IGNORECASE,
)
_PROGRAM = re.compile(r"\bПрограм(?:и|а|у|ою|і)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?:№|\bN[oо]?|\bномер)\s*[.:]?\s*(\d[\w/.-]*)", re.IGNORECASE)
_SESSION = re.compile(r"((?:[\w'’-]+\s+)?[\w'’-]+)\s+(?:позачергов\w+\s+)?сесі[їя]", re.IGNORECASE)
_CONVOCATION = re.compile(r"([\w'’-]+)\s+скликання", re.IGNORECASE)
_RESPONSIBLE = re.compile(r"відповідальн\w+\s+викона(?:вець|вці)[^:]{0,60}:\s*(.+)", re.IGNORECASE)
_TERM = re.compile(r"(?:строк|термін)\w*\s+(?:реалізації|виконання|дії)[^:]{0,60}:\s*(.+)", re.IGNORECASE)
_DECISION = re.compile(r"рішення", re.IGNORECASE)

_HEAD_ROWS = 20
_VALUES = 3
"""Numbers from which a table is one of data."""

_EXACT = ("decision_date", "decision_number", "session", "convocation", "period_start", "period_end", "katottg")
"""Facts in which one wrong sign is a wrong fact; in titles and names a misread letter is not."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of a report. Years include both ends; session and convocation are plain numbers."""

    title: str | None = None
    program_title: str | None = None
    decision_date: date | None = None
    decision_number: str | None = None
    session: int | None = None
    convocation: int | None = None
    responsible: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    hromada: str | None = None
    katottg: str | None = None


def find_facts(document: Document) -> tuple[Facts, list[Finding]]:
    """Read the facts from the paragraphs above the first table that holds values: a letterhead may be a table too.

    Returns:
        The facts, and a finding for each number, date or code that two readings of a scan give differently: such a fact
        is left out.
    """
    head: list[Paragraph] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            head.append(block)
        elif _holds_values(block):
            break
    facts = _facts([mend_alone(p.text) for p in head])
    if all(p.alternative is None for p in head):
        return facts, []
    other = _facts([mend_alone(p.text if p.alternative is None else p.alternative) for p in head])
    doubtful = [name for name in _EXACT if getattr(facts, name) != getattr(other, name)]
    findings = [_doubt(name, getattr(facts, name), getattr(other, name)) for name in doubtful]
    return replace(facts, **dict.fromkeys(doubtful)), findings


def _holds_values(table: Table) -> bool:
    """Whether a table is one of data: it holds some numbers."""
    return sum(1 for _ in islice((cell for cell in table.cells if is_value(cell.text)), _VALUES)) == _VALUES


def _doubt(name: str, first: object, second: object) -> Finding:
    return Finding(
        table=None,
        row=None,
        column=None,
        rule="doubtful_fact",
        severity="warning",
        found=f"{first} | {second}",
        message=f"Реквізит «{name}» прочитано по-різному: «{first}» і «{second}»; його не внесено, перевірте документ.",
    )


def _facts(head: Sequence[str]) -> Facts:
    title = _title(head)
    decision = next((text for text in head if _DECISION.search(text) and find_date(text)), "")
    number = _NUMBER.search(decision)
    term = next((find_years(found[1]) for text in head if (found := _TERM.search(text))), None)
    years = term or find_years(title or "")
    hromada = find_hromada(" ".join(head))
    return Facts(
        title=title,
        program_title=_program_title(title),
        decision_date=find_date(decision),
        decision_number=latin(number[1]).rstrip(".") if number else None,
        session=_ordinal_before(_SESSION, decision),
        convocation=_ordinal_before(_CONVOCATION, decision),
        responsible=next((found[1].strip(" .;") for text in head if (found := _RESPONSIBLE.search(text))), None),
        period_start=years[0] if years else None,
        period_end=years[1] if years else None,
        hromada=hromada.name if hromada else None,
        katottg=hromada.katottg if hromada else None,
    )


def _title(head: Sequence[str]) -> str | None:
    """Give the first paragraph that begins like a report's title, with those after it up to the first labelled fact."""
    start = next((i for i, text in enumerate(head) if _TITLE_START.match(text)), None)
    if start is None:
        return None
    parts = [head[start]]
    for text in head[start + 1 :]:
        if _LABEL.match(text) or len(parts) == 4 or _TITLE_START.match(text):
            break
        parts.append(text)
    return " ".join(parts)


def _program_title(title: str | None) -> str | None:
    """Give the programme's title in the nominative: `Програми розвитку …` → `Програма розвитку …`."""
    found = _PROGRAM.search(title or "")
    return "Програма" + (title or "")[found.end() :] if found else None


def _ordinal_before(pattern: re.Pattern[str], text: str) -> int | None:
    """Give the ordinal in front of a word, of one word or two: `двадцять восьмої сесії`."""
    for found in pattern.finditer(text):
        words = found[1].split()
        for start in range(len(words)):
            number = ordinal(" ".join(words[start:]))
            if number is not None:
                return number
    return None


_UNIT = re.compile(r"один\w+\s+виміру\s*:?\s*(.+)", re.IGNORECASE)

NEAR = 8
"""Paragraphs above a table that may say something of it."""

LONGEST_CAPTION = 400
"""Letters of the longest paragraph that heads a table; a longer one is text."""


def texts_above(document: Document, table: Table) -> tuple[str, ...]:
    """Give the paragraphs between a table and the one before it, the nearest first; at most `NEAR`."""
    blocks = document.blocks
    position = next(i for i, block in enumerate(blocks) if block is table)
    found: list[str] = []
    for block in reversed(blocks[:position]):
        if not isinstance(block, Paragraph) or len(found) == NEAR:
            break
        if len(block.text) <= LONGEST_CAPTION:
            found.append(mend_alone(block.text))
    return tuple(found)


def goes_on(caption: str) -> bool:
    """Whether a caption says that its table goes on with the one before: `Продовження таблиці 1`."""
    return _GOES_ON.match(caption) is not None


_GOES_ON = re.compile(r"\W*(?:продовження|закінчення)\b", re.IGNORECASE)


def stated_unit(document: Document) -> tuple[str | None, bool]:
    """Give the unit that the document states once for all of it: `Одиниця виміру: тис. грн`, as text or in a form.

    Returns:
        The unit, and whether the document says that it is; if not, it stands alone in a paragraph, `(млн грн)`, as no
        other does.
    """
    alone: set[str] = set()
    for block in document.blocks:
        if isinstance(block, Paragraph):
            texts = [block.text]
            if unit := known_unit(block.text.strip("() ")):
                alone.add(unit)
        elif not _holds_values(block):
            texts = [" ".join(cell.text for cell in row) for row in block.grid(_HEAD_ROWS)]
        else:
            continue
        for text in texts:
            if (found := _UNIT.search(mend_alone(text))) and (unit := find_unit(found[1])):
                return unit, True
    return (alone.pop() if len(alone) == 1 else None), False


def caption(document: Document, table: Table) -> str | None:
    """Give the paragraphs right above a table that read as its heading: up to three, none a labelled fact."""
    blocks = document.blocks
    position = next(i for i, block in enumerate(blocks) if block is table)
    parts: list[str] = []
    for block in reversed(blocks[:position]):
        if not isinstance(block, Paragraph) or len(parts) == 3:
            break
        text = mend_alone(block.text)
        if _LABEL.match(text) or (parts and text.endswith((".", ";", ":"))):
            break
        parts.append(text)
    return " ".join(reversed(parts)) or None
