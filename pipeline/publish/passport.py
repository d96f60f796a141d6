"""The passport and the structures that resolution 835 of the Cabinet of Ministers asks of a data set.

Guarantee: every element of the passport is there, with nothing where the publisher said nothing; a title has 254 signs
and a description 4000 at most.

The elements are those that the resolution of 21 October 2015 («Положення про набори даних, які підлягають оприлюдненню
у формі відкритих даних») lists for a passport. Their names in Latin letters are those of the register of data sets that
data.gov.ua recommends to all publishers (`identifier`, `accrualPeriodicity`, `contactPointFn`, …); DCAT's where that
register has none. A structure has the columns of the recommended ones: `name,title,description,datatype,required`, and
the datatypes of CSV on the Web, which they come from.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from pipeline.publish.datapackage import csv_files
from pipeline.publish.labels import label_column, label_dataset, meanings
from pipeline.publish.package import Package
from validators.model import Dataset, Field

TITLE_SIGNS = 254
DESCRIPTION_SIGNS = 4000

DATATYPES = {"text": "string", "integer": "integer", "decimal": "decimal", "boolean": "boolean", "date": "date"}

_ELEMENTS = {
    "identifier": "Ідентифікаційний номер набору даних",
    "title": "Найменування набору даних",
    "description": "Стислий опис змісту набору даних",
    "purpose": "Підстава та призначення збору інформації, що міститься в наборі даних",
    "language": "Відомості про мову інформації, яка міститься у наборі даних",
    "distributionFormat": "Формат (формати), в якому доступний набір даних",
    "compressFormat": "Формат стиснення набору даних",
    "issued": "Дата і час першого оприлюднення набору даних",
    "modified": "Дата і час внесення останніх змін до набору даних",
    "valid": "Дата актуальності даних у наборі даних",
    "accrualPeriodicity": "Періодичність оновлення набору даних",
    "keyword": "Ключові слова, які відображають основний зміст набору даних",
    "landingPage": "Гіперпосилання на набір даних",
    "distribution": "Електронні документи набору даних",
    "conformsTo": "Гіперпосилання на структуру набору даних",
    "license": "Умови використання набору даних",
    "publisherName": "Розпорядник інформації, у володінні якого перебуває набір даних",
    "publisherIdentifier": "Код ЄДРПОУ розпорядника інформації",
    "contactPointFn": "Особа, відповідальна за оприлюднення набору даних",
    "contactPointHasEmail": "Адреса електронної пошти відповідальної особи",
}


def passport(package: Package) -> list[dict[str, Any]]:
    """Give the elements of the passport in the resolution's order: `name`, `title` and `value`."""
    about = package.about
    files = [file for r in package.resources for file in (r.csv.path, r.parquet.path)]
    files += [listing.csv.path for listing in package.listings]
    files += [package.workbook.path] if package.workbook is not None else []
    formats = ["CSV", *(["Parquet"] if package.resources else []), *(["XLSX"] if package.workbook else [])]
    values: dict[str, str | list[str] | None] = {
        "identifier": about.identifier,
        "title": shortened(about.title, TITLE_SIGNS),
        "description": shortened(_description(package), DESCRIPTION_SIGNS),
        "purpose": about.purpose,
        "language": "українська",
        "distributionFormat": formats,
        "compressFormat": None,
        "issued": _day(about.issued),
        "modified": _day(about.modified),
        "valid": _day(about.as_of),
        "accrualPeriodicity": about.periodicity,
        "keyword": list(about.keywords),
        "landingPage": about.homepage,
        "distribution": files,
        "conformsTo": [f"structure-{name}.csv" for name in csv_files(package)],
        "license": about.licence.address,
        "publisherName": about.publisher,
        "publisherIdentifier": about.publisher_code,
        "contactPointFn": about.contact,
        "contactPointHasEmail": about.email,
    }
    return [{"name": name, "title": title, "value": values[name]} for name, title in _ELEMENTS.items()]


def passport_csv(package: Package) -> bytes:
    """Give the passport as CSV; several values of an element are parted by `; `."""
    lines = [
        (element["name"], element["title"], "; ".join(value) if isinstance(value, list) else value or "")
        for element in passport(package)
        for value in (element["value"],)
    ]
    return _csv(("name", "title", "value"), lines)


def structure(dataset: Dataset) -> list[dict[str, Any]]:
    """Give the structure of a data set: `name`, `title`, `description`, `datatype`, `required` of each column."""
    found = []
    for field in dataset.fields:
        label = label_column(dataset, field)
        found.append(
            {
                "name": field.name,
                "title": label.title_uk,
                "description": f"{label.description_uk}{_values(dataset, field)}",
                "datatype": DATATYPES[field.kind],
                "required": field.required and not field.soft,
            }
        )
    return found


def structure_json(dataset: Dataset) -> dict[str, Any]:
    """Give the structure of a data set with what the data set is."""
    label = label_dataset(dataset)
    return {
        "name": dataset.name,
        "title": label.title_uk,
        "description": label.description_uk,
        "columns": structure(dataset),
    }


def structure_csv(dataset: Dataset) -> bytes:
    """Give the structure of a data set as CSV."""
    names = ("name", "title", "description", "datatype", "required")
    lines = [
        tuple(str(column[name]).lower() if name == "required" else column[name] for name in names)
        for column in structure(dataset)
    ]
    return _csv(names, lines)


def shortened(text: str, signs: int) -> str:
    """Give a text with white space as single spaces, cut at a word's end where it has too many signs."""
    text = " ".join(text.split())
    if len(text) <= signs:
        return text
    cut = text[: signs - 1]
    if not text[signs - 1].isspace():
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–-") + "…"


def _description(package: Package) -> str:
    """Give what the publisher says and, as the resolution asks, what is part of the data but not published."""
    text = package.about.description
    if package.withheld:
        ended = text.rstrip().endswith((".", "!", "?", "…"))
        text += f"{'' if ended else '.'} Не оприлюднено тексти з іменами тих, хто підписав звіти: {package.withheld}."
    return text


def _values(dataset: Dataset, field: Field) -> str:
    words = meanings(dataset, field)
    if not words:
        return ""
    told = "; ".join(f"{m.value} – {m.uk}" if m.uk != m.value else m.value for m in words)
    return f" {'Можливі значення' if field.choices and not field.soft else 'Серед значень'}: {told}."


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _csv(names: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_harmless(value) for value in line] for line in lines)
    return text.getvalue().encode("utf-8")


def _harmless(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
