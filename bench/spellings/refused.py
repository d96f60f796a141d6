"""Texts of which no value may be given: several values, two readings, codes, dates, misread letters."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from bench.spellings.grammar import (
    COMMON_SPACES,
    DASHES,
    DIGITS,
    FOREIGN_ZEROS,
    LINE_BREAKS,
    MINUS,
    MISREAD,
    MONTHS,
    NOT_FIRST,
    NOT_LAST,
    SPACES,
    SUM_WORDS,
    SUPERSCRIPTS,
    Case,
    Number,
    in_junk_alphabet,
    readings_by_grammar,
)
from bench.spellings.numbers import (
    Body,
    draw_body,
    draw_number,
    group_space,
    in_threes,
    maybe_space,
    raised_mark,
    refuse,
    simple,
    spell,
)


def decorate_refused(rng: Random, text: str, values: Sequence[Decimal]) -> tuple[str, list[Decimal]]:
    """At times a sign before and a percent sign, unit or footnote after a text of several readings."""
    readings = list(values)
    sign = rng.choice(("", "", "", "-", MINUS, "\u2013", "+"))
    if sign not in ("", "+"):
        readings = [-value for value in readings]
    ending = rng.choice(("", "", "", "%", " %", " грн", " тис. грн", "грн.", "*", "\u00b2"))
    return sign + text + ending, readings


def make_lone_point(rng: Random) -> Case:
    """A point before three digits, `12.500`: a decimal sign, or a sign between groups."""
    whole, tail = rng.randrange(1, 1000), rng.choice((0, 500, rng.randrange(1000)))
    values = [Decimal(whole * 1000 + tail), Decimal(whole * 1000 + tail).scaleb(-3)]
    text = f"{whole}.{tail:03d}"
    way = rng.randrange(8)
    if way == 0:
        return refuse(f"({text})", "lone_point_three", [-value for value in values])
    if way == 1:
        return refuse(f"{rng.choice(DASHES)} {text};", "lone_point_three", values)
    text, values = decorate_refused(rng, text, values)
    return refuse(text, "lone_point_three", values)


def make_repeated_sign(rng: Random) -> Case:
    """`1.234.567`, `1,234,567`: groups alone, or the last sign is the decimal one."""
    number = draw_number(rng, 7, 11, (0,))
    sign = rng.choice(".,")
    text, values = decorate_refused(rng, spell(number, sign), [number.value, number.value.scaleb(-3)])
    return refuse(text, f"repeated_{'point' if sign == '.' else 'comma'}", values)


def make_glued(rng: Random) -> Case | None:
    """Two values run together, `12,5013,75`, or groups and decimals by one sign, `410.475.40`."""
    if rng.random() < 0.4:
        number = draw_number(rng, 4, 7, (1, 2, 2))
        sign = rng.choice("..,")
        text = spell(number, sign, sign)
        first = Decimal(spell(Number(number.value, number.whole, ""), ".").rsplit(".", 1)[0].replace(".", ""))
        return refuse(text, "glued_one_sign", [number.value, first])
    one, two = draw_number(rng, 1, 4, (1, 2, 2)), draw_number(rng, 1, 4, (1, 2, 2))
    sign = rng.choice(",,.")
    text = spell(one, decimal_sign=sign) + spell(two, decimal_sign=sign if rng.random() < 0.8 else rng.choice(",."))
    if len(readings_by_grammar(text)) == 1:
        return None
    return refuse(text, "glued_values", [one.value, two.value])


def make_spaced_dash(rng: Random) -> Case | None:
    """`- 5`: a minus or a bullet (not before nought, which has no sign)."""
    body = simple(rng, 1, 8) if rng.random() < 0.6 else draw_body(rng)
    if not body.value:
        return None
    ending = rng.choice(("", "", "", "", "%", " %", " грн", " тис. грн"))
    text = rng.choice(DASHES) + rng.choice(COMMON_SPACES) + body.text + ending
    return refuse(text, "spaced_dash", [body.value, -body.value])


def make_word_spaced_dash(rng: Random) -> Case | None:
    """`у сумі -5`: the dash stands away from the word and at the number; a minus, or a dash."""
    body = simple(rng, 1, 8)
    text = f"{rng.choice(SUM_WORDS)} {rng.choice(DASHES)}{body.text}"
    return refuse(text, "debatable_word_spaced_dash", [body.value, -body.value]) if body.value else None


def make_stacked(rng: Random) -> Case:
    """Several values one under another."""
    bodies = [simple(rng) if rng.random() < 0.7 else draw_body(rng) for _ in range(rng.randint(2, 4))]
    ending = rng.choice(("", "", "", "%", " грн", " тис. грн", ";"))
    start = rng.choice(("", "", "", "- ", "\u2013 ")) if ending == ";" else ""
    text = rng.choice(LINE_BREAKS).join(start + body.text + ending for body in bodies)
    return refuse(text, "stacked", [body.value for body in bodies])


def make_stacked_with_word(rng: Random) -> Case:
    """A value and a sign of its own, one under another: a number and a dash, `х` and a number."""
    lines = [simple(rng).text, rng.choice(("-", "\u2013", "\u0445", "x", "\u0425"))]
    rng.shuffle(lines)
    return refuse("\n".join(lines), "stacked_with_sign")


def make_two_values(rng: Random) -> Case | None:
    """Two values on one line."""
    one, two = simple(rng, 1, 4), simple(rng, 1, 4)
    link = rng.choice((" ", " ", "\u00a0", "  ", "; ", ", ", " та ", " і ", " | ", "()"))
    text = f"{one.text}{maybe_space(rng)}({two.text})" if link == "()" else one.text + link + two.text
    plain = in_junk_alphabet(" ".join(text.split()))
    if plain is not None and readings_by_grammar(plain):
        return None
    return refuse(text, "two_values", [one.value, two.value])


def make_misread(rng: Random) -> Case | None:
    """A letter in place of a digit."""
    text = draw_body(rng).text
    places = [i for i, character in enumerate(text) if character in MISREAD]
    if not places or sum(character in DIGITS for character in text) < 2:
        return None
    for place in rng.sample(places, min(len(places), rng.choice((1, 1, 1, 2)))):
        letter = rng.choice(MISREAD[text[place]])
        if (place == len(text) - 1 and letter in NOT_LAST) or (place == 0 and letter in NOT_FIRST):
            return None
        text = text[:place] + letter + text[place + 1 :]
    if not any(character in DIGITS for character in text):
        return None
    return refuse(text, "misread_letter")


def make_broken_groups(rng: Random) -> Case | None:
    """Groups that are not threes: `1 23`, `12 34 567`, `1 2345`, `1234 567`, `0 123`."""
    sizes = [rng.choice((1, 2, 3, 3, 4)) for _ in range(rng.randint(2, 4))]
    groups = ["".join(rng.choice(DIGITS) for _ in range(size)) for size in sizes]
    if rng.random() < 0.8:
        groups[0] = rng.choice("123456789") + groups[0][1:]
    separator = rng.choice((" ", " ", "\u00a0", "\u2009", "'", "\u2019"))
    text = separator.join(groups)
    if rng.random() < 0.4:
        text += "," + "".join(rng.choice(DIGITS) for _ in range(rng.randint(1, 2)))
    plain = in_junk_alphabet(text)
    return None if plain is not None and readings_by_grammar(plain) else refuse(text, "broken_groups")


def make_mixed_groups(rng: Random) -> Case:
    """Groups by two different signs: `1 234.567,8`, `1'234 567`."""
    number = draw_number(rng, 7, 9, (1, 2))
    first, second, third = in_threes(number.whole)
    one, two = rng.sample((" ", ".", "'"), 2)
    return refuse(f"{first}{one}{second}{two}{third},{number.fraction}", "debatable_mixed_groups")


def make_edge_sign(rng: Random) -> Case:
    """A point or comma with no digits on one side."""
    sign, minus = rng.choice(",."), rng.choice(("", "", "", "-"))
    if rng.random() < 0.5:
        return refuse(minus + sign + "".join(rng.choice(DIGITS) for _ in range(rng.randint(1, 4))), "leading_sign")
    number = draw_number(rng, 1, 8, (0,))
    return refuse(minus + spell(number, rng.choice(("", "", " "))) + sign, "trailing_sign")


def make_date(rng: Random) -> Case:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1991, 2035)
    forms = (
        f"{day:02d}.{month:02d}.{year}",
        f"{day:02d}.{month:02d}.{year} р.",
        f"{day}.{month:02d}.{year}р.",
        f"{day:02d}.{month:02d}.{year % 100:02d}",
        f"{day:02d},{month:02d},{year}",
        f"{day:02d}/{month:02d}/{year}",
        f"{year}-{month:02d}-{day:02d}",
        f"{day} {MONTHS[month - 1]} {year}",
        f"{day} {MONTHS[month - 1]} {year} року",
        f"з {day:02d}.{month:02d}.{year}",
    )
    return refuse(rng.choice(forms), "date")


def make_code(rng: Random) -> Case:
    """A code of four or more digits that begins with a nought."""
    return refuse("0" + "".join(rng.choice(DIGITS) for _ in range(rng.randint(3, 8))), "code")


def make_section(rng: Random) -> Case:
    parts = [str(rng.randint(1, 25)) for _ in range(rng.randint(3, 4))]
    return refuse(".".join(parts) + rng.choice(("", "", ".")), "section_number")


def make_list_number(rng: Random) -> Case:
    number = rng.randint(1, 40)
    return refuse(rng.choice((f"{number})", f"\u2116 {number}", f"\u2116{number}", f"п. {number}")), "list_number")


def make_range(rng: Random) -> Case:
    if rng.random() < 0.3:
        low = rng.randint(2015, 2030)
        one, two = Body(str(low), Decimal(low), ""), Body(str(low + 2), Decimal(low + 2), "")
    else:
        one, two = sorted((simple(rng, 1, 4), simple(rng, 1, 4)), key=lambda body: body.value)
    dash = rng.choice((*DASHES, " - ", " \u2013 ", " -", "- ", "...", "\u2026"))
    text = f"від {one.text} до {two.text}" if rng.random() < 0.1 else one.text + dash + two.text
    return refuse(text + rng.choice(("", "", "", "%", " грн", " рр.")), "range", [one.value, two.value])


def make_fraction(rng: Random) -> Case:
    one, two = simple(rng, 1, 4), simple(rng, 1, 4)
    return refuse(one.text + rng.choice(("/", "/", " / ", "\u2044")) + two.text, "fraction", [one.value, two.value])


def make_ordinal(rng: Random) -> Case:
    endings = ("й", "ий", "го", "ша", "га", "тя", "ти", "ше", "х", "му", "та")
    return refuse(f"{rng.randint(1, 99)}{rng.choice(('-', '-', chr(0x2013)))}{rng.choice(endings)}", "ordinal")


def make_wrong_order(rng: Random) -> Case | None:
    """Points and commas in an order that no number has."""
    number = draw_number(rng, 4, 9, (1, 2))
    groups = in_threes(number.whole)
    one, two = rng.choice((",.", ".,"))
    way = rng.randrange(3)
    if way == 0 and len(groups) > 2:  # `1,234.567,8`
        text = groups[0] + one + two.join(groups[1:]) + one + number.fraction
    elif way == 1:  # `1,2345.67`
        text = f"{number.whole[:-4] or '1'}{one}{number.whole[-4:]}{two}{number.fraction}"
    else:  # `12,5.3`, `1 234,5.6`
        text = f"{spell(number, rng.choice(('', ' ')), one)}{two}{rng.randrange(100)}"
    return None if readings_by_grammar(text) else refuse(text, "wrong_order")


def make_foreign_digits(rng: Random) -> Case:
    """Digits that are not Latin, all of them or one."""
    text = simple(rng, 1, 6).text
    zero = rng.choice(FOREIGN_ZEROS)
    places = [i for i, character in enumerate(text) if character in DIGITS]
    if rng.random() < 0.4:
        places = [rng.choice(places)]
    for place in places:
        text = text[:place] + chr(zero + int(text[place])) + text[place + 1 :]
    return refuse(text, "foreign_digits")


def make_circled(rng: Random) -> Case:
    """Circled and Roman number signs, which have a numeric value in Unicode."""
    start, size = rng.choice(((0x2460, 20), (0x2160, 12), (0x2776, 10)))
    sign = chr(start + rng.randrange(size))
    return refuse(rng.choice((sign, sign, f"{rng.randint(1, 99)}{sign}{rng.randint(1, 99)}")), "circled_or_roman")


def make_raised_only(rng: Random) -> Case:
    return refuse(raised_mark(rng), "footnote_alone")


def make_flat_footnote(rng: Random) -> Case:
    """A footnote number that lost its height: `1001)` is 1001 or 100 with a footnote."""
    number, note = draw_number(rng, 2, 6, (0, 1)), rng.randint(1, 9)
    text = f"{spell(number)}{note})"
    return refuse(text, "flat_footnote", [number.value, Decimal(f"{spell(number, decimal_sign='.')}{note}")])


def make_broken_line(rng: Random) -> Case:
    """A line break inside a number: one number that was wrapped, or two."""
    body = group_space(rng) if rng.random() < 0.5 else simple(rng, 3, 9)
    cuts = [i for i in range(1, len(body.text)) if body.text[i - 1] in DIGITS + ",." and body.text[i] in DIGITS + ",."]
    spaces = [i for i, character in enumerate(body.text) if character in SPACES]
    line_break = rng.choice(("\n", "\n", "\r\n", "-\n"))
    if spaces and rng.random() < 0.6:
        place = rng.choice(spaces)
        return refuse(body.text[:place] + line_break + body.text[place + 1 :], "broken_line")
    place = rng.choice(cuts)
    return refuse(body.text[:place] + line_break + body.text[place:], "broken_line")


def make_broken_after_sign(rng: Random) -> Case | None:
    """A dash on a line of its own over a number."""
    body = simple(rng)
    text = f"{rng.choice(DASHES)}\n{body.text}"
    return refuse(text, "dash_over_number", [body.value, -body.value]) if body.value else None


def make_exponent(rng: Random) -> Case:
    number = draw_number(rng, 1, 2, (0, 1, 2))
    mantissa, power = spell(number, decimal_sign=rng.choice(",.")), rng.randint(2, 9)
    raised = SUPERSCRIPTS[power]
    forms = (
        f"{mantissa}E{power}", f"{mantissa}e{power}", f"{mantissa}E+{power:02d}", f"{mantissa}e-{power}",
        f"{mantissa}е{power}", f"{mantissa}Е+{power}", f"{mantissa}\u00b710{raised}", f"{mantissa}\u00d710{raised}",
        f"{mantissa}*10^{power}", f"{mantissa}^{power}",
    )  # fmt: skip
    return refuse(rng.choice(forms), "exponent")


def make_literal(rng: Random) -> Case:
    """Words that a programming language takes for a number."""
    words = ("NaN", "nan", "-nan", "inf", "-inf", "Infinity", "-Infinity", "sNaN", "0x1F", "0b101", "0o17", "1j")
    return refuse(rng.choice(words), "literal")


def make_compound(rng: Random) -> Case:
    """Two numbers with two units that make one value together: no single number is printed."""
    one, two = rng.randint(1, 99), rng.randint(1, 999)
    units = rng.choice((("млн", "тис. грн"), ("млн.", "тис."), ("млрд", "млн грн"), ("тис.", "грн"), ("год.", "хв.")))
    return refuse(f"{one} {units[0]} {two} {units[1]}", "compound_units")
