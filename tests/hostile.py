"""PDFs made to do harm, built of their raw bytes: each function gives one, and says what is wrong with it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

from tests.builders import CATALOG, FONT, line, pdf, pdf_of, stream, text_at

MEDIA = b"/MediaBox [0 0 595 842]"
FLATE = b"/Filter /FlateDecode"


def deflated(piece: bytes, times: int, rounds: int = 1, first: bytes = b"") -> bytes:
    """Give `first` and `times` the `piece`, compressed `rounds` times over; a piece is compressed once and repeated."""
    packer = zlib.compressobj(9)
    head = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    check = zlib.adler32(first)
    for _ in range(times):
        check = zlib.adler32(piece, check)
    packed = head + block * times + b"\x03\x00" + check.to_bytes(4, "big")
    for _ in range(rounds - 1):
        packed = zlib.compress(packed, 9)
    return packed


def _page(contents: bytes = b"/Contents 5 0 R", extra: bytes = b"") -> list[bytes]:
    """Give catalogue, page tree, font and a page; its content stream is to be object 5."""
    page = b"<< /Type /Page /Parent 2 0 R %b %b /Resources << /Font << /F1 3 0 R >> %b >> >>" % (MEDIA, contents, extra)
    return [CATALOG, b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", FONT, page]


# More bytes, characters and objects than a document has


def stream_bomb(megabytes: int = 1024, rounds: int = 1) -> bytes:
    """A content stream that unpacks to so many megabytes, through `rounds` filters one after another."""
    filters = b"/Filter [" + b"/FlateDecode " * rounds + b"]"
    return pdf_of([*_page(), stream(deflated(b"0 0 m 9 9 l S\n\n\n" * 65536, megabytes, rounds), filters)])


def object_stream_bomb(megabytes: int = 1024) -> bytes:
    """The page tree lies in an object stream that unpacks to so many megabytes of white space."""
    inner = b"2 0 3 60 << /Type /Pages /Kids [4 0 R] /Count 1 >>".ljust(8 + 60) + FONT
    packed = deflated(b" " * (1 << 20), megabytes, first=inner)
    entries = b"/Type /ObjStm /N 2 /First 8 " + FLATE
    return _with_xref_stream({1: CATALOG, 4: _page()[3], 5: stream(text_at(50, 700, "one").encode())}, packed, entries)


def _with_xref_stream(objects: dict[int, bytes], packed: bytes, entries: bytes) -> bytes:
    """Give a PDF whose objects 2 and 3 lie in the object stream 6 and whose table is the stream 7."""
    out = bytearray(b"%PDF-1.5\n")
    places = {}
    for number, content in {**objects, 6: stream(packed, entries)}.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    places[7] = len(out)
    rows = b"\0\0\0\0\0\xff"
    for number in range(1, 8):
        kind, first, second = (2, 6, number - 2) if number in (2, 3) else (1, places[number], 0)
        rows += bytes([kind]) + first.to_bytes(4, "big") + bytes([second])
    table = stream(rows, b"/Type /XRef /W [1 4 1] /Size 8 /Root 1 0 R")
    out += b"7 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, places[7])
    return bytes(out)


def fine_grid(step: float = 5.0, text: str = "") -> bytes:
    """A grid over the whole page: about 20 000 cells of 5 points."""
    columns, rows = int(595 / step), int(842 / step)
    lines = [line(i * step, 0, i * step, rows * step) for i in range(columns + 1)]
    lines += [line(0, i * step, columns * step, i * step) for i in range(rows + 1)]
    lines += [text_at(100, 400, text)] if text else []
    return pdf_of([*_page(), stream(zlib.compress("".join(lines).encode(), 9), FLATE)])


def many_paths(count: int = 100_000) -> bytes:
    """A page of tiny paths, no two at the same place."""
    content = "".join(f"{i % 595} {i // 595} m {i % 595}.5 {i // 595} l S\n" for i in range(count))
    return pdf_of([*_page(), stream(zlib.compress(content.encode()), FLATE)])


def long_text(characters: int = 10_000_000) -> bytes:
    """One text object of so many characters, in strings of 8 000 (PDFium takes up to 32 767 bytes a string)."""
    content = b"BT /F1 8 Tf 10 400 Td [" + (b"(" + b"12 34, 5" * 1000 + b") ") * (characters // 8000) + b"] TJ ET"
    return pdf_of([*_page(), stream(zlib.compress(content), FLATE)])


def same_page(times: int) -> bytes:
    """A page of three letters, so many times in the page tree."""
    objects = [*_page(), stream(text_at(50, 700, "one").encode())]
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b"4 0 R " * times, times)
    return pdf_of(objects)


def many_texts(count: int, length: int = 20) -> bytes:
    """A page of so many text objects of `length` characters, side by side in 1-point type."""
    places = ((5 + 11 * (i % 50), 835 - 1.1 * (i // 50)) for i in range(count))
    content = "".join(text_at(x, round(y, 1), "x" * length, 1) for x, y in places)
    return pdf_of([*_page(), stream(zlib.compress(content.encode()), FLATE)])


# Things that hold themselves

_FORM = (
    b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >>"
)


def own_form(shown: int = 1) -> bytes:
    """A form that shows itself `shown` times."""
    form = stream(b"/X Do " * shown, _FORM % 6)
    return pdf_of([*_page(extra=b"/XObject << /X 6 0 R >>"), stream(b"/X Do"), form])


def form_tower(levels: int, shown: int = 1) -> bytes:
    """Forms one in another, each showing the next one `shown` times."""
    forms = []
    for level in range(levels):
        last = level == levels - 1
        content = text_at(50, 700, "deep").encode() + line(10, 10, 300, 10).encode() if last else b"/X Do " * shown
        forms.append(stream(content, _FORM % (7 + level)))
    return pdf_of([*_page(extra=b"/XObject << /X 6 0 R >>"), stream(b"/X Do"), *forms])


def own_page_tree(count: int = 3) -> bytes:
    """A page tree whose only kid is itself."""
    return pdf_of([CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count %d >>" % count])


def previous_loop() -> bytes:
    """A cross-reference table that names itself as the one before it."""
    plain = pdf(text_at(50, 100, "one").encode())
    place = plain[plain.rindex(b"startxref") :].split()[1]
    return plain.replace(b"/Root", b"/Prev %b /Root" % place)


def own_content() -> bytes:
    """A page whose content is an array that holds itself."""
    return pdf_of([*_page(b"/Contents 5 0 R"), b"[5 0 R 5 0 R 6 0 R]", stream(text_at(50, 700, "one").encode())])


def own_length() -> bytes:
    """A content stream whose length is the stream itself."""
    return pdf_of([*_page(), b"<< /Length 5 0 R >>\nstream\nBT ET\nendstream"])


def same_content(times: int, megabytes: int) -> bytes:
    """A page whose content is one stream of so many megabytes, named many times."""
    contents = b"/Contents [" + b"5 0 R " * times + b"]"
    return pdf_of([*_page(contents), stream(deflated(b"0 0 m 9 9 l S\n\n\n" * 65536, megabytes), FLATE)])


# Lies


def page_count(count: int) -> bytes:
    """One page, and a page tree that says there are `count`."""
    objects = [*_page(), stream(text_at(50, 700, "one").encode())]
    objects[1] = b"<< /Type /Pages /Kids [4 0 R] /Count %d >>" % count
    return pdf_of(objects)


def media_box(numbers: str) -> bytes:
    """A page of this media box with a table of two columns."""
    content = "".join(line(20, y, 220, y) for y in (20, 60, 100)) + "".join(line(x, 20, x, 100) for x in (20, 120, 220))
    return pdf((content + text_at(30, 70, "left") + text_at(130, 70, "right")).encode(), media=numbers)


def picture_page(numbers: str) -> bytes:
    """A page of this media box that holds a picture and no text, as a scan does."""
    picture = stream(
        bytes(64), b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    return pdf(b"q 200 0 0 200 0 0 cm /I Do Q", media=numbers, resources="/XObject << /I 6 0 R >>", extra=picture)


def nested_arrays(depth: int) -> bytes:
    """An array of arrays of arrays, for the page's resources."""
    objects = _page()
    objects[3] = b"<< /Type /Page /Parent 2 0 R %b /Contents 5 0 R /Resources 6 0 R >>" % MEDIA
    return pdf_of([*objects, stream(b"BT ET"), b"[" * depth + b"]" * depth])


