"""Names of files in containers: from bytes to paths that can be read, and that lead nowhere.

Guarantee: a path is NFC, has `/` between its folders, no `..`, no drive, and no character that shows nothing. These are
spelled out as in an address, `%0A`. `unique` gives no path twice.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from urllib.parse import quote

from extractors.archive import UTF8, Entry, field

_COMMON = "оанівитерсклумдпяьзгбчхйжїюцшєщфґ"
"""Ukrainian letters, the most frequent first."""
_WORTH = {letter: len(_COMMON) - place for place, letter in enumerate(_COMMON)}
_UNREADABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that show nothing, or turn the direction of what does."""
_UNICODE_PATH = 0x7075
_LEFTOVERS = {"thumbs.db", "desktop.ini"}
_SIGNATURE = re.compile(r"(?<=.)\.p7[sm]$", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")


def code_page(names: bytes) -> str:
    """Tell which code page of Ukrainian Windows file names are in: `cp866` or `cp1251`.

    It is the one in which they have more, and more frequent, Ukrainian letters. Programs write cp866; it is taken where
    both are as likely.
    """

    def worth(page: str) -> int:
        return sum(_WORTH.get(sign, 0) for sign in names.decode(page, "replace").lower())

    return max(("cp866", "cp1251"), key=worth)


def paths(entries: Sequence[Entry]) -> list[str]:
    """Give the paths of an archive's files. Names that are not Unicode are in one code page, told by all of them."""
    names = [_unicode_name(entry) for entry in entries]
    rest = [entry.name for entry, name in zip(entries, names, strict=True) if name is None]
    page = code_page(b" ".join(rest))
    return [
        clean(entry.name.decode(page, "replace") if name is None else name)
        for entry, name in zip(entries, names, strict=True)
    ]


def _unicode_name(entry: Entry) -> str | None:
    """Give a name that is in Unicode: as its flag or its Unicode Path field (APPNOTE 4.6.9) says, or by its bytes."""
    path = b"" if entry.flags & UTF8 else field(entry.extra, _UNICODE_PATH)
    fits = path[:1] == b"\x01" and int.from_bytes(path[1:5], "little") == zlib.crc32(entry.name)
    for raw in (path[5:], entry.name) if fits else (entry.name,):
        try:
            return raw.decode()
        except UnicodeDecodeError:
            continue
    return None


def clean(name: str) -> str:
    """Give a name as a path that stays within its container, with characters that show nothing spelled out."""
    name = spelled_out(unicodedata.normalize("NFC", name).replace("\\", "/"))
    parts = [part for found in name.split("/") if (part := found.strip()) not in ("", ".", "..")]
    while parts and _DRIVE.match(parts[0]):
        parts[0] = parts[0][2:].strip()
        if parts[0] in ("", ".", ".."):
            del parts[0]
    return unicodedata.normalize("NFC", "/".join(parts)) or "unnamed"


def spelled_out(name: str) -> str:
    """Give a name in which characters that show nothing are spelled out, as `%0A`."""
    if name.isprintable():  # then there are none
        return name
    return "".join(
        quote(sign, errors="surrogatepass") if unicodedata.category(sign) in _UNREADABLE else sign for sign in name
    )


def unique(paths: list[str]) -> list[str]:
    """Tell equal paths apart: the first stays, the others get a number that no other path has, as `звіт (2).pdf`."""
    taken, met, found = set(paths), dict[str, int](), []
    for path in paths:
        number = met.get(path, 0) + 1
        new = path
        if number > 1:
            folder, slash, name = path.rpartition("/")
            stem, dot, suffix = name.rpartition(".")
            stem, suffix = (stem, dot + suffix) if stem else (name, "")
            while (new := f"{folder}{slash}{stem} ({number}){suffix}") in taken:
                number += 1
        met[path] = number
        found.append(new)
    return found


def is_leftover(path: str) -> bool:
    """Tell what systems and Word leave beside documents, and hidden files, by the path."""
    *folders, name = path.split("/")
    return (
        any(part.startswith(".") for part in (*folders, name))
        or "__MACOSX" in folders
        or name.startswith("~$")
        or name.lower() in _LEFTOVERS
    )


def signed_name(file_name: str) -> str:
    """Name the document in a signed container: as the container without its ending."""
    name = file_name.rpartition("/")[2]
    return clean(_SIGNATURE.sub("", name)).replace("/", "_")
