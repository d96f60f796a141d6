"""Texts that name who signed a report, which are not published.

Guarantee: a text goes whole or stays whole. One goes if it names a person beside the person's position (`Секретар
міської ради Олександр ЯКОВЕЦЬ`), if it is nothing but a name with what a signature has (`________ О. Мартинюк`), or if
it is nothing but a name and a text of the same row is a position. Names of streets, schools and the like stay: a name
after `ім.`, `вул.` and such words is no signature, nor is one in the genitive, nor a numbered heading (`І. Доходи`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.publish.first_names import FIRST_NAMES

WITHHELD = "[підпис]"
"""Stands where a text may not be missing."""

_CANDIDATE = r"\p{Lu}\.|\p{Lu}['’ʼ`\p{Ll}]+\s+\p{Lu}"
"""What a text has at least that names a person; looked for before anything else, since it is quick."""

_HEAD = r"(?:^|[\n«\"„“(;:])"
_POSITION = (
    r"(?:(?:т\.\s?)?в\.\s?о\.\s*\w+|(?:(?:виконувач\w* обов[’'ʼ]язки|перший|перша|міськ\w+|селищн\w+|сільськ\w+|"
    r"головн\w+|старш\w+|провідн\w+|генеральн\w+|завідуюч\w+|фінансов\w+|медичн\w+)\s+){0,3}"
    r"(?:секретар|голова|керівник|керівниця|керуюч\w+|начальник|начальниця|директор|директорка|бухгалтер|бухгалтерка|"
    r"заступник|заступниця|завідувач|завідувачка|спеціаліст|спеціалістка|економіст|лікар|староста|депутат|"
    r"виконавець|виконавиця|інспектор|адміністратор|уповноважен\w+|відповідальн\w+ особ\w+|юрист|інженер|"
    r"міністр|губернатор|ректор|декан|помічник|радник|касир|комірник|виконав|склав|склала|здав|здала|прийняв|прийняла|"
    r"погоджено|затверджую|підпис)\b)"
)
_LETTER = r"[А-ЯҐЄІЇ]"
_SMALL = r"[а-яґєії'’ʼ`]"
_INITIALS = rf"{_LETTER}\.\s?(?:{_LETTER}\.\s?)?"
_SURNAME = rf"{_LETTER}(?:{_SMALL}+|[А-ЯҐЄІЇ'’ʼ`]+)(?:-{_LETTER}(?:{_SMALL}+|[А-ЯҐЄІЇ'’ʼ`]+))?"
_PATRONYMIC = rf"{_LETTER}{_SMALL}+(?:ович|евич|йович|івна|ївна|овна|евна|ич)"
_MARKS = r"(?:[_/\\.…\s()—–-]|підпис|М\.\s?П\.)*"
_NAMES = tuple(
    re.compile(rf"(?<![\w.]){pattern}(?!\w)")
    for pattern in (
        rf"{_INITIALS}(?P<surname>{_SURNAME})",
        rf"(?P<surname>{_SURNAME})\s{_LETTER}\.\s?{_LETTER}\.",
        rf"(?P<first>{_LETTER}{_SMALL}+)\s+(?:{_PATRONYMIC}\s+)?(?P<surname>{_SURNAME})",
        rf"(?P<surname>{_SURNAME})\s+(?P<first>{_LETTER}{_SMALL}+)(?:\s+{_PATRONYMIC})?",
    )
)
_TWO_INITIALS = re.compile(rf"{_LETTER}\.\s?{_LETTER}\.\s?(?P<surname>{_SURNAME})")
_LOUD_SURNAME = re.compile(rf"(?P<first>{_LETTER}{_SMALL}+)\s+[А-ЯҐЄІЇ][А-ЯҐЄІЇ'’ʼ`]+(?:-[А-ЯҐЄІЇ'’ʼ`]{{2,}})?")
_EDGES = re.compile(rf"^{_MARKS}|{_MARKS}$", re.IGNORECASE)
_TITLED = re.compile(_HEAD + _MARKS + _POSITION, re.IGNORECASE)
_DEDICATED = re.compile(
    r"(?<!\w)(?:ім|імен[іи]|вул|вулиц\w*|пл|площ\w*|просп|проспект\w*|пр|пров|провул\w*|бульв\w*|б-р|м-н|мікрорайон\w*|"
    r"сквер\w*|парк\w*|пам[’'ʼ]ятник\w*|набережн\w*|узвіз|шосе|майдан\w*)\b\.?[\s«\"„“]*(?:[А-ЯҐЄІЇ]\.\s?)?$",
    re.IGNORECASE,
)
_GENITIVE = re.compile(r"(?:ого|ього|ої|ьої|нка|ука|юка|ька|ика|ця|ича|яка|ка)$", re.IGNORECASE)
_FEMALE_OR_GENITIVE = frozenset("богдана олександра валентина євгена степана ярослава владислава мирослава".split())
_SIGNED = re.compile(r"_{3,}|\(\s*підпис\s*\)", re.IGNORECASE)
_LONGEST_NAME = 100
_LOOKED_AT = 600
"""Signs at the end of a text in which a signature is looked for."""

_REACH = 160
"""Signs between a position and the name of who holds it."""


def withhold(batch: Any, columns: list[str]) -> tuple[Any, int]:  # noqa: ANN401  # Arrow has no types
    """Take the texts of some columns out of an Arrow table that name who signed; give the table and how many they were.

    Where a column must have a value, `WITHHELD` takes its place.
    """
    found = 0
    signed = _signed_rows(batch, columns)
    for name in columns:
        values = batch.column(name)
        texts = values.unique()
        likely = texts.filter(pc.match_substring_regex(texts, _CANDIDATE)).to_pylist()
        plain = {text: bool(text) and names_signatory(text) for text in likely}
        gone = pc.is_in(values, pa.array([text for text, is_one in plain.items() if is_one], pa.string()))
        bare = [text for text, is_one in plain.items() if not is_one and text and is_name(text)]
        if signed is not None and bare:
            gone = pc.or_(gone, pc.and_(signed, pc.is_in(values, pa.array(bare, pa.string()))))
        count = pc.sum(gone).as_py() or 0
        if count:
            found += count
            index = batch.schema.get_field_index(name)
            instead = pa.scalar(None if batch.schema.field(name).nullable else WITHHELD, pa.string())
            batch = batch.set_column(index, batch.schema.field(index), pc.if_else(gone, instead, values))
    return batch, found


def _signed_rows(batch: Any, columns: list[str]) -> Any:  # noqa: ANN401
    """Tell of each row whether a text of it begins with a position; `None` where no row has one."""
    rows = None
    for name in columns:
        values = batch.column(name)
        texts = values.unique().to_pylist()
        positions = [text for text in texts if text and _TITLED.match(text)]
        if positions:
            here = pc.is_in(values, pa.array(positions, pa.string()))
            rows = here if rows is None else pc.or_(rows, here)
    return rows


def names_signatory(text: str) -> bool:
    """Tell whether a text by itself names who signed."""
    text = _lean(text)
    if is_name(text) and (_SIGNED.search(text) or _is_certain(text)):
        return True
    for titled in _TITLED.finditer(text):
        rest = text[titled.end() : titled.end() + _REACH]
        if any(_ends_there(rest, name) for name in _people(rest)):
            return True
    return False


def is_name(text: str) -> bool:
    """Tell whether a text is nothing but a person's name, with marks of a signature at most."""
    bare = _bare(_lean(text))
    return len(bare) <= _LONGEST_NAME and any(match.span() == (0, len(bare)) for match in _people(bare))


