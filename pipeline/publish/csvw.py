"""`csv-metadata.json`: the CSV files as CSV on the Web (W3C, https://www.w3.org/TR/tabular-metadata/).

Guarantee: what it states holds for the text in the files, as in `datapackage`; addresses are relative to the package.

The heading of each column stands among its `titles` as the one of no language, so that it is found in the file. A key
is stated where all its columns have a value in every row, for there validators agree on what unique means.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.publish.datapackage import csv_files, has_whole_key, published_pattern, references
from pipeline.publish.labels import Label, label_column, label_dataset, meanings
from pipeline.publish.package import Listing, Package, Resource
from validators.model import Dataset, Field

DIALECT = {
    "encoding": "utf-8",
    "header": True,
    "delimiter": ",",
    "lineTerminators": ["\r\n"],
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
    "trim": False,
}


def describe(package: Package) -> dict[str, Any]:
    """Give the metadata of all CSV files that hold data."""
    about = package.about
    paths = {resource.dataset.name: resource.csv.path for resource in package.resources}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "uk"}],
        "@type": "TableGroup",
        "@id": "csv-metadata.json",
        "lang": "uk",
        "dc:identifier": about.identifier,
        "dc:title": {"@value": about.title, "@language": "uk"},
        "dc:description": {"@value": about.description, "@language": "uk"},
        **(
            {"dcat:keyword": [{"@value": word, "@language": "uk"} for word in about.keywords]} if about.keywords else {}
        ),
        **({"dc:publisher": {"@value": about.publisher, "@language": "uk"}} if about.publisher else {}),
        **({"dc:issued": {"@value": about.issued.isoformat(), "@type": "xsd:date"}} if about.issued else {}),
        **({"dc:modified": {"@value": about.modified.isoformat(), "@type": "xsd:date"}} if about.modified else {}),
        "dc:license": {"@id": about.licence.address},
        "dialect": DIALECT,
        "tables": [_table(package, listing, paths) for listing in csv_files(package).values()],
    }


def _table(package: Package, listing: Listing | Resource, paths: dict[str, str]) -> dict[str, Any]:
    dataset, path = listing.dataset, listing.csv.path
    label = label_dataset(dataset)
    schema: dict[str, Any] = {"columns": [_column(dataset, field) for field in dataset.fields]}
    if has_whole_key(dataset):
        schema["primaryKey"] = list(dataset.key)
    found = references(package, listing)
    if found:
        schema["foreignKeys"] = [
            {
                "columnReference": list(columns),
                "reference": {"resource": paths[name], "columnReference": list(columns)},
            }
            for columns, name in found
        ]
    return {
        "@type": "Table",
        "@id": path,
        "url": path,
        "dc:title": _both(label.title_uk, label.title_en),
        "dc:description": _both(label.description_uk, label.description_en),
        "tableSchema": schema,
    }


def _column(dataset: Dataset, field: Field) -> dict[str, Any]:
    label = label_column(dataset, field)
    found: dict[str, Any] = {
        "name": field.name,
        "titles": _titles(field.name, label),
        "dc:description": _both(_with_words(dataset, field, label.description_uk, "uk"), label.description_en),
        "datatype": _datatype(field),
        "null": "",
    }
    return found | ({"required": True} if field.required and not field.soft else {})


def _titles(name: str, label: Label) -> dict[str, str]:
    titles = {"und": name, "uk": label.title_uk, "en": label.title_en}
    return {language: title for language, title in titles.items() if language == "und" or title != name}


def _with_words(dataset: Dataset, field: Field, text: str, language: str) -> str:
    words = meanings(dataset, field) if field.choices else ()
    told = "; ".join(f"{m.value} – {m.uk if language == 'uk' else m.en}" for m in words)
    return f"{text} Можливі значення: {told}." if told else text


def _both(uk: str, en: str) -> Any:  # noqa: ANN401  # one value, or a list of them
    if uk == en:
        return {"@value": uk}
    return [{"@value": uk, "@language": "uk"}, {"@value": en, "@language": "en"}]


def _datatype(field: Field) -> dict[str, Any] | str:
    match field.kind:
        case "text":
            pattern = published_pattern(field)
            if field.choices:
                pattern = "|".join(map(re.escape, field.choices))
            return "string" if field.soft or pattern is None else {"base": "string", "format": f"^({pattern})$"}
        case "boolean":
            return {"base": "boolean", "format": "true|false"}
        case "date":
            return {"base": "date", "format": "yyyy-MM-dd"}
        case kind:
            limits = {"minimum": field.minimum, "maximum": field.maximum}
            stated = {name: limit for name, limit in limits.items() if limit is not None and not field.soft}
            return {"base": kind, **stated} if stated else kind
