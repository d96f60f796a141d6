"""No stream unpacks to more than it may, whatever its filters; ordinary files pass untouched."""

from __future__ import annotations

import base64
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from extractors import guard
from extractors.errors import Refused
from extractors.limits import LIMITS
from tests import hostile
from tests.builders import pdf, pdf_of, stream
from tests.samples import RAW

KB = 1024
SMALL = replace(LIMITS, stream_bytes=64 * KB, stream_filters=3)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LIMITS", SMALL)


def _reason(data: bytes) -> str | None:
    try:
        guard.check(data)
    except Refused as error:
        return error.reason
    return None


def _lzw(content: bytes) -> bytes:
    """Pack as ISO 32000-1, 7.4.4 says, code lengths changing one early."""
    codes = {bytes([byte]): byte for byte in range(256)}
    bits, held = "100000000", b""
    width, following = 9, 258
    for byte in content:
        longer = held + bytes([byte])
        if longer in codes:
            held = longer
            continue
        bits += f"{codes[held]:0{width}b}"
        if following < 4096:
            codes[longer] = following
            following += 1
        width = min(12, max(9, following.bit_length()))
        held = bytes([byte])
    bits += f"{codes[held]:0{width}b}"
    bits += f"{257:0{min(12, max(9, (following + 1).bit_length()))}b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _run_length(content: bytes) -> bytes:
    out = bytearray()
    for at in range(0, len(content), 128):
        piece = content[at : at + 128]
        out += (
            bytes([257 - len(piece), piece[0]])
            if len(set(piece)) == 1 < len(piece)
            else bytes([len(piece) - 1]) + piece
        )
    return bytes(out) + b"\x80"


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "FlateDecode": zlib.compress,
    "LZWDecode": _lzw,
    "RunLengthDecode": _run_length,
    "ASCIIHexDecode": lambda content: content.hex().encode() + b">",
    "ASCII85Decode": lambda content: base64.a85encode(content, wrapcol=72) + b"~>",
}
SHORT = {
    "Fl": "FlateDecode",
    "LZW": "LZWDecode",
    "RL": "RunLengthDecode",
    "AHx": "ASCIIHexDecode",
    "A85": "ASCII85Decode",
}


@pytest.mark.parametrize(
    "filters",
    [
        *PACKERS,
        *SHORT,
        "ASCII85Decode FlateDecode",
        "ASCIIHexDecode LZWDecode",
        "FlateDecode FlateDecode",
        "A85 RL Fl",
        "FlateDecode RunLengthDecode",
        "FlateDecode ASCII85Decode",
    ],
)
@pytest.mark.parametrize("fill", [b"\0", b"0 0 m 9 9 l S\n"], ids=["zeros", "lines"])
def test_a_stream_may_be_as_long_as_the_limit_and_no_longer(filters: str, fill: bytes) -> None:
    for size, reason in ((64 * KB, None), (64 * KB + 1, "limit:stream_bytes")):
        content = (fill * (size // len(fill) + 1))[:size]
        for name in reversed(filters.split()):
            content = PACKERS[SHORT.get(name, name)](content)
        names = "/" + filters if " " not in filters else "[/" + filters.replace(" ", " /") + "]"
        data = pdf_of([b"<< /Type /Catalog >>", stream(content, f"/Filter {names}".encode())])
        assert _reason(data) == reason


def test_a_stream_without_a_filter_is_as_long_as_it_is() -> None:
    assert _reason(pdf(b" " * (64 * KB - 2))) is None, "the line ends around it count"
    assert _reason(pdf(b" " * 65 * KB)) == "limit:stream_bytes"


def test_a_length_counts_where_the_end_is_feigned() -> None:
    content = b"endstream" + b" " * 65 * KB
    assert _reason(pdf(content)) == "limit:stream_bytes"


def test_a_length_too_high_costs_nothing_that_is_not_there() -> None:
    data = pdf(b"BT ET").replace(b"/Length 5", b"/Length 99999999999")
    assert _reason(data) is None


def test_filters_may_stand_in_another_object() -> None:
    packed = zlib.compress(bytes(65 * KB))
    assert _reason(pdf_of([b"<< >>", stream(packed, b"/Filter 3 0 R"), b"/FlateDecode"])) == "limit:stream_bytes"


def test_more_filters_than_anyone_uses_are_refused() -> None:
    content = zlib.compress(bytes(65 * KB))
    assert _reason(pdf_of([b"<< >>", stream(content, b"/Filter [" + b"/Fl " * 4 + b"]")])) == "limit:stream_filters"


def test_a_stream_that_names_no_bounds_is_checked_too() -> None:
    packed = zlib.compress(bytes(65 * KB))
    assert _reason(b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + packed) == "limit:stream_bytes"
    assert _reason(b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\r\n" + packed) == "limit:stream_bytes"


def test_pictures_have_a_limit_of_their_own() -> None:
    packed = zlib.compress(bytes(65 * KB))
    assert _reason(pdf_of([b"<< >>", stream(packed, b"/Subtype /Image /Filter /FlateDecode")])) is None
    assert _reason(pdf_of([b"<< >>", stream(b"\xff" * 65 * KB, b"/Filter /DCTDecode")])) == "limit:stream_bytes"


@pytest.mark.parametrize("damage", [b"", b"x\x9c", b"not packed at all", b"\x80", b"~>", b">"])
@pytest.mark.parametrize("name", PACKERS)
def test_damaged_streams_are_left_to_the_reader(name: str, damage: bytes) -> None:
    content = (damage + b"\xfe\xfd zz Z") * 70 * KB
    assert _reason(pdf_of([b"<< >>", stream(content[: 60 * KB], f"/Filter /{name}".encode())])) in (
        None,
        "limit:stream_bytes",
    )


@pytest.mark.parametrize(
    "bomb",
    [
        hostile.stream_bomb(megabytes=80),
        hostile.stream_bomb(megabytes=80, rounds=2),
        hostile.stream_bomb(megabytes=80, rounds=3),
        hostile.object_stream_bomb(megabytes=80),
    ],
    ids=["once", "twice", "thrice", "objects"],
)
def test_bombs_are_refused_and_never_held(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LIMITS", LIMITS)
    tracemalloc.start()
    try:
        assert _reason(bomb) == "limit:stream_bytes"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("path", sorted(RAW.glob("*.pdf")), ids=lambda path: path.name)
def test_ordinary_files_pass(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LIMITS", LIMITS)
    assert _reason(path.read_bytes()) is None