def _lean(text: str) -> str:
    """Give the lines that a text ends with, each with single blanks."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in text[-_LOOKED_AT:].splitlines())))


def _bare(text: str) -> str:
    return _EDGES.sub("", text).strip()


def _is_certain(text: str) -> bool:
    """Tell whether a bare name is written as in a signature, whatever stands beside it."""
    bare = _bare(text)
    if two := _TWO_INITIALS.fullmatch(bare):
        return not _GENITIVE.search(two["surname"])
    loud = _LOUD_SURNAME.fullmatch(bare)
    return loud is not None and _is_first_name(loud["first"])


def _people(text: str) -> Iterator[re.Match[str]]:
    """Find names of persons in the nominative that nothing is named after; some of them may overlap."""
    for pattern in _NAMES:
        match = pattern.search(text)
        while match is not None:
            if _is_person(match) and not _DEDICATED.search(text[: match.start()]):
                yield match
            match = pattern.search(text, match.start() + 1)


def _is_person(match: re.Match[str]) -> bool:
    first = match.groupdict().get("first")
    if first is None:
        return True
    female = first.lower() in _FEMALE_OR_GENITIVE
    return _is_first_name(first) and not (female and _GENITIVE.search(match["surname"]))


def _is_first_name(word: str) -> bool:
    return re.sub("[’ʼ`]", "'", word.lower()) in FIRST_NAMES


def _ends_there(rest: str, name: re.Match[str]) -> bool:
    """Tell whether a line, or what is quoted, ends where a name does, and nothing between speaks of something else."""
    after = rest[name.end() :].lstrip(" .,_/")
    return not after or after[0] in '\n»”"“);' or after.lower().startswith(("(підпис", "м.п"))
