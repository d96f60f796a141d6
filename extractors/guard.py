"""A look at a PDF's bytes before PDFium sees them, since PDFium unpacks every stream it meets whole.

Guarantee: nothing is held but pieces of `PIECE` bytes. Streams that cannot exceed the limit, by what their filters can
make of their size at most, cost no more than a look at their dictionary; the others are unpacked piece by piece and
counted. Pictures are left out: PDFium unpacks them only to show them, and their limit is `image_pixels`.

What this look misses (an encrypted stream, one stream named a thousand times), the limits of the process hold.
"""

from __future__ import annotations

import base64
import re
import zlib
from binascii import unhexlify
from collections.abc import Callable, Iterable, Iterator

from extractors.limits import DEADLINE, LIMITS, enforce

PIECE = 1 << 18
"""Bytes unpacked at a time."""

_HEAD = 4096
"""Bytes before the word `stream` that its dictionary is looked for in."""

_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[A-Za-z0-9]+|(?=\d))")
_NAME = re.compile(rb"/([A-Za-z0-9]+)")
_LENGTH = re.compile(rb"/Length\s+(\d{1,18})\b(?!\s+\d+\s+R)")

Pieces = Iterator[bytes]


def check(data: bytes) -> None:
    """See that no stream of a PDF unpacks to more than it may.

    Raises:
        Refused: `limit:stream_bytes` or `limit:stream_filters`; `limit:seconds`, where counting takes too long.
    """
    at = 0
    end = -1
    while (at := data.find(b"stream", at)) >= 0:
        start = at + len(b"stream")
        if data[at - 3 : at] == b"end" or data[start : start + 1] not in (b"\r", b"\n"):
            at = start
            continue
        DEADLINE.check()
        if end < start:  # looked for once only where there is none
            end = data.find(b"endstream", start)
            end = len(data) if end < 0 else end
        head = data[max(0, at - _HEAD) : at]
        _check_stream(data, start, end, head[head.rfind(b"obj") + 1 :])
        at = start if end == len(data) else end


def _check_stream(data: bytes, start: int, end: int, dictionary: bytes) -> None:
    """Check the stream that begins after `start`, and ends at `end` or where its dictionary says."""
    if _PICTURE.search(dictionary):
        return
    filters = _filters(dictionary)
    length = max((int(said) for said in _LENGTH.findall(dictionary)), default=0)
    size = min(max(end - start, length), len(data) - start)
    most = size
    for name in filters:
        most *= _MOST[name]
    if most <= LIMITS.stream_bytes:
        return
    enforce("stream_filters", len(filters), LIMITS.stream_filters)
    start += 2 if data.startswith(b"\r\n", start) else 1
    pieces: Pieces = (data[at : at + PIECE] for at in range(start, start + size, PIECE))
    for name in filters:
        pieces = _UNPACKERS[name](pieces)
    total = 0
    for piece in pieces:
        total += len(piece)
        enforce("stream_bytes", total, LIMITS.stream_bytes)
        DEADLINE.check()


def _filters(dictionary: bytes) -> list[bytes]:
    """Give the filters in order, up to the first that only pictures have; what stands elsewhere is taken for Flate."""
    found = _FILTER.search(dictionary)
    if found is None:
        return []
    names = [_ABBREVIATIONS.get(name, name) for name in _NAME.findall(found[1])] or [b"FlateDecode"]
    known = [name in _UNPACKERS for name in names]
    return names[: known.index(False)] if False in known else names


# Filters (ISO 32000-1, 7.4), each from pieces to pieces; at damage each stops with what it has, as PDFium does


def _flate(pieces: Iterable[bytes]) -> Pieces:
    unpacker = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest and not unpacker.eof:
            try:
                yield unpacker.decompress(rest, PIECE)
            except zlib.error:
                return
            rest = unpacker.unconsumed_tail


def _lzw(pieces: Iterable[bytes]) -> Pieces:
    table = [bytes([byte]) for byte in range(256)] + [b"", b""]
    bits = held = 0
    last = b""
    for piece in pieces:
        out = bytearray()
        for byte in piece:
            held, bits = held << 8 | byte, bits + 8
            width = min(12, max(9, (len(table) + 1).bit_length()))
            if bits < width:
                continue
            bits -= width
            code, held = held >> bits, held & (1 << bits) - 1
            if code == 257:
                yield bytes(out)
                return
            if code == 256:
                del table[258:]
                last = b""
                continue
            text = table[code] if code < len(table) else last + last[:1]
            if last and len(table) < 4096:
                table.append(last + text[:1])
            last = text
            out += text
            if len(out) >= PIECE:
                yield bytes(out)
                out.clear()
        yield bytes(out)


def _run_length(pieces: Iterable[bytes]) -> Pieces:
    rest = b""
    for piece in pieces:
        rest += piece
        out = bytearray()
        at = 0
        while at < len(rest) and rest[at] != 128:
            count = rest[at]
            used = count + 2 if count < 128 else 2
            if at + used > len(rest):
                break
            out += rest[at + 1 : at + used] if count < 128 else rest[at + 1 : at + 2] * (257 - count)
            at += used
        yield bytes(out)
        if rest[at : at + 1] == b"\x80":
            return
        rest = rest[at:]


def _ascii_hex(pieces: Iterable[bytes]) -> Pieces:
    rest = b""
    for piece in pieces:
        digits, closed, _ = (rest + b"".join(piece.split())).partition(b">")
        even = len(digits) // 2 * 2
        try:
            yield unhexlify(digits[:even])
        except ValueError:
            return
        if closed:
            return
        rest = digits[even:]


def _ascii_85(pieces: Iterable[bytes]) -> Pieces:
    rest = b""
    for piece in pieces:
        signs, closed, _ = (rest + b"".join(piece.split())).partition(b"~")
        signs = signs.replace(b"z", b"!!!!!")
        whole = len(signs) if closed else len(signs) // 5 * 5
        try:
            yield base64.a85decode(signs[:whole])
        except ValueError:
            return
        if closed:
            return
        rest = signs[whole:]


_UNPACKERS: dict[bytes, Callable[[Iterable[bytes]], Pieces]] = {
    b"FlateDecode": _flate,
    b"LZWDecode": _lzw,
    b"RunLengthDecode": _run_length,
    b"ASCIIHexDecode": _ascii_hex,
    b"ASCII85Decode": _ascii_85,
}
_ABBREVIATIONS = {
    b"Fl": b"FlateDecode",
    b"LZW": b"LZWDecode",
    b"RL": b"RunLengthDecode",
    b"AHx": b"ASCIIHexDecode",
    b"A85": b"ASCII85Decode",
}
_MOST = {b"FlateDecode": 1032, b"LZWDecode": 2560, b"RunLengthDecode": 64, b"ASCIIHexDecode": 1, b"ASCII85Decode": 4}
"""Bytes that a filter makes of one at most: 258 of 2 bits; 3 839 of 12 bits; 128 of 2 bytes; 1 of 2; 4 of a `z`."""
