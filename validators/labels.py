"""Words by which labels of rows and headings of columns say what they are."""

from __future__ import annotations

INCLUDING = (
    r"(?:\b(?:[ув][\s.]*т(?:ому\s*числ[іi]\b|[\s./]*ч(?:исл[іi])?\b\.?)|"
    r"і?з\s+(?:них|яких|котрих|нього|неї)\b|зокрема\b))"
)
"""A regular expression for text of any case: a part of what stands before follows (`у т. ч.`, `з них`)."""
