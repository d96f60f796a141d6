"""Spellings of numbers as they stand in the cells of scanned or typed Ukrainian municipal tables, with an oracle.

The oracle does not come from parsing. A maker starts from a ``Decimal``, spells it, and so knows what the text means;
a maker of texts that must be refused starts from two values, from a value spelled badly, or from no number at all.
Random junk alone is judged by a grammar of this module (``readings_by_grammar``): it enumerates every way in which a
person could read the text as one number. The same grammar cross-checks each constructed case that is written in its
alphabet, so the two oracles must agree before a case leaves ``generate``.

How to judge a parser by a case:

* ``len(case.readings) == 1``: it may give that value, or refuse. Any other value is an error.
* ``len(case.readings) != 1``: it must give no value.
* ``case.reason`` is set: it gives no value, and the reason is that word.
* ``case.kind`` starting with ``debatable_``: the verdict is a judgement call; count such cases apart.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

from bench.spellings.clear import (
    make_blank,
    make_body,
    make_bullet,
    make_combined,
    make_junk_clear,
    make_junk_refuse,
    make_kopecks,
    make_nil,
    make_not_applicable,
    make_padded,
    make_parentheses,
    make_percent,
    make_raised,
    make_round_bullet,
    make_semicolon,
    make_signed,
    make_stars,
    make_times,
    make_unit,
    make_unit_next_line,
    make_unit_with_digit,
    make_vulgar_fraction,
    make_word,
    make_word_dash,
)
from bench.spellings.grammar import NIL, NOT_APPLICABLE, Case, Maker, in_junk_alphabet, must_refuse, readings_by_grammar
from bench.spellings.refused import (
    make_broken_after_sign,
    make_broken_groups,
    make_broken_line,
    make_circled,
    make_code,
    make_compound,
    make_date,
    make_edge_sign,
    make_exponent,
    make_flat_footnote,
    make_foreign_digits,
    make_fraction,
    make_glued,
    make_list_number,
    make_literal,
    make_lone_point,
    make_misread,
    make_mixed_groups,
    make_ordinal,
    make_raised_only,
    make_range,
    make_repeated_sign,
    make_section,
    make_spaced_dash,
    make_stacked,
    make_stacked_with_word,
    make_two_values,
    make_word_spaced_dash,
    make_wrong_order,
)

CLEAR: tuple[tuple[Maker, int], ...] = (
    (make_body, 30),
    (make_padded, 5),
    (make_signed, 12),
    (make_parentheses, 5),
    (make_percent, 6),
    (make_unit, 10),
    (make_unit_with_digit, 1),
    (make_unit_next_line, 2),
    (make_combined, 6),
    (make_bullet, 6),
    (make_round_bullet, 1),
    (make_semicolon, 2),
    (make_word_dash, 4),
    (make_word, 3),
    (make_times, 5),
    (make_raised, 6),
    (make_stars, 4),
    (make_vulgar_fraction, 1),
    (make_kopecks, 1),
    (make_junk_clear, 10),
)
REFUSE: tuple[tuple[Maker, int], ...] = (
    (make_lone_point, 6),
    (make_repeated_sign, 5),
    (make_glued, 6),
    (make_spaced_dash, 5),
    (make_word_spaced_dash, 1),
    (make_stacked, 6),
    (make_stacked_with_word, 1),
    (make_two_values, 6),
    (make_misread, 8),
    (make_broken_groups, 6),
    (make_mixed_groups, 1),
    (make_edge_sign, 5),
    (make_date, 5),
    (make_code, 4),
    (make_section, 1),
    (make_list_number, 1),
    (make_range, 5),
    (make_fraction, 4),
    (make_ordinal, 3),
    (make_wrong_order, 4),
    (make_foreign_digits, 4),
    (make_circled, 1),
    (make_raised_only, 1),
    (make_flat_footnote, 1),
    (make_broken_line, 4),
    (make_broken_after_sign, 1),
    (make_exponent, 4),
    (make_literal, 1),
    (make_compound, 2),
    (make_junk_refuse, 20),
)
FIXED: tuple[tuple[Maker, int], ...] = ((make_nil, 3), (make_not_applicable, 3), (make_blank, 2))

SHARES: tuple[tuple[str, tuple[tuple[Maker, int], ...], float], ...] = (
    ("clear", CLEAR, 0.67),
    ("refuse", REFUSE, 0.25),
    ("fixed", FIXED, 0.08),
)


def agree(case: Case, share: str) -> None:
    """Assert that the case is what its share says, and that construction and grammar agree about it."""
    if share == "clear":
        assert len(case.readings) == 1 and case.reason is None, case
    elif share == "refuse":
        assert len(case.readings) != 1 and case.reason is None, case
        assert case.text.strip() not in (*NIL, *NOT_APPLICABLE, ""), case
    else:
        assert not case.readings and case.reason is not None, case
    plain = in_junk_alphabet(case.text)
    if plain is None:
        return
    by_grammar = readings_by_grammar(plain)
    if share == "clear":
        assert by_grammar == case.readings, (case, by_grammar)
    else:
        assert len(by_grammar) != 1, (case, by_grammar)


def generate(seed: int, count: int) -> Iterator[Case]:
    """That many cases; the same ones for the same seed. A quarter must be refused, and 8 % have a fixed meaning."""
    rng = Random(seed)
    names = [name for name, _, _ in SHARES]
    makers = {name: [maker for maker, _ in pairs] for name, pairs, _ in SHARES}
    weights = {name: [weight for _, weight in pairs] for name, pairs, _ in SHARES}
    shares = [share for _, _, share in SHARES]
    for _ in range(count):
        (share,) = rng.choices(names, shares)
        (maker,) = rng.choices(makers[share], weights[share])
        case = maker(rng)
        while case is None:
            case = maker(rng)
        agree(case, share)
        yield case


def main(arguments: Sequence[str] | None = None) -> None:
    """Print samples of each kind; the arguments are the seed, the count of cases and the samples of each kind."""
    given = [int(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    seed, count, samples = [*given, *(1, 20_000, 4)[len(given) :]][:3]
    cases = list(generate(seed, count))
    kinds = Counter(case.kind for case in cases)
    for kind in sorted(kinds):
        print(f"{kind}: {kinds[kind]}")
        for case in [case for case in cases if case.kind == kind][:samples]:
            values = ", ".join(format(value, "f") for value in sorted(case.readings))
            print(f"    {case.text!r} -> {case.reason or f'[{values}]'}")
    refused = sum(case.reason is None and must_refuse(case) for case in cases)
    fixed = sum(case.reason is not None for case in cases)
    print(f"{count} cases: {count - refused - fixed} clear, {refused} to refuse, {fixed} with a fixed meaning")


if __name__ == "__main__":
    main()
