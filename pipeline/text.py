"""Spelling that hides the same word: look-alike letters, apostrophes, spaces, line breaks, small misreadings.

Guarantee: nothing here changes stored text. These functions give forms to compare and to show labels by; the raw text
stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

_LATIN_TO_CYRILLIC = str.maketrans("ABCEHIKMOPTXYaceikopxyiï", "АВСЕНІКМОРТХУасеікорхуії")
_CYRILLIC_TO_LATIN = str.maketrans("АВСЕНІКМОРТХУасеікорху", "ABCEHIKMOPTXYaceikopxy")
_OTHER_APOSTROPHES = re.compile("[’ʼ`´‘′]")
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_NOT_WORD = re.compile(r"[\W_]+")
_CYRILLIC = re.compile(r"[А-Яа-яЄєІіЇїҐґ]")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SPACED = re.compile(r"[А-ЯЄІЇҐA-Z](?<!\S.)(?:(?: +[А-ЯЄІЇҐA-Z]){3,}|(?: +[а-яєіїґ]){4,})(?![^\s:;.,!)»\"])")
_HYPHENED = re.compile(r"(?<![^\W\d_])([^\W\d_]+)([-‐](?:\s*\n\s*)?)(?=([^\W\d_]+))")
_WHOLE = re.compile(r"[^\W\d_][\w'‐-]*")
"""A word, whole with its hyphens."""

_LONE = re.compile(r"(?<=[а-яєіїґ,;] )[iaocy](?= [а-яєіїґ«])")
_CLEAN = re.compile(
    r"(?!\S \S \S \S)(?:[а-яєіїґ,.():;«»„”\"№/%–—]+|[А-ЯЄІЇҐ][а-яєіїґ,.():;«»„”\"№/%–—]*)"
    r"(?: (?:[а-яєіїґ,.():;«»„”\"№/%–—]+|[А-ЯЄІЇҐ][а-яєіїґ]+[,.():;«»„”\"№/%–—]*))*"
)
"""A text of which nothing may have to be mended."""

_UNUSUAL = re.compile("[\u00a0\u00ad\u0300-\u036f\u200b\u200c\u200d\u2060\ufeff’ʼ`´‘′A-Za-z]")
"""Signs that `plain`, `one_script` and the eye make others of."""

_VOWEL = re.compile("[аеєиіїоуюя]", re.IGNORECASE)
_BEFORE_ENDING = re.compile("[аяеєіїу]н$", re.IGNORECASE)
SHORTEST_PART = 3
"""Letters of a word that a line's end leaves before its hyphen."""

_PARTICLES = frozenset(("то но таки небудь річ").split())
_TAIL = re.compile(
    r"[бвгґджзйклмнпрстфхцчшщ]{0,2}(?:ування|ювання|овано|увано|ання|яння|ення|іння|ття|ність|ності|ністю|ації|ація|"
    r"ацію|ськ(?:ого|ому|ий|ої|ій|их|им|ими|ою|а|е|і)|льн(?:ого|ий|ої|их|им|ими|а|е|і)|ичн(?:ого|ий|ої|их|ими|а|е|і)|"
    r"ційн(?:ого|ому|ий|ої|их|ими|ою|а|е|і)|ється|ються)|"
    r"[бвгґджзйклмнпрстфхцчшщ]{1,3}ь?(?:ого|ому|ої|их|ими)|"
    r"(?:го|ми|му|ня|ті|тя|ки|ку|ка|ні|ну|на|не|ви|ва|ла|ли|ло|ля|рів|тів|них|ним|ної|ний|ною|них|ться|тися|сті|сть|"
    r"ння|ста|тва|ств|ції|ція|цію|кість)",
    re.IGNORECASE,
)
"""The end of a word that is no word by itself."""

_STEMS = tuple(
    (
        "бюджет кошторис забезпеч програм фінанс організац виконавч громад господар розпорядник видатк надходжен "
        "відхилен показник призначен капітальн комунальн територіальн утриман придбан обладнан поточн благоустр "
        "освітн культур соціальн заклад працівник населен закупівл матеріал послуг підприємств установ відшкодуван "
        "оздоровлен харчуван енергоносі оплат медичн місцев науков відсот спеціальн загальн"
    ).split()
)
"""Beginnings of words that these reports are full of: a hyphen inside one is a line end's."""

