"""Limits are told by name."""

from __future__ import annotations

from dataclasses import fields

import pytest

from extractors.errors import Refused
from extractors.limits import LIMITS, enforce


def test_what_reaches_a_limit_passes_and_what_exceeds_it_is_refused() -> None:
    enforce("pages", 5, 5)
    with pytest.raises(Refused, match=r"limit pages \(6 > 5\)") as caught:
        enforce("pages", 6, 5)
    assert caught.value.reason == "limit:pages"


def test_every_limit_is_a_bound() -> None:
    for field in fields(LIMITS):
        assert 0 < getattr(LIMITS, field.name) < 2**30, field.name
