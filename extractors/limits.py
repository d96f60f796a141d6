"""Every bound on what a reader takes, by name, in one place.

What exceeds one is refused with that limit's name, so a hostile or absurd input costs a message and not the machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from extractors.errors import Refused


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document. Units stand in the names."""

    file_bytes: int = 256 * 1024 * 1024
    unpacked_bytes: int = 512 * 1024 * 1024
    """All members of a DOCX together, unpacked."""
    xml_bytes: int = 128 * 1024 * 1024
    """A single XML part of a DOCX, unpacked."""
    pages: int = 2_000
    table_columns: int = 256
    table_rows: int = 100_000
    cells: int = 1_000_000
    """Grid positions of all tables of a document together."""
    page_objects: int = 200_000
    """Lines and pictures on a PDF page."""
    page_characters: int = 500_000
    """Characters on a PDF page."""
    page_rulings: int = 4_000
    """Ruling lines on a page, after pieces of one line are joined."""
    image_pixels: int = 120_000_000
    """Width times height of a page picture."""


LIMITS = Limits()


def enforce(name: str, found: int, limit: int) -> None:
    """Raise `Refused` with reason `limit:NAME` if `found` exceeds `limit`."""
    if found > limit:
        raise Refused(
            f"limit:{name}",
            f"the document exceeds the limit {name} ({found} > {limit}); split it or have it checked by hand",
        )
