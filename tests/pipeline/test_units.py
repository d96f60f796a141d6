"""Units of headings; none where the scale of money is not clear."""

from __future__ import annotations

import pytest

from pipeline.units import caption_unit, find_unit, heading_unit, known_unit, label_unit, read_unit


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Сума, т грн", None), ("Сума, мнл грн", None), ("Сума в грн", "UAH"), ("Сума до грн", "UAH"),
        ("Факт, дол. США", "дол. США"), ("Обсяг, тис. USD", "тис. USD"), ("Ціна, євро", "євро"),
        ("Вартість, грн (дол. США)", None), ("Долина", None),
    ],
)  # fmt: skip
def test_scales_and_currencies_that_are_not_clear(text: str, expected: str | None) -> None:
    assert find_unit(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(тис. грн)", "thousand UAH"), ("тис.грн.", "thousand UAH"), ("у гривнях", "UAH"), ("у відсотках", "percent"),
        ("Доходи бюджету (в гривнях) за 2022 рік", "UAH"), ("Звіт за 2023 рік, млн грн", "million UAH"),
        ("Одиниця виміру: грн", "UAH"), ("Програму виконано на 95%", None), ("Залишок 500 грн повернуто", None),
        ("Обсяг складає 5 млн грн", None), ("(грн) і (тис. грн)", None), ("Доходи", None), ("", None),
    ],
)  # fmt: skip
def test_unit_of_a_caption(text: str, expected: str | None) -> None:
    assert caption_unit(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%", "percent"), ("тис. грн", "thousand UAH"), ("грн.", "UAH"), ("₴", "UAH"), ("осіб", "count"),
        ("од.", "count"),
        ("тис. осіб", "thousand count"), ("тис.", "thousand"), ("млн", "million"), ("рази", "times"), ("кв.м", "кв.м"),
        ("м2", "м2"), ("%.", None), ("рік", None), ("грн/м2", None), ("тис. грн на рік", None), ("", None),
    ],
)  # fmt: skip
def test_a_text_that_is_a_unit(text: str, expected: str | None) -> None:
    assert known_unit(text) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Чисельність населення (на початок року)1, тис. осіб", "thousand count"),
        ("Середня заробітна плата працівників, грн", "UAH"),
        ("Заборгованість, тис.грн (на початок року)", "thousand UAH"),
        ("Забезпеченість житлом, м2 загальної площі", "м2"),
        ("Площа (кв.м)", "кв.м"),
        ("Площа території, км2", "км2"),
        ("Оснащення пункту розливу води, м. Лохвиця", None),  # a town
        ("Кількість наданих послуг, тис. послуг", "тис. послуг"),
        ("Перевезено пасажирів, млн осіб на рік", "million count"),
        ("Населення, тис. на кінець року", "thousand"),
        ("Випуск на лінію, автобусів на день", "count"),
        ("Потужність, кубометрів на добу", None),  # measured, not counted
        ("роботи, послуги", None),
        ("Бібліотеки", None),
    ],
)
def test_unit_at_the_end_of_a_label(label: str, expected: str | None) -> None:
    assert label_unit(label) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [("Кількість", "count"), ("Площа, га", "га"), ("Кількість, тис. шт.", "thousand count"), ("Сума", None)],
)
def test_unit_of_a_heading(heading: str, expected: str | None) -> None:
    assert heading_unit(heading) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("осіб", "count"),
        ("м²", "м²"),
        ("примірників", "примірників"),
        ("х", None),
        ("-", None),
        ("", None),
        ("тис.грн.", "thousand UAH"),
    ],
)
def test_unit_of_a_column_of_units(text: str, expected: str | None) -> None:
    assert read_unit(text) == expected
