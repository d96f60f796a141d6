"""Funds and sources of money are recognised where they are named, and a source keeps its name."""

from __future__ import annotations

import pytest

from pipeline.funds import find_fund, is_part, read_source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Загальний фонд", "general"),
        ("загального фонду", "general"),
        ("загальний", "general"),
        ("загальн. фонд", "general"),
        ("спеціальн. фонд", "special"),
        ("Спеціальний фонд (бюджет розвитку)", "special"),
        ("спе-ціальний фонд, тис. грн", "special"),
        ("Усього", "total"),
        ("РАЗОМ", "total"),
        ("Всього на весь період", "total"),
        ("обласний бюджет", "обласний бюджет"),
        ("у т.ч. обласний бюджет:", "обласний бюджет"),
        ("- міський бюджет", "міський бюджет"),
        ("Кошти місцевого бюджету, тис. грн", "Кошти місцевого бюджету"),
        ("бюджет громади", "бюджет громади"),
        ("Бюджет Коростенської міської територіальної громади", "Бюджет Коростенської міської територіальної громади"),
        ("інші джерела", "інші джерела"),
        ("кошти небюджетних джерел", "кошти небюджетних джерел"),
        ("Бюджетні кошти, з них:", "Бюджетні кошти"),
        ("кошти НСЗУ", "кошти НСЗУ"),
        ("Кошти державного бюджету (субвенція)", "Кошти державного бюджету (субвенція)"),
        ("Власні кошти комунальних підприємств", "Власні кошти комунальних підприємств"),
        ("субвенція з державного бюджету", "субвенція з державного бюджету"),
        ("у тому числі:", None),
        ("Закупівля обладнання", None),
        ("Податок на доходи фізичних осіб", None),
        ("Загальний та спеціальний фонди", None),
        ("", None),
    ],
)
def test_a_text_that_is_a_source(text: str, expected: str | None) -> None:
    assert read_source(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Разом по загальному фонду", "general"),
        ("Видатки спеціального фонду", "special"),
        ("Фонд: загальний", "general"),
        ("Разом (загальний і спеціальний фонди)", None),
        ("Загальний фонд разом зі спеціальним", None),
        ("заг. ф.", "general"),
        ("Спец.фонд: план", "special"),
        ("із загального фонду до спеціального фонду", None),
        ("Усього", None),
    ],
)
def test_the_one_fund_a_text_names(text: str, expected: str | None) -> None:
    assert find_fund(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("у тому числі:", True), ("в т.ч. обладнання", True), ("з них", True), ("- обладнання", False), ("Усього", False)],
)
def test_how_parts_begin(text: str, expected: bool) -> None:
    assert is_part(text) is expected