_JOINING = re.compile(
    r"(?:[^\W\d_]{3,}[оеє]|веб|інтернет|екс|віце|міні|медіа|прес|онлайн|відео|аудіо|смс|топ|арт)", re.IGNORECASE
)
"""How the first part of a compound ends or reads: `соціально-економічний`."""

_ADJECTIVE = re.compile(r"[нквл](?:ий|ого|ому|ої|ій|их|им|ими|а|е|і|у|ою)$", re.IGNORECASE)
_FOOTNOTE = re.compile(
    r"[1-9](?=[,;:)\s]|$)(?:(?<=[а-яєіїґ]{4}.)|(?<=[А-ЯЄІЇҐ][а-яєіїґ]{3}.)|(?<=[А-ЯЄІЇҐ]{4}.)|(?<=[А-ЯЄІЇҐа-яєіїґ]{3}\).))|"
    r"(?<!\bм)(?<!\b[кдсм]м)[¹²³⁴⁵⁶⁷⁸⁹⁰]+[⁾)]?"
)
"""The mark of a footnote at the end of a word or an abbreviation, or raised."""

_MARK = re.compile("[1-9¹²³⁴⁵⁶⁷⁸⁹⁰]")
"""What a footnote's mark has: a look that costs a tenth."""


def plain(text: str) -> str:
    """Give the text with every kind of white space as one space, and one kind of apostrophe."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return " ".join(_OTHER_APOSTROPHES.sub("'", text).split())


def cyrillic(text: str) -> str:
    """Give Latin letters that look like Cyrillic ones as Cyrillic: a misread `THC.` is `ТНС.`."""
    return text.translate(_LATIN_TO_CYRILLIC)


def latin(text: str) -> str:
    """Give Cyrillic letters that look like Latin ones as Latin: for Roman numerals and codes."""
    return text.translate(_CYRILLIC_TO_LATIN)


def visible(text: str) -> str:
    """Give the text with every kind of white space as one space, and without signs that are not seen."""
    return " ".join(_UNSEEN.sub("", text).split())


@lru_cache(maxsize=1 << 14)
def squeeze(text: str) -> str:
    """Give lower-case letters and digits only, look-alikes as Cyrillic: `Строк виконан-ня` → `строквиконання`."""
    return _NOT_WORD.sub("", _folded(text).translate(_LATIN_TO_CYRILLIC).casefold())


def _folded(text: str) -> str:
    """Give the text with `²` as `2`, and `%` as the word it stands for."""
    return unicodedata.normalize("NFKC", text).replace("%", " відсоток ")


@lru_cache(maxsize=1 << 14)
def word_places(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Give where words begin and end in the squeezed text."""
    starts, ends, at = set(), set(), 0
    for word in _NOT_WORD.split(_folded(text)):
        if word:
            starts.add(at)
            at += len(word.casefold())
            ends.add(at)
    return frozenset(starts), frozenset(ends)


def alike(first: str, second: str, share: float = 0.85) -> bool:
    """Whether two texts are the same but for a few misread letters."""
    from difflib import SequenceMatcher

    a, b = squeeze(first), squeeze(second)
    if a == b:
        return True
    if min(len(a), len(b)) < share * max(len(a), len(b)):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= share


@lru_cache(maxsize=1 << 14)
def one_script(text: str) -> str:
    """Give words of mixed letters in one script, that of most of their other letters: `iнших` → `інших`.

    A word of small letters is Cyrillic if it can be: `piк`. One that has no letter of its own, as `оса`, stays; a lone
    small letter among Cyrillic words is a Cyrillic one.
    """
    if not _LATIN.search(text) or not _CYRILLIC.search(text):
        return text
    return _LONE.sub(lambda found: cyrillic(found[0]), _WORD.sub(lambda found: _one_script(found[0]), text))


