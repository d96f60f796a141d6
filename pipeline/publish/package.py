"""What a package holds and what is said of it: the values that its descriptions are written from.

Guarantee: nothing here depends on when or where a package is made, so that the same data give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from validators.model import Dataset


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows are published.

    Attributes:
        only_verified: those alone whose numbers the report's own arithmetic proves.
        families: names of the kinds of report; all where there are none.
        since: the year in which a report's last year may lie at the earliest.
        signatures: whether texts that name who signed stay.
    """

    only_verified: bool = False
    families: tuple[str, ...] = ()
    since: int | None = None
    signatures: bool = False


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms of use: an identifier of the Open Definition, a title and an address."""

    name: str = "CC-BY-4.0"
    title: str = "Creative Commons Attribution 4.0 International"
    address: str = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True, slots=True)
class About:
    """What the publisher says of the package; what he leaves out is left out of the descriptions.

    Attributes:
        identifier: of the data set, as on the portal.
        title: in Ukrainian.
        description: in Ukrainian, a sentence or two.
        keywords: in Ukrainian.
        publisher: the body that publishes.
        publisher_code: its code in the register of legal entities (ЄДРПОУ).
        contact: the person responsible.
        email: the person's address.
        purpose: the acts on which the information is collected.
        periodicity: how often the package is renewed, in the portal's words.
        homepage: address of the data set on the portal.
        issued: day of the first publication.
        modified: day of this one.
        as_of: day that the data are true for.
        licence: the terms of use.
    """

    identifier: str = "zvity-municipal-reports"
    title: str = "Звіти про виконання місцевих програм і бюджету"
    description: str = "Числа з таблиць звітів органів місцевого самоврядування, перевірені арифметикою самих звітів."
    keywords: tuple[str, ...] = ("місцеві програми", "бюджет", "звіти", "місцеве самоврядування")
    publisher: str | None = None
    publisher_code: str | None = None
    contact: str | None = None
    email: str | None = None
    purpose: str | None = None
    periodicity: str | None = None
    homepage: str | None = None
    issued: date | None = None
    modified: date | None = None
    as_of: date | None = None
    licence: Licence = Licence()


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package: its path there, bytes, SHA-256 in hexadecimal digits."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A data set of the package: its columns as published, rows, and its files."""

    dataset: Dataset
    rows: int
    csv: File
    parquet: File


@dataclass(frozen=True, slots=True)
class Listing:
    """A further CSV file of the package, such as `changes.csv`: its columns as published, rows, and the file."""

    dataset: Dataset
    rows: int
    csv: File


@dataclass(frozen=True, slots=True)
class Source:
    """A report of the package and the file it was read from.

    `program_key` names the programme as the official register does, by number and date of its decision:
    `1484-2023-10-26`.
    `further` are the files, by `file_name` and `document_id`, that hold the same report and were compared with it.
    """

    document_id: str
    report_id: str
    file_name: str
    media_type: str
    title: str | None = None
    program_title: str | None = None
    program_key: str | None = None
    hromada: str | None = None
    katottg: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the package before: reports and cells that are new, gone or changed."""

    reports_added: int = 0
    reports_removed: int = 0
    cells_added: int = 0
    cells_removed: int = 0
    cells_changed: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """A whole package.

    Attributes:
        about: what the publisher says of it.
        selection: which rows it holds.
        resources: its data sets, `documents` first.
        workbook: the same as one XLSX file.
        sources: the reports in it.
        numbers: how many of its numbers are `verified`, `unchecked`, `contradicted`.
        withheld: how many texts were left out since they name who signed.
        version: of zvity and of its rules.
        changes: since the package before; `None` where there was none.
        listings: further CSV files, `changes.csv` and `sources.csv`.
    """

    about: About
    selection: Selection
    resources: tuple[Resource, ...]
    workbook: File | None
    sources: tuple[Source, ...]
    numbers: dict[str, int]
    withheld: int
    version: str
    changes: Changes | None = None
    listings: tuple[Listing, ...] = ()
