"""Containers for tests, written by hand so that each lie can be told: ZIP archives and CMS SignedData."""

from __future__ import annotations

import base64
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO


@dataclass(frozen=True)
class File:
    """A file of an archive, with what its headers say of it, true or not."""

    name: bytes
    data: bytes = b"x"
    method: int = 0
    flags: int = 0
    extra: bytes = b""
    crc: int | None = None
    packed: bytes | None = None
    claimed: int | None = None
    """Bytes that it is said to take, packed."""
    at: int | None = None
    """Where the directory says it is, if not where it is."""


def packed(*files: File, count: int | None = None, before: bytes = b"") -> bytes:
    """Write an archive by hand, so that each lie can be told."""
    out, directory = bytearray(before), bytearray()
    for file in files:
        raw = file.data if file.packed is None else file.packed
        crc = zlib.crc32(file.data) if file.crc is None else file.crc
        at = len(out) - len(before) if file.at is None else file.at
        sizes = struct.pack("<3L", crc, len(raw) if file.claimed is None else file.claimed, len(file.data))
        head = struct.pack("<3H4x", 20, file.flags, file.method) + sizes
        out += b"PK\x03\x04" + head + struct.pack("<2H", len(file.name), 0) + file.name + raw
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + head
        directory += struct.pack("<3H8xL", len(file.name), len(file.extra), 0, at) + file.name + file.extra
    start, number = len(out) - len(before), len(files) if count is None else count
    end = b"PK\x05\x06" + struct.pack("<4x2H2L2x", number, number, len(directory), start)
    return bytes(out + directory + end)


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return out.getvalue()


def deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


# CMS

OID_SIGNED = bytes.fromhex("06092a864886f70d010702")
OID_DATA = bytes.fromhex("06092a864886f70d010701")
GOST_34311 = bytes.fromhex("300c060a2a862402010101010201")
"""An algorithm of Ukrainian signatures that libraries do not know."""


def element(tag: int, *contents: bytes, indefinite: bool = False) -> bytes:
    """Encode an element in DER, or in BER with a mark at its end."""
    inner = b"".join(contents)
    if indefinite:
        return bytes((tag, 0x80)) + inner + b"\0\0"
    size = len(inner)
    length = size.to_bytes(max(1, (size.bit_length() + 7) // 8), "big")
    return bytes((tag,)) + (length if size < 0x80 else bytes((0x80 | len(length),)) + length) + inner


def octets(data: bytes, pieces: int | None = None, indefinite: bool = False) -> bytes:
    """Encode a string of octets, whole or in pieces of so many bytes."""
    if pieces is None:
        return element(0x04, data)
    parts = (element(0x04, data[at : at + pieces]) for at in range(0, len(data), pieces))
    return element(0x24, *parts, indefinite=indefinite)


def signed(
    data: bytes | None, *, pieces: int | None = None, indefinite: bool = False, string: bytes | None = None
) -> bytes:
    """Encode SignedData around a document (`None`: detached), or around a string that is encoded already."""
    inner = string if string is not None or data is None else octets(data, pieces, indefinite)
    document = [] if inner is None else [element(0xA0, inner, indefinite=indefinite)]
    body = element(
        0x30,
        element(0x02, b"\1"),
        element(0x31, GOST_34311, indefinite=indefinite),
        element(0x30, OID_DATA, *document, indefinite=indefinite),
        element(0x31, element(0x30, element(0x02, b"\1"), element(0x04, b"signature" * 20))),
        indefinite=indefinite,
    )
    return element(0x30, OID_SIGNED, element(0xA0, body, indefinite=indefinite), indefinite=indefinite)


def pem(data: bytes, label: str = "PKCS7", newline: bytes = b"\n") -> bytes:
    """Write a binary as PEM."""
    lines = base64.encodebytes(data).replace(b"\n", newline)
    return f"-----BEGIN {label}-----".encode() + newline + lines + f"-----END {label}-----".encode() + newline