def _one_script(word: str) -> str:
    n_latin, n_cyrillic = len(_LATIN.findall(word)), len(_CYRILLIC.findall(word))
    if not n_latin or not n_cyrillic:
        return word
    as_cyrillic, as_latin = cyrillic(word), latin(word)
    if not _LATIN.search(as_cyrillic) and (_CYRILLIC.search(as_latin) or n_cyrillic >= n_latin or word.islower()):
        return as_cyrillic
    return word if _CYRILLIC.search(as_latin) else as_latin


def nothing_known(_: str) -> bool:
    """Know no word: for `mend` where there is no text to learn words from."""
    return False


@lru_cache(maxsize=1 << 12)
def mend_alone(text: str) -> str:
    """Give `mend` of a heading or a caption, without the words of its document."""
    return mend(text)


def mend(text: str, known: Callable[[str], bool] = nothing_known) -> str:
    """Give a label as its writer meant it.

    One kind of white space and apostrophe, one script a word, `Р І Ш Е Н Н Я` as a word, hyphens that line ends left
    inside words taken out (`фінан-сування`), marks of footnotes taken off.

    Args:
        text: the raw text, line breaks included.
        known: whether a word, in lower case, stands in the document without a hyphen.
    """
    if _CLEAN.fullmatch(text):
        return text
    if "-" in text or "‐" in text:
        text = _HYPHENED.sub(lambda found: _joined(found, known), text)
    if _UNUSUAL.search(text):
        text = one_script(plain(_SPACED.sub(_closed_up, _UNSEEN.sub("", text).replace("\u00a0", " "))))
    else:
        text = _SPACED.sub(_closed_up, text)
    return " ".join((_FOOTNOTE.sub("", text) if _MARK.search(text) else text).split())


def _closed_up(found: re.Match[str]) -> str:
    """Give spaced letters as words: a space wider than between the letters parts two words."""
    narrow = min(map(len, re.findall(" +", found[0])))
    return "".join(
        " " if len(gap) > narrow else "" if gap else letter for gap, letter in re.findall("( +)|(.)", found[0])
    )


def _joined(found: re.Match[str], known: Callable[[str], bool]) -> str:
    """Give the word before a hyphen, with the hyphen where it belongs to the word."""
    left, hyphen, right = found.groups()
    broken = _is_broken(left, right, known)
    if not broken and "\n" in hyphen and right[0].islower() and not left.isupper():
        broken = not (_JOINING.fullmatch(left) and _ADJECTIVE.search(right))
    return left if broken else left + hyphen


def _is_broken(left: str, right: str, known: Callable[[str], bool]) -> bool:
    word = left + right
    if left.isupper() or right[0].isupper() or left.casefold() in ("по", "будь", "все", "пів"):
        return False
    is_short = len(left) < SHORTEST_PART or (right.casefold() == "ня" and not _BEFORE_ENDING.search(left))
    if right.casefold() not in _PARTICLES and not is_short:  # `р-нів`, `вигот-ня` are abbreviations
        folded = word.casefold()
        if any(folded.startswith(stem) and len(left) < len(stem) for stem in _STEMS):
            return True
        if _TAIL.fullmatch(right) and len(word) > 5:
            return True
        is_compound = _JOINING.fullmatch(left) and len(right) > 3
        if not is_compound and (right[0] in "ьЬ'" or not _VOWEL.search(right) or not _VOWEL.search(left)):
            return True
    return known(plain(word).casefold())


class Words:
    """Mends labels of one document, with the document's own words at hand; the same text is mended once."""

    def __init__(self, texts: Callable[[], Iterable[str]]) -> None:
        """Take what gives the document's texts; they are asked for only where a hyphen needs them."""
        self._texts = texts
        self._all: frozenset[str] | None = None
        self._mended: dict[str, str] = {}

    def mended(self, text: str) -> str:
        """Give a label as its writer meant it, see `mend`."""
        found = self._mended.get(text)
        if found is None:
            found = self._mended[text] = mend(text, self._knows)
        return found

    def _knows(self, word: str) -> bool:
        if self._all is None:
            self._all = frozenset(_WHOLE.findall(_OTHER_APOSTROPHES.sub("'", "\n".join(self._texts())).casefold()))
        return word in self._all