def nested_dictionaries(depth: int) -> bytes:
    """The same of dictionaries."""
    objects = _page()
    objects[3] = b"<< /Type /Page /Parent 2 0 R %b /Contents 5 0 R /Resources 6 0 R >>" % MEDIA
    return pdf_of([*objects, stream(b"BT ET"), b"<< /A " * depth + b"1" + b" >>" * depth])


def nested_operands(depth: int) -> bytes:
    """Arrays nested in the content stream itself."""
    return pdf_of([*_page(), stream(b"[" * depth + b"]" * depth + b" TJ")])


def nested_states(depth: int) -> bytes:
    """Graphics states saved and never given back."""
    return pdf_of([*_page(), stream(b"q " * depth + text_at(50, 700, "one").encode())])


def garbage_table() -> bytes:
    """A cross-reference table of nonsense."""
    whole = pdf(text_at(50, 100, "one").encode())
    at = whole.rindex(b"xref\n0 ")
    return whole[:at] + b"xref\n0 99999999\n" + b"99999999999 65536 q \n" * 9 + whole[whole.index(b"trailer") :]


# Locks


_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def encrypted(user: bytes, owner: bytes = b"owner", objects: Sequence[bytes] | None = None) -> bytes:
    """A PDF locked by the standard handler, revision 2: RC4 of 40 bits (ISO 32000-1, 7.6.3, algorithms 1 to 4).

    Only the content stream is encrypted, since no other object holds a string. An empty `user` password opens it.
    """
    content = text_at(50, 700, "one").encode()
    name, permissions = b"0123456789abcdef", -4 & 0xFFFFFFFF
    pad_user, pad_owner = (user + _PAD)[:32], (owner + _PAD)[:32]
    entry_o = _rc4(hashlib.md5(pad_owner).digest()[:5], pad_user)  # noqa: S324  # what the format asks for
    seed = pad_user + entry_o + permissions.to_bytes(4, "little") + name
    key = hashlib.md5(seed).digest()[:5]  # noqa: S324
    entry_u = _rc4(key, _PAD)
    object_key = hashlib.md5(key + (5).to_bytes(3, "little") + b"\0\0").digest()[:10]  # noqa: S324
    lock = b"<< /Filter /Standard /V 1 /R 2 /O <%b> /U <%b> /P -4 >>" % (entry_o.hex().encode(), entry_u.hex().encode())
    made = [*(objects or _page()), stream(_rc4(object_key, content)), lock]
    return pdf_of(made, b"/Encrypt 6 0 R /ID [<%b> <%b>]" % (name.hex().encode(), name.hex().encode()))
