"""Amounts of money in a text, in figures and in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.amounts import disagreements, find_amounts


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Затверджений у сумі 6588100 грн. шість мільйонів п'ятсот вісімдесят вісім тисяч сто грн. 00 коп.",
         ["6588100", "6588100"]),
        ("Загальний обсяг фінансування – 11 181,90 тис. грн", ["11181900"]),
        ("у сумі 12 000 грн 50 коп. (дванадцять тисяч гривень 50 копійок)", ["12000.5", "12000.5"]),
        ("сто двадцять одна тисяча гривень", ["121000"]),
        ("Два мільйони двісті тисяч три гривні", ["2200003"]),
        ("5 млн. грн, у тому числі 2,5 млн грн", ["5000000", "2500000"]),
        ("на 2021 рік 150 грн", ["150"]),
        ("дев’яносто дев`ять гривень", ["99"]),
        ("два три гривень", []), ("двадцять сто гривень", []), ("тисяча двісті гривень", ["1200"]),
        ("1 млн. 250 тис. гривень (один мільйон двісті п'ятдесят тисяч гривень)", ["1250000"]),
        ("дві тисячі п'ятсот тисяч гривень", []), ("1'250'000 грн", []), ("12.03.2021 гривень", []),
        ("сто, двадцять гривень", ["20"]), ("сім закладів", []), ("", []),
    ],
)  # fmt: skip
def test_amounts(text: str, amounts: list[str]) -> None:
    assert [amount.value for amount in find_amounts(text)] == [Decimal(value) for value in amounts]


def test_words_that_say_another_sum() -> None:
    ((figures, words),) = disagreements("у сумі 5 000 грн (шість тисяч гривень) на рік")
    assert [figures.value, words.value] == [Decimal(5000), Decimal(6000)]
    assert not disagreements("у сумі 6 000,00 грн (шість тисяч гривень)")
    assert not disagreements("6 000 грн 50 коп. (шість тисяч гривень п'ятдесят копійок)")
    assert not disagreements("100 000 грн, з них п'ятдесят тисяч гривень")
    assert not disagreements("5 000 грн на ремонт даху школи і ще, крім того, на рік шість тисяч гривень")


ONES = ("", "один", "два", "три", "чотири", "п'ять", "шість", "сім", "вісім", "дев'ять")
TEENS = (
    "десять одинадцять дванадцять тринадцять чотирнадцять п’ятнадцять шістнадцять сімнадцять вісімнадцять дев’ятнадцять"
).split()
TENS = " . двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто".split(" ")
HUNDREDS = " сто двісті триста чотириста п'ятсот шістсот сімсот вісімсот дев'ятсот".split(" ")


def spelled(number: int) -> str:
    """Spell a number below a thousand."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [HUNDREDS[hundreds], TEENS[ones] if tens == 1 else f"{TENS[tens].strip('.')} {ONES[ones]}"]
    return " ".join(" ".join(words).split())


@given(st.integers(0, 999), st.integers(0, 999), st.integers(1, 999), st.integers(0, 99))
def test_any_number_in_words(millions: int, thousands: int, units: int, cents: int) -> None:
    words = f"{spelled(millions)} мільйонів " if millions else ""
    words += f"{spelled(thousands)} тисяч " if thousands else ""
    words += f"{spelled(units)} гривень {cents:02} копійок"
    found = find_amounts(f"Усього: {words}.")
    expected = Decimal(10**6 * millions + 1000 * thousands + units) + Decimal(cents).scaleb(-2)
    assert [(amount.value, amount.in_words) for amount in found] == [(expected, True)]
