"""The document in a signed container: CMS SignedData in DER or BER, as PEM or as bare base64 (P7S, P7M).

Guarantee: the structure is walked from its start to the document, without recursion and without a copy of what is
around it. Signatures are neither verified nor read, so it does not matter how they were made (DSTU 4145 or any other).

asn1crypto takes minutes for 60 MB that were signed in pieces of 4 KB. Sources: RFC 5652 (CMS) and ITU-T X.690 (BER).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from extractors.errors import Broken, Refused

_HEAD = 1024
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
"""The type SignedData, encoded: 1.2.840.113549.1.7.2."""
_ARMOUR = re.compile(rb"-----BEGIN [^\r\n]*-----[ \t]*[\r\n]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
_INTEGER, _OCTETS, _OID, _SEQUENCE, _SET, _TAGGED = 0x02, 0x04, 0x06, 0x30, 0x31, 0xA0
_CONSTRUCTED = 0x20
_INDEFINITE = 0x80
_END_MARK = b"\x00\x00"

_DEPTH = 16
"""Strings of octets within one another. One within the other is the rule."""
_STRINGS = 1_000_000
"""Strings of octets that a document may come in. Programs make them of 1 to 64 KB."""
_ALGORITHMS = 1 << 16
"""Bytes that the names of the algorithms may take."""


def is_signed(data: bytes) -> bool:
    """Tell whether a file is CMS SignedData, from its first bytes."""
    if not _is_binary(data):
        text = b"".join(_without_armour(data[:_HEAD]).split())[:64]
        if not _BASE64.fullmatch(text):
            return False
        data = binascii.a2b_base64(text[: len(text) // 4 * 4])
    length = data[1] if len(data) > 1 else 0
    return _is_binary(data) and data.startswith(_SIGNED_DATA, 2 + (length & 0x7F if length > _INDEFINITE else 0))


def content(data: bytes) -> Iterator[memoryview]:
    """Give the signed document, in the pieces it comes in.

    Raises:
        Refused: `detached_signature`, where it is not there.
        Broken: `damaged`.
    """
    if not is_signed(data):
        raise _damaged()
    if not _is_binary(data):
        try:
            data = binascii.a2b_base64(_without_armour(data) + b"==")  # those of its own may be cut off
        except binascii.Error as error:
            raise _damaged() from error
    at, end = _into(data, 0, len(data), _SEQUENCE)
    at, end = _into(data, _past(data, at, end, _OID), end, _TAGGED)
    at, end = _into(data, at, end, _SEQUENCE)
    at = _past(data, at, end, _INTEGER)
    at = _past(data, at, min(end, at + _ALGORITHMS), _SET)
    at, end = _into(data, at, end, _SEQUENCE)
    at = _past(data, at, end, _OID)
    there = False
    if at < end and not data.startswith(_END_MARK, at):
        for piece in _octets(data, *_into(data, at, end, _TAGGED)):
            there = there or bool(piece)
            yield piece
    if not there:
        raise Refused(
            "detached_signature",
            "the file is a signature without the document it was made for; give the signed document itself",
        )


def _is_binary(data: bytes) -> bool:
    return data.startswith(bytes((_SEQUENCE,)))


def _without_armour(data: bytes) -> bytes:
    """Take off the lines that begin and end a PEM; bare base64 stays."""
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin := _ARMOUR.match(text):
        text = text[begin.end() :].partition(b"-----END")[0]
    return text


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int | None]:
    """Read the head of a BER element: its tag, and where its content begins and ends; `None` where a mark ends it."""
    if at + 2 > end:
        raise _damaged()
    tag, length = data[at], data[at + 1]
    at += 2
    if length == _INDEFINITE:
        return tag, at, None
    if length > _INDEFINITE:
        more = length & 0x7F
        length = int.from_bytes(data[at : at + more], "big")
        at += more
    if at + length > end:
        raise _damaged()
    return tag, at, at + length


def _into(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    """Give where the content of the element at `at` begins, and what it cannot go beyond."""
    tag, start, stop = _header(data, at, end)
    if tag != wanted:
        raise _damaged()
    return start, end if stop is None else stop


def _past(data: bytes, at: int, end: int, wanted: int) -> int:
    """Give where the element after the one at `at` begins."""
    tag, start, stop = _header(data, at, end)
    if tag != wanted:
        raise _damaged()
    if stop is not None:
        return stop
    at, depth = start, 1
    while depth:
        if data.startswith(_END_MARK, at):
            at, depth = at + len(_END_MARK), depth - 1
            continue
        _, start, stop = _header(data, at, end)
        at, depth = (start, depth + 1) if stop is None else (stop, depth)
    return at


def _octets(data: bytes, at: int, end: int) -> Iterator[memoryview]:
    """Give the octets of a string, which may come as strings within strings (X.690, 8.7.3)."""
    view = memoryview(data)
    around: list[tuple[int, bool]] = []
    """For each string that is open: the end of what it stands in, and whether a mark ends it."""
    for _ in range(_STRINGS):
        tag, start, stop = _header(data, at, end)
        if tag == _OCTETS and stop is not None:
            yield view[start:stop]
            at = stop
        elif tag == _OCTETS | _CONSTRUCTED and len(around) < _DEPTH:
            around.append((end, stop is None))
            at, end = start, end if stop is None else stop
        else:
            raise _damaged()
        while around and (data.startswith(_END_MARK, at) if around[-1][1] else at == end):
            at += len(_END_MARK) if around[-1][1] else 0
            end, _ = around.pop()
        if not around:
            return
    raise _damaged()


def _damaged() -> Broken:
    return Broken("damaged", "the signed container is cut off or damaged; upload it again or sign the document anew")
