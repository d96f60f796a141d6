"""The document in a signed container, however it is encoded; what is no such container, and what is cut off."""

from __future__ import annotations

import base64
import random
import time
import tracemalloc
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.containers import Member, content, kind, members
from extractors.errors import Broken, Refused
from tests.builders import pdf
from tests.container_files import OID_SIGNED, element, octets, pem, signed

REPORT = pdf(b"") + random.Random(2).randbytes(5000)
LONG_HEAD = b"\x30\x84" + (len(signed(REPORT)) - 4).to_bytes(4, "big") + signed(REPORT)[4:]
NESTED = octets(REPORT[:900], 100) + octets(REPORT[900:1000], 7, indefinite=True) + octets(REPORT[1000:])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(signed(REPORT), id="DER"),
        pytest.param(LONG_HEAD, id="length longer than it need be"),
        pytest.param(signed(REPORT) + b"\r\n", id="white space after it"),
        pytest.param(signed(REPORT, indefinite=True), id="BER, string whole"),
        pytest.param(signed(REPORT, indefinite=True, pieces=1000), id="BER, in pieces"),
        pytest.param(signed(REPORT, pieces=1000), id="pieces of known lengths"),
        pytest.param(signed(None, string=element(0x24, NESTED)), id="strings within strings"),
        pytest.param(signed(None, string=element(0x24, NESTED, indefinite=True), indefinite=True), id="so in BER"),
        pytest.param(pem(signed(REPORT)), id="PEM"),
        pytest.param(b"\xef\xbb\xbf\n" + pem(signed(REPORT, indefinite=True, pieces=9), "CMS", b"\r\n"), id="CRLF"),
        pytest.param(pem(signed(REPORT)).partition(b"-----END")[0], id="PEM without its end"),
        pytest.param(base64.b64encode(signed(REPORT)), id="base64 on one line"),
        pytest.param(base64.encodebytes(signed(REPORT, indefinite=True)), id="base64 in lines"),
        *(pytest.param(base64.b64encode(signed(REPORT + b"ab"[:n])).rstrip(b"="), id=f"bare {n}") for n in range(3)),
    ],
)  # fmt: skip
def test_the_document_comes_back(data: bytes) -> None:
    assert kind(data) == "signed"
    (member,) = members(data, "Звіт.pdf.p7s")
    assert content(data, 0).startswith(REPORT)
    assert len(content(data, 0)) - len(REPORT) in (0, 1, 2)
    assert (member.path, member.bytes) == ("Звіт.pdf", len(content(data, 0)))


@given(st.binary(min_size=1, max_size=300), st.integers(1, 99), st.booleans(), st.booleans())
def test_any_document_comes_back(data: bytes, pieces: int, indefinite: bool, armoured: bool) -> None:
    whole = signed(data, pieces=pieces, indefinite=indefinite)
    whole = pem(whole) if armoured else whole
    assert kind(whole) == "signed"
    assert content(whole, 0) == data


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("Звіт.pdf.p7s", "Звіт.pdf"), ("Звіт.docx.P7M", "Звіт.docx"), ("Звіт.pdf", "Звіт.pdf"), (".p7s", ".p7s"),
        ("a.zip/тека/Звіт.pdf.p7s", "Звіт.pdf"), ("Звіт.p7s.p7s", "Звіт.p7s"), ("a\\xff.pdf.p7s", "a_xff.pdf"),
        ("", "unnamed"), ("..", "unnamed"), ("...p7s", "unnamed"), ("a\n.pdf.p7s", "a%0A.pdf"),
    ],
)  # fmt: skip
def test_the_document_is_named_as_its_container(file_name: str, name: str) -> None:
    assert [member.path for member in members(signed(b"a"), file_name)] == [name]


@pytest.mark.parametrize(
    "data",
    [signed(None), signed(None, indefinite=True), pem(signed(None)), signed(b""), signed(b"", pieces=5)],
    ids=["DER", "BER", "PEM", "empty", "empty, in no pieces"],
)
def test_signature_without_its_document_is_refused(data: bytes) -> None:
    assert kind(data) == "signed"
    for read in (lambda: members(data, "a.p7s"), lambda: content(data, 0)):
        with pytest.raises(Refused, match="give the signed document itself") as caught:
            read()
        assert caught.value.reason == "detached_signature"


ENVELOPED = element(0x30, bytes.fromhex("06092a864886f70d010703"), element(0xA0, b"locked"))
DEEP = reduce(lambda inner, _: element(0x24, inner), range(17), octets(REPORT))
STRINGS = element(0x04, b"") * 1_100_000


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ENVELOPED, id="encrypted for a reader"),
        pytest.param(pem(element(0x30, bytes(100)), "CERTIFICATE"), id="certificate"),
        pytest.param(b"MIIB" + b"A" * 100, id="base64 of something else"),
        pytest.param(b"A" * 100, id="a letter"),
        pytest.param(b"\x30", id="one byte"),
        pytest.param(b"\x30\x80", id="two bytes"),
        pytest.param(b"-----BEGIN PKCS7-----", id="first line of a PEM"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_no_signed_container(data: bytes) -> None:
    assert kind(data) is None
    with pytest.raises(Broken):
        members(data, "a.p7s")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(signed(REPORT)[:-100], id="cut off"),
        pytest.param(signed(REPORT, indefinite=True, pieces=100)[:3000], id="BER, cut off"),
        pytest.param(pem(signed(REPORT))[:3000], id="PEM, cut off"),
        pytest.param(pem(signed(REPORT))[:3001], id="PEM, cut off in a group"),
        pytest.param(element(0x30, OID_SIGNED), id="nothing but its type"),
        pytest.param(signed(None, string=element(0x30, REPORT)), id="document that is no string"),
        pytest.param(signed(None, string=element(0x24, element(0x0C, REPORT))), id="pieces that are no strings"),
        pytest.param(signed(None, string=b"\x04\x80" + REPORT + b"\0\0"), id="plain string without a length"),
        pytest.param(signed(None, string=b"\x24\x80" * 100_000), id="strings in one another without end"),
        pytest.param(signed(None, string=element(0x24, STRINGS)), id="a million empty strings"),
        pytest.param(signed(None, string=DEEP), id="strings 17 deep"),
        pytest.param(signed(REPORT).replace(b"\2\1\1", b"\4\1\1", 1), id="version that is no number"),
        pytest.param(signed(REPORT).replace(b"\xa0", b"\xa1", 1), id="content that is something else"),
        pytest.param(signed(None, string=b"\x04\xff" + b"\xff" * 127), id="length of 127 bytes"),
        pytest.param(b"\x30\x80" + OID_SIGNED + b"\xa0\x80\x30\x80\2\1\1\x31\x80" + b"\x30\x80" * 10**7, id="set"),
    ],
)  # fmt: skip
def test_damaged_container_is_told_soon(data: bytes) -> None:
    assert kind(data) == "signed"
    begun = time.process_time()
    with pytest.raises(Broken, match="cut off or damaged;") as caught:
        members(data, "a.p7s")
    assert caught.value.reason == "damaged"
    assert time.process_time() - begun < 3


def test_large_document_in_small_pieces_costs_little() -> None:
    data = signed(bytes(30 << 20), pieces=1000, indefinite=True)
    begun = time.process_time()
    tracemalloc.start()
    try:
        (member,) = members(data, "a.p7s")
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert member == Member("a", 0, member.document_id, 30 << 20)
    assert held < 1 << 20, "the document is not held to be named"
    assert content(data, 0) == bytes(30 << 20)
    assert time.process_time() - begun < 5
