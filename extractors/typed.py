"""Lines that are typed: rules of dashes, bars of `|`, and the box-drawing characters, as ruling lines.

Guarantee: a mark becomes part of a ruling only in a rule of many dashes or where bars stand under one another; every
other character stays text. What is taken for a ruling is given, so that the caller can give it back to the text.

Programs that once wrote for line printers draw their tables so to this day: estimates of construction costs, statements
of the treasury. The rulings go where drawn ones do, into `lattice`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from extractors.document import BBox
from extractors.lattice import Ruling
from extractors.layout import Run, union

_DASHES = "-–—―−─━═╌╍┄┅┈┉"
_JOINTS = "+┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝╒╤╕╞╪╡╘╧╛╓╥╖╟╫╢╙╨╜┏┳┓┣╋┫┗┻┛"
_BARS = "|¦│║┃!"

LEAST = 6
"""Dashes of a rule at the least; three are a sign that there is no value."""

_RULE = re.compile(rf"[\s{re.escape(_DASHES + _JOINTS + _BARS)}=_]+")
_STROKE = re.compile(rf"[{re.escape(_DASHES + _JOINTS)}=_]+")
_SPACED = re.compile(rf"[{re.escape(_DASHES)}=](?:\s*[{re.escape(_DASHES)}=]){{{LEAST - 1},}}")
_BAR = re.compile(f"[{re.escape(_BARS + _JOINTS)}]")
_MARK = re.compile(rf"(?:[{re.escape(_DASHES)}=]\s?){{{LEAST}}}|[{re.escape(_BARS)}]")

FILLED = 0.8
"""Share of the room between two bars that dashes must fill to be a rule there."""

PITCH = 2.5
"""Lines from a bar to the next below it at the most: a rule or a blank line may stand between."""

Characters = Callable[[Run], list[Run]]
"""Gives the characters of a run with their own boxes."""


@dataclass(slots=True)
class Typed:
    """The rulings that the text of a page draws.

    `rules` are level, `bars` upright; `marks` is the text that draws them, `rest` all other text.
    """

    rules: list[Ruling] = field(default_factory=list)
    bars: list[Ruling] = field(default_factory=list)
    marks: list[Run] = field(default_factory=list)
    rest: list[Run] = field(default_factory=list)


def may_be_typed(text: str) -> bool:
    """Tell at little cost whether a page's text may draw lines."""
    return _MARK.search(text) is not None


def typed_rulings(runs: Sequence[Run], characters: Characters) -> Typed:
    """Find the rules and bars in the text of a page.

    Bars count where at least three stand under one another at one place, and two such rows of bars side by side. A rule
    of underscores counts beside bars only: alone it is a line to fill in.
    """
    found = Typed()
    marked = [run for run in runs if _BAR.search(run.text)]
    split = {id(run): characters(run) for run in marked}
    chains = _chains([c for run in marked for c in split[id(run)] if _BAR.fullmatch(c.text)])
    if len(chains) < 2:
        chains = []
    bars = {mark.span for chain in chains for mark in chain}
    found.marks.extend(mark for chain in chains for mark in chain)
    for run in runs:
        if bars and run.turn == 0 and _RULE.fullmatch(run.text):
            _add_strokes(found, run, split.get(id(run)) or characters(run), bars)
        elif run.turn == 0 and _SPACED.fullmatch(run.text.strip()):
            _add(found, run, run.bbox, len(run.text.strip()))
        elif id(run) in split:
            found.rest.extend(_between(run, split[id(run)], bars, found))
        else:
            found.rest.append(run)
    found.bars = [_bar(chain, found.rules) for chain in chains]
    return found


def _add(found: Typed, mark: Run | None, box: BBox, letters: int) -> None:
    """Add a rule; a dash is thin, and its box says little of the room around it."""
    half = (box[2] - box[0]) / max(letters, 1) / 2
    found.rules.append(Ruling((box[1] + box[3]) / 2, box[0] - half, box[2] + half))
    if mark is not None:
        found.marks.append(mark)


def _add_strokes(found: Typed, run: Run, characters: Sequence[Run], bars: set[tuple[int, int]]) -> None:
    """Add a line of rules; where it holds blanks, several. Few dashes are one only where they touch a bar or joint."""
    stroke: list[Run] = []
    for character in [*characters, Run(" ", (0, 0, 0, 0))]:
        if _STROKE.fullmatch(character.text) or character.span in bars:
            stroke.append(character)
            continue
        dashes = sum(not _BAR.fullmatch(c.text) for c in stroke)
        if dashes >= LEAST or (dashes and dashes < len(stroke)):
            _add(found, None, union(c.bbox for c in stroke), len(stroke))
            found.marks.extend(c for c in stroke if c.span not in bars)
        else:
            found.rest.extend(_pieces([c for c in stroke if c.span not in bars], run))
        stroke = []


