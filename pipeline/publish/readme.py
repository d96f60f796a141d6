"""`README.md` and `LICENSE.txt`: what a citizen needs to know of the package, in Ukrainian, then in English.

Guarantee: all that is said of the data is counted from the package; texts of others never break the page's form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.publish.labels import label_dataset, read_labels
from pipeline.publish.package import About, Package, Source
from pipeline.publish.words import Words, read_words

SHOWN = 30
"""Sources that the page lists; all are in `sources.csv`."""

NAMED = 5
"""Communities that the page names."""

_MARKS = re.compile(r"([\\`*_\[\]<>#|~]|&(?=#?\w+;)|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")
"""What means something to Markdown in a line of text, or at its beginning."""

_ADDRESS = re.compile(r"https?://[^\s<>]+")

_STATES = ("verified", "unchecked", "contradicted")


def readme(package: Package) -> str:
    """Give the page."""
    parts = [f"# {_plain(package.about.title)}", "[In English](#in-english)"]
    parts += _page(package, read_words("uk"))
    parts += ["# In English"]
    parts += _page(package, read_words("en"))
    return "\n\n".join(part for part in parts if part) + "\n"


def licence(about: About) -> str:
    """Give the notice of the licence, in Ukrainian and in English."""
    terms = about.licence
    owner = _line(about.publisher) if about.publisher else None
    return "\n".join(
        [
            f"{terms.title} ({terms.name})",
            terms.address,
            "",
            f"Ці дані опубліковано на умовах ліцензії {terms.title}.",
            "Повний текст ліцензії – за наведеною вище адресою; цей файл його не замінює.",
            *([f"Джерело, яке слід зазначати: {owner}."] if owner else []),
            "",
            f"These data are published under the terms of {terms.title}.",
            "The whole text of the licence is at the address above; this file does not stand in for it.",
            *([f"The source to be named: {owner}."] if owner else []),
            "",
        ]
    )


def _page(package: Package, words: Words) -> list[str]:
    parts = [_plain(package.about.description) if not words.language else "", _card(package, words)]
    for title, text in (
        (words.what, _what(package, words)),
        (words.trust, _trust(package, words)),
        (words.files, _files(package, words)),
        (words.opening, _opening(package, words)),
        (words.empty, _empty(words)),
        (words.apostrophe, words.about_apostrophe),
        (words.trace, words.how_to_trace),
        (words.left_out, _left_out(package, words)),
        (words.changed, _changed(package, words)),
        (words.terms, _terms(package, words)),
        (words.sources, _sources(package, words)),
    ):
        parts += [f"## {title}", text]
    return parts


def _card(package: Package, words: Words) -> str:
    about = package.about
    publisher = _plain(about.publisher or "")
    if about.publisher_code:
        publisher = f"{publisher} ({words.code} {_plain(about.publisher_code)})".strip()
    person = ", ".join(filter(None, (_plain(about.contact or ""), _plain(about.email or ""))))
    facts = (
        publisher,
        person,
        about.issued.isoformat() if about.issued else "",
        about.modified.isoformat() if about.modified else "",
        about.as_of.isoformat() if about.as_of else "",
        _plain(about.periodicity or ""),
        _link(about.homepage or ""),
    )
    return "\n".join(f"- {name}: {fact}" for name, fact in zip(words.card, facts, strict=True) if fact)


def _what(package: Package, words: Words) -> str:
    numbers = sum(package.numbers.values())
    counted = {"numbers": words.count(numbers, "numbers"), "reports": words.count(len(package.sources), "reports")}
    years = [y for s in package.sources for y in (s.period_start, s.period_end) if y is not None]
    lines = [words.holds.format(**counted, years=_span(years) if years else words.no_years)]
    places = sorted({s.hromada for s in package.sources if s.hromada})
    if places:
        more = len(places) - NAMED
        named = "; ".join(map(_plain, places[:NAMED])) + (f"; {words.and_more.format(more)}" if more > 0 else "")
        lines.append(f"{words.places}: {named}.")
    return "\n\n".join([" ".join(lines), words.how_made.format(version=_code(package.version))])


def _trust(package: Package, words: Words) -> str:
    meaning = read_labels().values["check"]
    rows = []
    for state in _STATES:
        label = meaning[state][words.language]
        count = words.number(package.numbers.get(state, 0))
        rows.append((f"`{state}`", label, count, getattr(words, state)))
    return "\n\n".join([_table(words.trust_head, rows), words.not_proved])


def _files(package: Package, words: Words) -> str:
    rows = []
    for resource in package.resources:
        label = label_dataset(resource.dataset)
        what = (label.description_uk, label.description_en)[words.language]
        if resource.rows:
            files = f"{_code(resource.csv.path)}, {_code(resource.parquet.path)}"
            rows.append((files, _plain(what), words.number(resource.rows)))
    if package.workbook is not None:
        rows.append((_code(package.workbook.path), words.workbook, ""))
    listed = {listing.csv.path: listing for listing in package.listings}
    for path, what in (("changes.csv", words.changes_file), ("sources.csv", words.sources_file)):
        if path in listed or path == "sources.csv" or package.changes is not None:
            rows.append((_code(path), what, words.number(listed[path].rows) if path in listed else ""))
    rows += [(files, what, "") for files, what in words.other_files]
    hollow = [_code(resource.dataset.name) for resource in package.resources if not resource.rows]
    none = words.without_rows.format(", ".join(hollow)) if hollow else ""
    return "\n\n".join(filter(None, (_table(words.files_head, rows), none)))


def _opening(package: Package, words: Words) -> str:
    book = package.workbook
    return (f"{words.in_workbook.format(_code(book.path))}\n" if book is not None else "") + words.how_to_open


def _empty(words: Words) -> str:
    rows = [(f"`{value}`", label[words.language]) for value, label in read_labels().values["missing"].items()]
    return "\n\n".join([words.about_empty, _table(words.empty_head, rows)])


def _left_out(package: Package, words: Words) -> str:
    chosen = package.selection
    lines = [words.only_verified] if chosen.only_verified else []
    if chosen.families:
        known = read_labels().datasets
        named = (known[name][words.language] if name in known else name for name in sorted(chosen.families))
        lines.append(words.only_families.format(", ".join(_plain(name) for name in named)))
    if chosen.since is not None:
        lines.append(words.only_since.format(chosen.since))
    if chosen.signatures:
        lines.append(words.signatures_stay)
    elif package.withheld:
        lines.append(words.signatures_withheld.format(words.count(package.withheld, "texts")))
    lines.append(words.cells_stay)
    return "\n".join(f"- {line}" for line in lines)


def _changed(package: Package, words: Words) -> str:
    changes = package.changes
    if changes is None:
        return words.first
    counts = (
        changes.reports_added,
        changes.reports_removed,
        changes.cells_added,
        changes.cells_removed,
        changes.cells_changed,
    )
    if not any(counts):
        return words.nothing_changed
    told = zip(words.changes, counts, strict=True)
    return "\n".join([f"- {what}: {words.number(count)}" for what, count in told] + ["", words.see_changes])


def _terms(package: Package, words: Words) -> str:
    about = package.about
    terms = about.licence
    cited = [_plain(about.publisher)] if about.publisher else []
    cited += [_plain(about.title)]
    cited += [str(about.modified or about.issued)] if about.modified or about.issued else []
    cited += [_link(about.homepage)] if about.homepage else []
    named = f"{_plain(terms.title)} ({_link(terms.address)})"
    lines = [words.licence.format(named), words.cite, "> " + ". ".join(part.rstrip(".") for part in cited) + "."]
    if about.purpose and not words.language:
        lines.append(f"Підстава та призначення збору інформації: {_plain(about.purpose)}.".replace("..", "."))
    return "\n\n".join(lines)


def _sources(package: Package, words: Words) -> str:
    if not package.sources:
        return words.no_sources
    lines = [f"{number}. {_source(source, words)}" for number, source in enumerate(package.sources[:SHOWN], start=1)]
    more = len(package.sources) - SHOWN
    if more > 0:
        lines += ["", words.more_sources.format(words.count(more, "reports_more"))]
    return "\n".join(lines)


def _source(source: Source, words: Words) -> str:
    title = source.title or source.program_title
    facts = [_code(source.file_name)]
    years = [year for year in (source.period_start, source.period_end) if year is not None]
    facts += [_span(years)] if years else []
    facts += [f"{words.program} {_code(source.program_key)}"] if source.program_key else []
    facts += [words.further.format(", ".join(_code(name) for name, _ in source.further))] if source.further else []
    return (f"{_plain(title)}: " if title else "") + "; ".join(facts)


def _span(years: Sequence[int]) -> str:
    return str(min(years)) if min(years) == max(years) else f"{min(years)}–{max(years)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _line(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Give a text of others as one line in which no sign means anything to Markdown."""
    return _MARKS.sub(r"\\\1", _line(text))


def _link(address: str) -> str:
    """Give an address as a link; what is none stays text."""
    return f"<{address}>" if _ADDRESS.fullmatch(address) else _plain(address)


def _code(text: str) -> str:
    """Give a name as code, whatever quotes it holds; a bar would part a table's cells."""
    line = _line(text)
    if "`" not in line and "|" not in line and line:
        return f"`{line}`"
    return _plain(line)
