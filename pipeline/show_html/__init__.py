"""A document as one HTML page: its pages with the cells found on them beside the tables, and what the checks say.

Guarantee: the page stands alone (pictures, style and script are within it, and its policy forbids to fetch anything or
to run another script); all text of the document is escaped; without script every link still leads where it should.

A link's fragment says what is looked at, so the address of a cell or finding can be passed on: `#t1-3-2` is the cell of
table 1 in row 3, column 2, `#b1-3-2` its box on the page, `#f3` the third finding.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from pipeline.process import Reading, of_document, proofs
from pipeline.show_html.cells import SAYS, SIGNS, Mark, marked
from pipeline.show_html.findings import listed, lit, numbered
from pipeline.show_html.pages import pages
from pipeline.show_html.tables import table


def as_html(reading: Reading, data: bytes) -> str:
    """Give the HTML page of a document.

    Args:
        reading: the document as it was understood.
        data: its bytes, from which the pages are drawn.

    Raises:
        InputError: a page cannot be drawn or exceeds a limit.
    """
    proved = list(proofs(reading))
    found = numbered((*of_document(reading), *(finding for one in proved for finding in one.findings)), reading.tables)
    marks = marked(proved, found)
    style, script = (files(__name__).joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    style += lit(found, marks)
    name = escape(reading.document.file_name)
    drawn = list(pages(reading, data, marks.values()))
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="uk"><head><meta charset="utf-8"><title>{name}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">',
        f"<style>{style}</style></head><body>",
        *_head(reading, name, marks.values(), len(found)),
        "<main>",
        '<div id="read">',
        *listed(found, marks),
        '<section id="tables" aria-label="Таблиці" tabindex="0">',
        *(part for one in proved for part in table(one.understood, marks)),
        *(() if proved else ("<p>Таблиць у документі не знайдено.</p>",)),
        "</section></div>",
        *(('<section id="pages" aria-label="Сторінки" tabindex="0">', *drawn, "</section>") if drawn else ()),
        "</main>",
        f"<script>{script}</script></body></html>",
    ]
    return ("\n".join(parts) + "\n").encode("utf-8", "backslashreplace").decode("utf-8")  # a name may be no text


def _policy(style: str, script: str) -> str:
    style_hash, script_hash = (b64encode(hashlib.sha256(of.encode()).digest()).decode() for of in (style, script))
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _head(reading: Reading, name: str, marks: Iterable[Mark], findings: int) -> Iterator[str]:
    document, facts = reading.document, reading.facts
    years = (facts.period_start, facts.period_end)
    told = (facts.title, facts.program_title, facts.hromada, None if None in years else f"{years[0]}–{years[1]}")
    yield f"<header><h1>{name}</h1>"
    if any(told):
        yield f"<p>{' · '.join(escape(text) for text in told if text)}</p>"
    yield f'<p class="note">document_id {document.document_id}</p>'
    links = [f'<a href="#findings">Зауваження ({findings})</a>']
    links += [f'<a href="#table-{t.number}">Таблиця {t.number}</a>' for t in reading.tables]
    links += [f'<a href="#page-{number}">с. {number}</a>' for number in range(1, (document.pages or 0) + 1)]
    yield f'<nav aria-label="Зміст">{" ".join(links)}</nav>'
    yield '<ul id="legend" aria-label="Позначки">'
    counts = Counter(look for mark in marks for look in mark.looks)
    for look, sign in SIGNS.items():
        yield f'<li class="{look}"><b>{sign}</b> {SAYS[look]}: {counts[look]}</li>'
    yield "</ul></header>"
