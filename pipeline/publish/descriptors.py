"""The descriptions of a package: for programs, for the portal, and for people.

Guarantee: they are a pure function of the package; the same package gives the same bytes, on any day and machine.
"""

from __future__ import annotations

import json

from pipeline.publish import csvw, datapackage, passport, readme
from pipeline.publish.package import Package


def describe(package: Package) -> dict[str, bytes]:
    """Give the descriptions of a package: what each file holds, by its path there."""
    found: dict[str, bytes] = {
        "README.md": readme.readme(package).encode("utf-8"),
        "LICENSE.txt": readme.licence(package.about).encode("utf-8"),
        "datapackage.json": _json(datapackage.describe(package)),
        "csv-metadata.json": _json(csvw.describe(package)),
        "passport.csv": passport.passport_csv(package),
        "passport.json": _json({element["name"]: element["value"] for element in passport.passport(package)}),
    }
    for name, listing in datapackage.csv_files(package).items():
        found[f"structure-{name}.csv"] = passport.structure_csv(listing.dataset)
        found[f"structure-{name}.json"] = _json(passport.structure_json(listing.dataset))
    return dict(sorted(found.items()))


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
