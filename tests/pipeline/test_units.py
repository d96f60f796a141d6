"""Units of headings; none where the scale of money is not clear."""

from __future__ import annotations

import pytest

from pipeline.units import find_unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Річний обсяг фінансування, тис. грн", "thousand UAH"),
        ("(тис.грн.)", "thousand UAH"),
        ("тис\u00a0грн", "thousand UAH"),
        ("ТИС. ГРН", "thousand UAH"),
        ("THC. грн", "thousand UAH"),  # `тис` misread in Latin letters
        ("тнс. грн", "thousand UAH"),
        ("тисяч гривень", "thousand UAH"),
        ("у тисячах гривень", "thousand UAH"),
        ("млн. грн", "million UAH"),
        ("мільйонів гривень", "million UAH"),
        ("млрд грн", "billion UAH"),
        ("Сума, грн", "UAH"),
        ("гривень", "UAH"),
        ("у гривнях", "UAH"),
        ("(в гривнях)", "UAH"),
        ("у тис. гривнях", "thousand UAH"),
        ("Відсоток виконання", "percent"),
        ("% виконання", "percent"),
        ("відсотків", "percent"),
        ("тнс грн", "thousand UAH"),
        ("тисич грн", "thousand UAH"),
        ("всього грн", "UAH"),
        ("тwx. грн", None),  # who knows what scale
        ("абв. грн", None),
        ("тис. грн / грн", None),
        ("тис. осіб", None),
        ("грнвень", None),
        ("Зміст заходу", None),
        ("", None),
    ],
)
def test_unit(text: str, expected: str | None) -> None:
    assert find_unit(text) == expected
