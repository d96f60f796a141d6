"""Funds of a budget, and other sources of money, as headings, captions and rows name them.

Guarantee: a source keeps its own name; only the general and the special fund and their total have words of ours.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.text import cyrillic, mend_alone
from validators.labels import INCLUDING

_GENERAL = re.compile(r"\bзагальн\w*\.?\s+фонд|\bфонд\w*\s*:?\s+загальн\w*|\bзаг\.?\s*ф(?:онд|\b)|\bзф\b")
_SPECIAL = re.compile(r"\bспеціальн\w*\s+фонд|\bфонд\w*\s*:?\s+спеціальн\w*|\bспец\w*\.?\s*ф(?:онд|\b)|\bсф\b")
_BOTH = re.compile(
    r"загальн\w*\s+(?:фонд\w*\s+)?(?:і|та|й|\+|разом\s+зі?|зі?|із)\s+спеціальн\w*(?:\s+фонд\w*)?|"
    r"спеціальн\w*\s+(?:фонд\w*\s+)?(?:і|та|й|\+|разом\s+зі?|зі?|із)\s+загальн\w*(?:\s+фонд\w*)?"
)
_TOTAL = re.compile(
    r"(?:у|в)?сього(?:\s+(?:за\s+)?фонд\w*)?(?:\s+(?:за|на|до)(?:\s+(?:весь|кінц\w+|період|строк|термін|дії|роки|виконання|програм\w+))+)?(?:\s*\([^()]*\))?|разом(?:\s+(?:за\s+)?фонд\w*)?|загалом|(?:у|в)сього\s+по\s+\w+|"
    r"загальний обсяг(?: фінансування)?"
)
_PART = re.compile(rf"^(?:[-–—•]\s*)?(?:{INCLUDING}\s*[:,]?\s*)?(?:[-–—•]\s*)?", re.IGNORECASE)
"""How a part of a sum begins: `у тому числі:`, a dash."""

_PARTS_FOLLOW = re.compile(rf",?\s*{INCLUDING}$", re.IGNORECASE)

_NAMES = (
    r"(?:(?:за\s+(?:рахунок|кошти)\s+|з\s+)?(?:кошт\w*\s+|субвенці\w+\s+(?:з|із)\s+|дотаці\w+\s+(?:з|із)\s+)*(?:залучен\w+\s+)?"
    r"(?:держ\w*|обл\w*|рай\w*|міськ\w*|місц\w*|сел\w*|сіл\w*|субобласн\w+|інш\w+|регіональн\w+)\.?"
    r"(?:\s*(?:,|і|та)\s*\w+)?\s+бюджет\w*(?:\s+(?:\w+\s+)?(?:тг|отг|громад\w*))?)",
    r"бюджет(?:и|ів|ам)\s+(?:\w+\s+){0,2}(?:громад|рад|сіл|селищ|міст|район)\w*|(?:сільськ|селищн|міськ|районн)\w+\s+(?:та|і)\s+\w+\s+бюджети",
    r"(?:держ|обл|рай|міськ?|місц|сільс?ьк?|сел)\.?\s*бюджет\w*",
    r"гранти?,\s.{1,40}",
    r"кредит(?:и|ів|у)?\s+[^\W\d]{2,20}|внески\s+\w+(?:\s+\w+)?",
    r"кошти\s+бюджет\w*\s.{1,40}",
    r"кошти\s+(?:дфрр|нсзу|фсс|єс|оон|usaid)",
    r"ін\.\s+(?:джерел|кошт)\w*",
    r"(?:інші|будь-які)\s+(?:джерела|кошти|надходження),?\s+(?:\w+\s+)?не\s+заборонен\w+.{0,50}",
    r"(?:поза|не)бюдж\w*\.?\s+кошт\w*",
    r"кошти\s+(?:інвест|підприєм|спонс|благод|громад|насел)\w*\.?",
    r"бюджет\s+(?:(?:\w+\s+){0,4}(?:тг|отг|мтг|стг|громади|територіальної громади|ради|області|району|міста)|розвитку)",
    r"(?:інш\w+|позабюджетн\w+|небюджетн\w+|залучен\w+|власн\w+|приватн\w+|кредитн\w+|грантов\w+|спонсорськ\w+|"
    r"донорськ\w+|благодійн\w+|бюджетн\w+)\s+(?:\w+\s+)?(?:джерел\w*|кошт\w*|фінансування|надходження|внески|ресурси|допомог\w*)"
    r"(?:\s*\([^()]*\))?(?:\s+(?:\w+\s+)?(?:фінансування|підприємств\w*|інвестор\w*|надходжень|населення|установ\w*|організацій|закладів|осіб|"
    r"(?:фізичних|юридичних)(?:\s.{1,30})?))?",
    r"(?:кошти|засоби)\s+(?:\w+\s+){0,3}(?:отг|мтг|стг|тг|громади|нсзу|підприєм(?:ств|ц)\w*|фермер\w*|інвестор\w*|населення|донор\w*|грант\w*|партнер\w*|спонсор\w*|"
    r"співвласник\w*|замовник\w*|громадян|мешканців|батьків|проєкт\w*|проект\w*|джерел\w*|фонд\w*|організацій)(?:\s.{0,40})?",
    r"(?:інвестиції|гранти?|кредити?|спонсори|інвестори|позабюджетні|небюджетні|підприємства|благодійники|донори|"
    r"інші|субвенції|місцевий|державний|обласний|районний|дфрр)",
    r"(?:субвенці\w+|дотаці\w+)\s+(?:з|із)\s+\w+\s+бюджет\w*(?:\s+.{0,60})?",
    r"(?:державний|міжнародн\w+|екологічн\w+|цільов\w+)\s+(?:\w+\s+){0,4}фонд\w*(?:\s+.{0,60})?",
    r"міжнародн\w+\s+(?:технічн\w+\s+)?(?:допомог\w+|організаці\w+|донор\w*|партнер\w*)",
)
_SOURCE = re.compile(rf"(?:{'|'.join(_NAMES)})(?:\s*\([^()]*\))?", re.IGNORECASE)
_MONEY_OR_YEARS = re.compile(r"[,(]?\s*(?:тис\.?|млн\.?)?\s*(?:грн|гривень)\.?\)?\s*$", re.IGNORECASE)


@lru_cache(maxsize=1 << 13)
def find_fund(text: str) -> str | None:
    """Give the one fund that a text names somewhere, `general` or `special`; `None` where it names none or both."""
    words = _BOTH.sub("", cyrillic(mend_alone(text)).casefold())
    general, special = _GENERAL.search(words), _SPECIAL.search(words)
    if bool(general) == bool(special):
        return None
    return "general" if general else "special"


@lru_cache(maxsize=1 << 13)
def read_source(text: str) -> str | None:
    """Give the fund or source of money that a text is and nothing else; `None` where it is none.

    `general`, `special`, `total` (`Усього`), or the name as printed: `у т.ч. обласний бюджет:` is `обласний бюджет`.
    """
    name = _PARTS_FOLLOW.sub("", _PART.sub("", mend_alone(text)).strip(" .,;:")).strip(" .,;:")
    name = _MONEY_OR_YEARS.sub("", name).strip(" .,;:*")
    words = cyrillic(name).casefold()
    if not words or len(words) > 120:
        return None
    for pattern, fund in ((_GENERAL, "general"), (_SPECIAL, "special")):
        found = pattern.match(words)
        if found and len(words) - found.end() <= 40 and not (_GENERAL if fund == "special" else _SPECIAL).search(words):
            return fund
    if words in ("загальний", "спеціальний"):
        return "general" if words == "загальний" else "special"
    if _TOTAL.fullmatch(words):
        return "total"
    return name if _SOURCE.fullmatch(words) else None


def only_says_part(text: str) -> bool:
    """Whether a text is nothing but the beginning of a part of a sum: `з них:`."""
    return is_part(text) and not _PART.sub("", text).strip()


def is_part(text: str) -> bool:
    """Whether a text begins as a part of a sum does: `у тому числі`, `з них`."""
    return bool((found := _PART.match(text)) and found.end() and re.search(r"\w", found[0]))