def _between(run: Run, characters: Sequence[Run], bars: set[tuple[int, int]], found: Typed) -> Iterator[Run]:
    """Give the text between the bars; dashes that fill the room there are a rule."""
    piece: list[Run] = []
    left: float | None = None
    for character in [*characters, None]:
        if character is not None and character.span not in bars:
            piece.append(character)
            continue
        right = character.bbox[0] if character is not None else None
        dashes = [c for c in piece if c.text.strip()]
        if dashes and left is not None and right is not None and all(_STROKE.fullmatch(c.text) for c in dashes):
            box = union(c.bbox for c in dashes)
            if len(dashes) > 2 and box[2] - box[0] >= FILLED * (right - left):
                mark = _piece(dashes, run)
                found.rules.append(Ruling((box[1] + box[3]) / 2, left, right))
                found.marks.append(mark)
                piece = []
        yield from _pieces(piece, run)
        piece = []
        left = character.bbox[2] if character is not None else None


def _pieces(characters: Sequence[Run], run: Run) -> Iterator[Run]:
    if any(c.text.strip() for c in characters):
        yield _piece(characters, run)


def _piece(characters: Sequence[Run], run: Run) -> Run:
    inked = [c for c in characters if c.text.strip()]
    text = run.text[characters[0].span[0] - run.span[0] : characters[-1].span[1] - run.span[0]]
    return Run(text, union(c.bbox for c in inked), run.turn, (inked[0].span[0], inked[-1].span[1]))


def _chains(bars: list[Run]) -> list[list[Run]]:
    """Give the bars that stand under one another, from top to bottom, three or more."""
    if not bars:
        return []
    height = median(bar.bbox[3] - bar.bbox[1] for bar in bars)
    columns: list[list[Run]] = []
    for bar in sorted(bars, key=lambda b: (b.bbox[0] + b.bbox[2]) / 2):
        if columns and _middle(bar) - _middle(columns[-1][-1]) < 0.35 * height:
            columns[-1].append(bar)
        else:
            columns.append([bar])
    for column in columns:
        column.sort(key=lambda b: b.bbox[1])
    steps = [b.bbox[1] - a.bbox[1] for column in columns for a, b in pairwise(column)]
    pitch = median([step for step in steps if step > 0.5 * height] or [height])
    chains = []
    for column in columns:
        chain: list[Run] = []
        for bar in column:
            if chain and bar.bbox[1] - chain[-1].bbox[1] > PITCH * pitch:
                chains.append(chain)
                chain = []
            chain.append(bar)
        chains.append(chain)
    return [chain for chain in chains if len(chain) > 2]


def _middle(run: Run) -> float:
    return (run.bbox[0] + run.bbox[2]) / 2


def _bar(chain: Sequence[Run], rules: Sequence[Ruling]) -> Ruling:
    """Give the line that bars draw: to the rules right above and below them."""
    x = sum(map(_middle, chain)) / len(chain)
    height = max(bar.bbox[3] - bar.bbox[1] for bar in chain)
    top, bottom = chain[0].bbox[1], chain[-1].bbox[3]
    near = [r.position for r in rules if r.start - height <= x <= r.end + height]
    top = min([y for y in near if top - 1.5 * height <= y], default=top) if near else top
    bottom = max([y for y in near if y <= bottom + 1.5 * height], default=bottom) if near else bottom
    return Ruling(x, min(top, chain[0].bbox[1]), max(bottom, chain[-1].bbox[3]))


def heights(marks: Sequence[Run]) -> list[float]:
    """Give the heights at which marks stand, those of one line once."""
    found: list[float] = []
    for y in sorted((mark.bbox[1] + mark.bbox[3]) / 2 for mark in marks):
        if not found or y - found[-1] > 1:
            found.append(y)
    return found


def inside(mark: Run, boxes: Sequence[BBox]) -> bool:
    """Whether the middle of a mark lies in one of the boxes, or on its edge."""
    x, y = _middle(mark), (mark.bbox[1] + mark.bbox[3]) / 2
    return any(x0 - 2 <= x <= x1 + 2 and top - 8 <= y <= bottom + 8 for x0, top, x1, bottom in boxes)
