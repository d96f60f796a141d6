"""Words of labels, in every spelling that clerks give them."""

from __future__ import annotations

import re

import pytest

from validators.labels import INCLUDING

_INCLUDING = re.compile(INCLUDING, re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    ["у тому числі", "В тому числi", "у томучислі", "у т.ч.", "в т. ч.", "у т .ч.", "в.т.ч.", "в т/ч", "у тч",
     "у т. числі", "в т.числi", "з них", "із них", "З яких", "з котрих", "з нього", "із неї", "зокрема"],
)  # fmt: skip
def test_a_part_is_announced(text: str) -> None:
    assert _INCLUDING.fullmatch(text)
    assert _INCLUDING.match(f"{text}: обладнання")


@pytest.mark.parametrize(
    "text", ["без нього", "без них", "у течії", "в технічному", "з нових", "у т.", "в тому", "зокремо"]
)
def test_other_words_announce_none(text: str) -> None:
    assert not _INCLUDING.search(text)
