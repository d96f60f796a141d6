"""Numbers made of a value, spelled in the styles that Ukrainian documents print them in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from bench.spellings.grammar import APOSTROPHES, COMMON_SPACES, SPACES, SUPERSCRIPTS, Case, Number


def draw_number(
    rng: Random, low: int = 1, high: int = 10, scales: Sequence[int] = (0, 0, 0, 1, 1, 2, 2, 2, 3)
) -> Number:
    """A random number whose whole part has from low to high digits (one digit may be zero)."""
    length = rng.randint(low, high)
    scale = rng.choice(scales)
    whole = rng.randrange(10 ** (length - 1) if length > 1 else 0, 10**length)
    if rng.random() < 0.15 and length > 3:
        whole = whole // 1000 * 1000
    fraction = rng.randrange(10**scale)
    if scale and rng.random() < 0.15:
        fraction = rng.choice((0, 5 * 10 ** (scale - 1)))
    value = Decimal(whole * 10**scale + fraction).scaleb(-scale)
    return Number(value, str(whole), f"{fraction:0{scale}d}" if scale else "")


def in_threes(digits: str) -> list[str]:
    """The digits parted in threes from the right."""
    head = len(digits) % 3
    return ([digits[:head]] if head else []) + [digits[i : i + 3] for i in range(head, len(digits), 3)]


def spell(number: Number, grouping: str = "", decimal_sign: str = ",") -> str:
    """The number with those signs."""
    return grouping.join(in_threes(number.whole)) + (decimal_sign + number.fraction if number.fraction else "")


@dataclass(frozen=True)
class Body:
    """A clearly spelled number without sign, the value, and the name of the style."""

    text: str
    value: Decimal
    style: str


def plain_integer(rng: Random) -> Body:
    number = draw_number(rng, scales=(0,))
    return Body(spell(number), number.value, "plain_integer")


def plain_comma(rng: Random) -> Body:
    number = draw_number(rng, scales=(1, 1, 2, 2, 3, 4))
    return Body(spell(number), number.value, "plain_comma")


def plain_point(rng: Random) -> Body:
    number = draw_number(rng, scales=(1, 1, 2, 2, 4))
    return Body(spell(number, decimal_sign="."), number.value, "plain_point")


def plain_point_three(rng: Random) -> Body:
    """A point before three digits that cannot part groups: `0.125`, `1234.567`."""
    if rng.random() < 0.5:
        thousandths = rng.randrange(1000)
        number = Number(Decimal(thousandths).scaleb(-3), "0", f"{thousandths:03d}")
    else:
        number = draw_number(rng, 4, 8, (3,))
    return Body(spell(number, decimal_sign="."), number.value, "plain_point_three")


def group_space(rng: Random) -> Body:
    number = draw_number(rng, 4, 11)
    space = rng.choice(COMMON_SPACES if rng.random() < 0.6 else SPACES)
    return Body(spell(number, space), number.value, "group_space")


def group_space_mixed(rng: Random) -> Body:
    """Different spaces in one number, which look alike on paper."""
    number = draw_number(rng, 7, 12)
    first, *others = in_threes(number.whole)
    text = first + "".join(rng.choice(SPACES) + group for group in others)
    return Body(text + ("," + number.fraction if number.fraction else ""), number.value, "group_space_mixed")


def group_space_point(rng: Random) -> Body:
    number = draw_number(rng, 4, 10, (1, 2, 2, 4))
    return Body(spell(number, rng.choice(COMMON_SPACES), "."), number.value, "group_space_point")


def group_point_three(rng: Random) -> Body:
    """Groups by one sign, then a point before three digits: `1 234.567`, `1'234.567`, `1,234.567`."""
    number = draw_number(rng, 4, 8, (3,))
    return Body(spell(number, rng.choice((" ", "\u00a0", "'", ",")), "."), number.value, "group_point_three")


def group_apostrophe(rng: Random) -> Body:
    number = draw_number(rng, 4, 10, (0, 0, 1, 2, 2, 3))
    sign = "." if rng.random() < 0.4 and len(number.fraction) != 3 else ","
    return Body(spell(number, rng.choice(APOSTROPHES), sign), number.value, "group_apostrophe")


def group_points(rng: Random) -> Body:
    number = draw_number(rng, 4, 10, (1, 2, 2, 2, 3))
    return Body(spell(number, ".", ","), number.value, "group_points_comma")


def group_commas(rng: Random) -> Body:
    number = draw_number(rng, 4, 10, (1, 2, 2, 2))
    return Body(spell(number, ",", "."), number.value, "group_commas_point")


BODIES: tuple[tuple[Callable[[Random], Body], int], ...] = (
    (plain_integer, 6),
    (plain_comma, 6),
    (plain_point, 4),
    (plain_point_three, 2),
    (group_space, 10),
    (group_space_mixed, 2),
    (group_space_point, 4),
    (group_point_three, 2),
    (group_apostrophe, 4),
    (group_points, 4),
    (group_commas, 4),
)


def draw_body(rng: Random) -> Body:
    """A clear number in a random style."""
    (make,) = rng.choices([make for make, _ in BODIES], [weight for _, weight in BODIES])
    return make(rng)


def simple(rng: Random, low: int = 1, high: int = 6) -> Body:
    """A number in one of the usual Ukrainian styles."""
    number = draw_number(rng, low, high, (0, 0, 1, 2))
    grouping = rng.choice(("", "", *COMMON_SPACES))
    return Body(spell(number, grouping), number.value, "simple")


def maybe_space(rng: Random) -> str:
    """No space or one."""
    return rng.choice(("", rng.choice(COMMON_SPACES)))


def raised_mark(rng: Random) -> str:
    """A raised footnote sign: `²`, `¹⁾`, `⁽³⁾`, `¹²`."""
    mark = rng.choice(SUPERSCRIPTS[1:])
    if rng.random() < 0.1:
        mark += rng.choice(SUPERSCRIPTS)
    return rng.choice((mark, mark, mark + "\u207e", "\u207d" + mark + "\u207e", mark + ")"))


def clear(text: str, value: Decimal, kind: str) -> Case:
    return Case(text, frozenset({value}), None, kind)


def refuse(text: str, kind: str, readings: Sequence[Decimal] = ()) -> Case:
    """A case to refuse; readings that turn out to be one value are dropped, since the text is no clearer for that."""
    values = frozenset(readings)
    return Case(text, values if len(values) > 1 else frozenset(), None, kind)
