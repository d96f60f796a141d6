"""Words by which labels of rows and headings of columns say what they are."""

from __future__ import annotations

INCLUDING = r"(?:[ув]\s*т(?:ому\s+числі\b|\.?\s?/?\s?ч\b\.?)|і?з\s+(?:них|яких|котрих|нього|неї)\b|зокрема\b)"
"""A regular expression for text of any case: a part of what stands before follows (`у т. ч.`, `з них`)."""
