"""Texts that mean one number, or in a fixed way say that there is none, and random junk."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from bench.spellings.grammar import (
    BLANKS,
    COMMON_SPACES,
    DASHES,
    DEBATABLE_JUNK,
    DIGITS,
    JUNK_ALPHABET,
    LINE_BREAKS,
    MINUS,
    NIL,
    NOT_APPLICABLE,
    SPACES,
    SUM_WORDS,
    UNITS,
    UNITS_WITH_DIGIT,
    Case,
    Number,
    in_junk_alphabet,
    readings_by_grammar,
)
from bench.spellings.numbers import clear, draw_body, draw_number, maybe_space, raised_mark, simple, spell


def make_body(rng: Random) -> Case:
    body = draw_body(rng)
    return clear(body.text, body.value, body.style)


def make_padded(rng: Random) -> Case:
    body = draw_body(rng)
    left = "".join(rng.choice(BLANKS) for _ in range(rng.randrange(3)))
    right = "".join(rng.choice(BLANKS) for _ in range(rng.randrange(1, 3)))
    return clear(left + body.text + right, body.value, "padded")


def make_signed(rng: Random) -> Case:
    body = draw_body(rng)
    kinds = {
        "-": "minus_hyphen",
        MINUS: "minus_sign",
        "\u2013": "minus_en_dash",
        "\u2014": "minus_em_dash",
        "+": "plus",
    }
    sign, kind = rng.choice(tuple(kinds.items()))
    return clear(sign + body.text, body.value if sign == "+" else -body.value, kind)


def make_parentheses(rng: Random) -> Case:
    body = draw_body(rng)
    inner = body.text if rng.random() < 0.8 else f" {body.text} "
    percent = rng.choice(("", "", "", "%"))
    return clear(f"({inner.rstrip()}{percent})" if percent else f"({inner})", -body.value, "parentheses")


def make_percent(rng: Random) -> Case:
    body = draw_body(rng) if rng.random() < 0.3 else simple(rng, 1, 3)
    return clear(f"{body.text}{maybe_space(rng)}%", body.value, "percent")


def make_unit(rng: Random) -> Case:
    body = draw_body(rng) if rng.random() < 0.4 else simple(rng, 1, 8)
    return clear(f"{body.text}{maybe_space(rng)}{rng.choice(UNITS)}", body.value, "unit")


def make_unit_with_digit(rng: Random) -> Case:
    """A unit that ends with a digit, `15 м2`: the digit is no part of the number."""
    body = simple(rng)
    return clear(f"{body.text} {rng.choice(UNITS_WITH_DIGIT)}", body.value, "unit_with_digit")


def make_unit_next_line(rng: Random) -> Case:
    body = draw_body(rng)
    return clear(f"{body.text}{rng.choice(LINE_BREAKS)}{rng.choice((*UNITS, '%'))}", body.value, "unit_next_line")


def make_combined(rng: Random) -> Case:
    """A sign before and a percent sign, a unit or a footnote after, or several of them."""
    body = draw_body(rng)
    sign = rng.choice(("-", MINUS, "\u2013", "+", ""))
    tail = rng.choice(("%", "unit", "%+note", "unit+note", "note+%"))
    note = rng.choice((raised_mark(rng), "*", "**"))
    unit = rng.choice(UNITS[:-1])
    ends = {
        "%": f"{maybe_space(rng)}%",
        "unit": f"{maybe_space(rng)}{unit}",
        "%+note": f"{maybe_space(rng)}%{note}",
        "unit+note": f"{maybe_space(rng)}{unit}{note}",
        "note+%": f"{raised_mark(rng)}{maybe_space(rng)}%",
    }
    if body.value == 10:
        return make_percent(rng)
    return clear(sign + body.text + ends[tail], body.value if sign in ("", "+") else -body.value, "combined")


def make_bullet(rng: Random) -> Case:
    """A list item: dash, space, number, semicolon. The dash is a bullet."""
    body = simple(rng, 1, 8) if rng.random() < 0.7 else draw_body(rng)
    unit = rng.choice(("", "", "", f" {rng.choice(UNITS)}", "%", " %"))
    return clear(f"{rng.choice(DASHES)}{rng.choice(COMMON_SPACES)}{body.text}{unit};", body.value, "bullet")


def make_round_bullet(rng: Random) -> Case:
    body = simple(rng, 1, 8)
    return clear(f"\u2022 {body.text}{rng.choice(('', ';'))}", body.value, "round_bullet")


def make_semicolon(rng: Random) -> Case:
    body = draw_body(rng)
    return clear(f"{body.text};", body.value, "trailing_semicolon")


def make_word_dash(rng: Random) -> Case:
    """A word, a dash glued to it and to the number: `у сумі-1561650`. The dash is no minus."""
    body = simple(rng, 1, 8)
    unit = rng.choice(("", "", f"{maybe_space(rng)}{rng.choice(UNITS[:12])}"))
    return clear(f"{rng.choice(SUM_WORDS)}{rng.choice(DASHES)}{body.text}{unit}", body.value, "word_dash")


def make_word(rng: Random) -> Case:
    """A word before the number, with no dash, a colon, or a dash with a space on both sides."""
    body = simple(rng, 1, 8)
    link = rng.choice((" ", " ", ": ", " \u2013 ", " \u2014 "))
    unit = rng.choice(("", f"{maybe_space(rng)}{rng.choice(UNITS[:12])}"))
    return clear(f"{rng.choice(SUM_WORDS)}{link}{body.text}{unit}", body.value, "word_before")


def make_times(rng: Random) -> Case:
    """So many times more: `в 2,1 р.б.`, `в 2р.б.`, `у 3 рази`."""
    number = draw_number(rng, 1, 2, (0, 0, 1, 1, 2))
    text = spell(number, decimal_sign=rng.choice(",,,."))
    if number.fraction:
        word = "раза"
    elif number.whole[-1] == "1" and number.whole != "11":
        word = "раз"
    elif number.whole[-1] in "234" and not 12 <= int(number.whole) <= 14:
        word = "рази"
    else:
        word = "разів"
    ending = rng.choice((" р.б.", "р.б.", " р. б.", "р. б.", " р.б", f" {word}", f" {word}", f" {word} більше"))
    return clear(f"{rng.choice(('в', 'у', 'В', 'У'))} {text}{ending}", number.value, "times")


def make_raised(rng: Random) -> Case | None:
    """A raised footnote sign after the number (not after 10, where it may be an exponent)."""
    body = draw_body(rng)
    return (
        None
        if body.value == 10
        else clear(f"{body.text}{maybe_space(rng)}{raised_mark(rng)}", body.value, "footnote_raised")
    )


def make_stars(rng: Random) -> Case:
    body = draw_body(rng)
    return clear(f"{body.text}{maybe_space(rng)}{'*' * rng.choice((1, 1, 2, 3))}", body.value, "footnote_stars")


def make_vulgar_fraction(rng: Random) -> Case:
    """`1½` is one and a half; folded by NFKC it would be `11⁄2`."""
    sign, value = rng.choice((("\u00bd", "0.5"), ("\u00bc", "0.25"), ("\u00be", "0.75")))
    whole = rng.choice(("", str(rng.randint(1, 99))))
    return clear(whole + sign, Decimal(whole or 0) + Decimal(value), "vulgar_fraction")


def make_kopecks(rng: Random) -> Case:
    """`5 грн 40 коп.` is 5.40 hryvnias; neither 5 nor 540."""
    number = draw_number(rng, 1, 6, (2,))
    whole = spell(Number(number.value, number.whole, ""), rng.choice(("", " ")))
    return clear(f"{whole} грн{rng.choice(('', '.'))} {number.fraction} коп.", number.value, "hryvnias_kopecks")


def junk_text(rng: Random) -> str:
    """A random string: of characters, of short runs of digits with signs between, or a number with a few slips."""
    way = rng.randrange(3)
    if way == 0:
        length = rng.randint(1, 10)
        signs = JUNK_ALPHABET[10:]
        return "".join(rng.choice(DIGITS if rng.random() < 0.65 else signs) for _ in range(length))
    if way == 1:
        text = rng.choice(("", "", "", "", "-", "+", "(", "- ", "-(", "+("))
        between = rng.choice((" .,'", ".,", " ,", " .", " ", ".", ",", "'", "',", "'.", ".,-"))
        for index in range(rng.randint(1, 4)):
            size = rng.choice((1, 2, 3, 3, 3, 3, 4))
            text += (rng.choice(between) if index else "") + "".join(rng.choice(DIGITS) for _ in range(size))
        ending = ")" if "(" in text and rng.random() < 0.9 else rng.choice(("", "", "", "", "-", ")", ".", ",", "'"))
        return text + ending + rng.choice(("", "", "", "%", " %"))
    characters = list(in_junk_alphabet(draw_body(rng).text) or "0")
    for _ in range(rng.randint(1, 2)):
        place = rng.randrange(len(characters) + 1)
        slip = rng.randrange(4)
        if slip == 0 or place == len(characters):
            characters.insert(place, rng.choice(JUNK_ALPHABET))
        elif slip == 1:
            del characters[place]
        elif slip == 2:
            characters[place] = rng.choice(JUNK_ALPHABET)
        elif place:
            characters[place - 1], characters[place] = characters[place], characters[place - 1]
    return "".join(characters)


def junk_case(rng: Random, clear: bool) -> Case | None:
    """Random junk judged by the grammar, if it came out clear or not clear, as asked."""
    text = junk_text(rng)
    if not text.strip(" -"):
        return None  # blank, or dashes alone: see the makers of texts with a reason
    readings = readings_by_grammar(text)
    if (len(readings) == 1) is not clear:
        return None
    prefix = "debatable_junk" if DEBATABLE_JUNK.search(text) else "junk"
    return Case(text, readings, None, f"{prefix}_{'clear' if clear else 'refuse'}")


def make_junk_clear(rng: Random) -> Case | None:
    return junk_case(rng, clear=True)


def make_junk_refuse(rng: Random) -> Case | None:
    return junk_case(rng, clear=False)


def pad(rng: Random, text: str) -> str:
    """At times spaces around the text."""
    left = "".join(rng.choice(SPACES) for _ in range(rng.choice((0, 0, 0, 1, 2))))
    right = "".join(rng.choice((*SPACES, "\n")) for _ in range(rng.choice((0, 0, 0, 1, 2))))
    return left + text + right


def make_nil(rng: Random) -> Case:
    return Case(pad(rng, rng.choice(NIL)), frozenset(), "nil", "nil")


def make_not_applicable(rng: Random) -> Case:
    return Case(pad(rng, rng.choice(NOT_APPLICABLE)), frozenset(), "not_applicable", "not_applicable")


def make_blank(rng: Random) -> Case:
    text = "".join(rng.choice(BLANKS) for _ in range(rng.randrange(5)))
    return Case(text, frozenset(), "blank", "blank")
