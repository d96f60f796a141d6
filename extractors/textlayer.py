"""Whether the text layer of a page can be read, told from its characters alone.

Guarantee: text is called garbled or is mapped back only on evidence. A page with fewer than `MIN_PAIRS` neighbouring
letters to judge by is never garbled, unless unmapped glyphs fill it.

The measure is the **fit**: the share of neighbouring letters within words that belong to the common letter pairs of
Ukrainian or English. The pairs were counted over the distinct words of 29 Ukrainian and as many English texts,
reports and tables for the most part, each weighing about the same. Counted on one half of them, the 260 and 240
commonest hold 0.92 and 0.96 of the pairs in a text of the other half (median; the least 0.87, and 0.77 in a list of
medicines), but are only a quarter and a third of the pairs there could be. So text in another alphabet's place falls
far below text in the right one, and Russian (its own letters folded) and other languages in Latin script stay above.
What words do not have counts as a pair that does not fit: a digit between letters, a capital after a small letter,
two scripts in a word.

As shares of small samples scatter, they are compared with the bounds by the edge of their 95 % interval: garbled only
if even the upper edge is too low, mapped back only if even the lower edge is high enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from math import sqrt
from typing import Literal

Kind = Literal["usable", "mojibake", "garbled", "empty"]

MIN_PAIRS = 40
"""Neighbouring letters that a judgement of garbled text takes at the least: some eight words."""

MIN_MAPPED_PAIRS = 20
"""Neighbouring letters that a mapping takes at the least: some four words, as there both sides of it bear witness."""

GARBLED_FIT = 0.6
"""Fit under which text is no language: Polish and transliterated Ukrainian have 0.7, shuffled alphabets under 0.45."""

CLEAR_FIT = 0.7
"""Fit from which mapped text is Ukrainian or Russian beyond doubt; such text has 0.85 and more."""

LOST_SHARE = 0.1
"""Share of the visible characters that may be unmapped glyphs side by side; a bullet stands alone."""

MIN_LOST = 12
"""Unmapped glyphs that are evidence at all."""

FOREIGN_SHARE = 0.35
"""Share of letters that may be neither basic Latin nor Ukrainian or Russian: accented ones stay under a quarter."""

ODD_SHARE = 0.2
"""Share of words that may hold a capital after a small letter or a digit between letters, as look-alikes do."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the text of a page is good for.

    Attributes:
        kind: `usable` as it stands; `mojibake`, usable after `restore` with `mapping`; `garbled`, of no use; `empty`.
        mapping: The name of the mapping for `mojibake`, else None.
        reason: Why, in a few English words, for logs and `show --json`.
    """

    kind: Kind
    mapping: str | None
    reason: str


def judge(text: str) -> Verdict:
    """Judge the joined text of one page.

    Args:
        text: The page's text with words whole and parted by white space, as the page prints them.
    """
    if not text or text.isspace():
        return Verdict("empty", None, "no text")
    if _clearly_fine(text):
        return Verdict("usable", None, "common letter pairs")
    before = _complaint(text)
    found = _mapping(text)
    if found is None:
        return Verdict("garbled", None, before) if before else Verdict("usable", None, "no sign against it")
    rest = _complaint(restore(text, found))
    if rest:
        return Verdict("garbled", None, f"{rest}, also after {found}")
    return Verdict("mojibake", found, f"{found} gives common letter pairs")


def restore(text: str, mapping: str) -> str:
    """Map mojibake back, word by word; words that the mapping cannot have made stay as they are.

    The length is kept by all mappings but `utf-8-as-cp1251` and `utf-8-as-cp1252`, which shorten the text. Give whole
    runs, not single characters: what a word holds beside a character decides whether it is mapped.

    Raises:
        KeyError: for a mapping `judge` does not give.
    """
    return _WORD.sub(_MAPPINGS[mapping], text)


# The first test: the common pairs of a page in one byte a character

_UKRAINIAN = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
_RUSSIAN = "ёъыэ"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = _UKRAINIAN + _RUSSIAN


def _byte_table() -> bytes:
    """Fold cp1251 to the small letters of both languages, its other letters to 1 and control characters to 0."""
    table = bytearray(b"\x00" * 32 + bytes(range(32, 256)))
    for code in (*b"\t\n\r\x0b\x0c\x02", 0x98):
        table[code] = 0x20
    for code in range(256):
        letter = bytes([code]).decode("cp1251", "replace").lower()
        if letter.isalpha():
            table[code] = letter.encode("cp1251")[0] if letter in _CYRILLIC or letter in _LATIN else 1
    return bytes(table)


def _in_twos(letters: str) -> tuple[bytes, ...]:
    return tuple(letters[at : at + 2].encode("cp1251") for at in range(0, len(letters), 2))


_FOLDED = _byte_table()
_CYRILLIC_BYTES = _CYRILLIC.encode("cp1251")
_LATIN_BYTES = _LATIN.encode()
_OTHER_BYTES = b"\x00\x01?"
_TOP_CYRILLIC = _in_twos("ноовронистаненнаконнняерніва")
_TOP_LATIN = _in_twos("inerreontiesenattealedntstan")
_TOP_SHARE = 0.12
_FEW = 12


def _clearly_fine(text: str) -> bool:
    """Tell whether each script of the page has its share of the fourteen commonest pairs, some 60 µs for 2 500 letters.

    Counted per letter of the script they come to 0.15 in Ukrainian and 0.19 in English, to 0.01 in a shuffled alphabet
    and there never to more than 0.09 in some five hundred pages tried.
    """
    folded = text.encode("cp1251", "replace").translate(_FOLDED)
    size = len(folded)
    if size - len(folded.translate(None, _OTHER_BYTES)) - text.count("?") > _FEW:
        return False
    cyrillic = size - len(folded.translate(None, _CYRILLIC_BYTES))
    latin = size - len(folded.translate(None, _LATIN_BYTES))
    few = max(_FEW, (cyrillic + latin) // 50)
    return (cyrillic <= few or _common(folded, _TOP_CYRILLIC) > _TOP_SHARE * cyrillic) and (
        latin <= few or _common(folded, _TOP_LATIN) > _TOP_SHARE * latin
    )


def _common(folded: bytes, pairs: Iterable[bytes]) -> int:
    return sum(map(folded.count, pairs))


# The fit: all pairs, where there is doubt


def _pairs(groups: str) -> frozenset[str]:
    return frozenset(group[0] + second for group in groups.split() for second in group[1:])


_COMMON = _pairs(
    "абвгджзйклмнпрстхцчює баелоуі ваеиклносучі гаорі даежинопрсуі еавджзклмнпрстцч жаеин завдеимнопу ивдзйклмнпрстхцч "
    "йн каилорстуці лаеиоуьюяі маеиноуі надеикностуфцшьюяі обвгджзклмнпрстцчюї паеилорі рагеимностуяі савеиклноптуьяі "
    "тавеикноруьі увгдклмнпрстчю феоі хоі цеиі чаеин шеи ькност ювдт ядкмт єт іабвдзйклмнорстчшяї"
) | _pairs(
    "abcdfgiklmnprstuvy baeilorsu cacehilortuy daeiorsu eacdefgilmnpqrstuvwx faefiloru gaehinoru haeilortuy "
    "iabcdefglmnoprstv kei ladeilostuy mabeimopsu nacdefgiklnostuv obcdfgilmnoprstuvwx paehiloprstu qu "
    "racdegiklmnorstuvy sacehiklopstu taehilorstuwy uabcdegilmnprst vaeio waehino xip yels ze"
)
_FOLD = str.maketrans("ґёыэ", "геие", "ъ")
_LETTERS = frozenset(_CYRILLIC + _LATIN)
_CYRILLIC_LETTER = re.compile("[а-яёґєіїА-ЯЁҐЄІЇ]")
_TWINS = str.maketrans("aceiopxyABCEHIKMOPTX", "асеіорхуАВСЕНІКМОРТХ")
"""Latin letters that look like Cyrillic ones: typed for each other in honest documents, so no sign of anything."""

_LATIN_LETTER = re.compile("[a-zA-Z]")
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`\xad\x02\ufffe")
_TOKEN = re.compile(r"[^\W_]{3,}")
_HEXADECIMAL = re.compile("[0-9a-fA-F]{8,}")
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class _Share:
    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def _margin(self) -> float:
        """Half of the 95 % interval, for the share moved off the ends by two and two (Agresti and Coull 1998)."""
        n = self.whole + 4
        share = (self.part + 2) / n
        return 2 * sqrt(share * (1 - share) / n)

    @property
    def least(self) -> float:
        return self.value - self._margin

    @property
    def most(self) -> float:
        return self.value + self._margin


def _words(text: str) -> set[str]:
    """Give what may be words, once each, as one said forty times is one piece of evidence.

    No addresses, codes or abbreviations, and digits at the ends left off.
    """
    tokens = _TOKEN.findall(_ADDRESS.sub(" ", text).translate(_APOSTROPHES))
    return {word for token in tokens if len(word := token.strip("0123456789")) >= 3 and not _is_code(word)}


def _fit(words: Iterable[str]) -> _Share:
    fitting = pairs = 0
    for word in words:
        good, both = _fit_of_word(word)
        fitting += good
        pairs += both
    return _Share(fitting, pairs)


def _fit_of_word(word: str) -> tuple[int, int]:
    """Count the pairs that fit and all pairs.

    Pairs with a letter of neither alphabet are left out, and those of two digits or at the seam of two words that lost
    their space.
    """
    if _CYRILLIC_LETTER.search(word) and _LATIN_LETTER.search(word):
        twin = word.translate(_TWINS)
        if not _LATIN_LETTER.search(twin):
            word = twin
    low = word.lower().translate(_FOLD)
    if len(low) != len(word):
        word = low
    fitting = pairs = 0
    for index in range(len(low) - 1):
        first, second = low[index], low[index + 1]
        if first.isdigit() and second.isdigit():
            continue
        if not (first in _LETTERS or first.isdigit()) or not (second in _LETTERS or second.isdigit()):
            continue
        if word[index].islower() and word[index + 1].isupper():
            if not word[index + 2 : index + 4].islower():
                pairs += 1
            continue
        pairs += 1
        fitting += first + second in _COMMON
    return fitting, pairs


def _is_code(word: str) -> bool:
    if word.isupper() and (len(word) <= 6 or not word.isalpha()):
        return True
    if word.isalpha():
        return False
    return len(word) > _LONGEST_WORD or _HEXADECIMAL.fullmatch(word) is not None


# What speaks against text

_CID = re.compile(r"\(cid:\d+\)")
_LOST = re.compile("[\x00\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ufffd\uffff\ue000-\uf8ff]{2,}")
_REPLACED = "\ufffd"
_FEWEST_KINDS = 5
_SMALL, _CAPITAL = "[a-zа-яёґєії]", "[A-ZА-ЯЁҐЄІЇ]"
_ODD = re.compile(rf"{_SMALL}{_CAPITAL}(?!{_SMALL}{{2}})|{_SMALL}[0-9]+[^\W\d]")
_ODD_LETTERS = 5
"""Letters of a word that may be called odd: `кВт`, `ТзОВ` and `ПрАТ` are written so."""


def _complaint(text: str) -> str:
    """Say what makes text unreadable, or nothing."""
    visible = len(text) - sum(map(text.count, " \n\r\t"))
    if sum(map(len, _CID.findall(text))) > max(LOST_SHARE * visible, MIN_LOST):
        return "glyphs without characters, (cid:…)"
    lost = "".join(_LOST.findall(text))
    if len(lost) > max(LOST_SHARE * visible, MIN_LOST) and (_REPLACED in lost or len(set(lost)) >= _FEWEST_KINDS):
        return f"glyphs without characters, {len(lost)} of {visible}"
    letters = [c for c in text.lower() if c.isalpha()]
    foreign = sum(c not in _LETTERS for c in letters)
    if foreign > MIN_PAIRS and foreign > FOREIGN_SHARE * len(letters):
        return f"letters of neither alphabet, {foreign} of {len(letters)}"
    words = _words(text)
    fit = _fit(words)
    if fit.whole >= MIN_PAIRS and fit.most < GARBLED_FIT:
        return f"letter pairs of no language, {fit.value:.2f} common"
    long = [word for word in words if len(word) >= _ODD_LETTERS]
    odd = _Share(sum(_ODD.search(word) is not None for word in long), len(long))
    if fit.whole >= MIN_PAIRS and odd.least > ODD_SHARE:
        return f"capitals and digits inside words, {odd.part} of {odd.whole}"
    return ""


# Mojibake

_WORD = re.compile(r"[^ \t\r\n]+")
_NO_TWIN = "[bdf-hj-nq-wzDFGJLNQ-SU-WYZ]"
_SEAM = re.compile(f"{_NO_TWIN}[а-яёґєіїА-ЯЁҐЄІЇ]|[а-яёґєіїА-ЯЁҐЄІЇ]{_NO_TWIN}")
"""Cyrillic beside a Latin letter that has no twin there: `café` must not become `cafй`."""


def _as_bytes(text: str, encoding: str) -> bytes:
    """Encode, with the bytes that the encoding leaves undefined as the C1 control characters.

    Raises:
        UnicodeEncodeError: for other characters that it lacks.
    """
    with suppress(UnicodeEncodeError):
        return text.encode(encoding)
    found = bytearray()
    for character in text:
        try:
            found += character.encode(encoding)
        except UnicodeEncodeError:
            found += character.encode("latin-1")
            if found[-1] < 0x80:
                raise
    return bytes(found)


def _remade(
    read_as: str, written_in: str, keep: Callable[[str], object] | None = None
) -> Callable[[re.Match[str]], str]:
    """Give the mapping for bytes of one encoding that were read as another."""

    def map_word(match: re.Match[str]) -> str:
        word = match[0]
        if word.isascii() or (keep and keep(word)):
            return word
        try:
            made = _as_bytes(word, read_as).decode(written_in)
        except UnicodeError:
            return word
        return word if _SEAM.search(made) else made

    return map_word


def _from_private_use(match: re.Match[str]) -> str:
    word = match[0]
    codes = bytes(ord(c) - 0xF000 for c in word if 0xF020 <= ord(c) <= 0xF0FF)
    if not codes or 0x98 in codes:
        return word
    made = iter(codes.decode("cp1251"))
    return "".join(next(made) if 0xF020 <= ord(c) <= 0xF0FF else c for c in word)


_MAPPINGS: dict[str, Callable[[re.Match[str]], str]] = {
    "cp1251-as-cp1252": _remade("cp1252", "cp1251", _CYRILLIC_LETTER.search),
    "utf-8-as-cp1252": _remade("cp1252", "utf-8", _CYRILLIC_LETTER.search),
    "utf-8-as-cp1251": _remade("cp1251", "utf-8"),
    "koi8-u-as-cp1251": _remade("cp1251", "koi8-u"),
    "cp866-as-cp1251": _remade("cp1251", "cp866"),
    "cp1125-as-cp1251": _remade("cp1251", "cp1125"),
    "cp1251-as-private-use": _from_private_use,
}
"""Mappings by name, the encoding written first and the one it was read as last; cp1125 is the Ukrainian cp866."""


def _mapping(text: str) -> str | None:
    """Give the mapping that turns words that are no language into words that are, if there is one.

    Only the words it changes are compared, as pages mix fonts with a right encoding and without.
    """
    if text.isascii():
        return None
    words = {word for word in _WORD.findall(text) if not word.isascii()}
    best: tuple[float, str] | None = None
    for name, mapping in _MAPPINGS.items():
        made = [(word, new) for word in words if (new := _WORD.sub(mapping, word)) != word]
        result = " ".join(new for _, new in made)
        if _impossible(result, name):
            continue
        after = _fit(_words(result))
        if after.whole < MIN_MAPPED_PAIRS or after.least < CLEAR_FIT:
            continue
        before = _fit(_words(" ".join(word for word, _ in made)))
        if before.whole * 2 > after.whole and before.most >= after.least:
            continue
        if best is None or after.part > best[0]:
            best = after.part, name
    return best[1] if best else None


def _impossible(result: str, mapping: str) -> bool:
    """Tell cp866, which has no `і` and stands beside Latin `i`, from cp1125, which has it in cp866's place of `ў`."""
    if mapping == "cp866-as-cp1251":
        return "ў" in result.lower()
    return mapping == "cp1125-as-cp1251" and "і" not in result.lower()
