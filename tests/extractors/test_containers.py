"""Archives and ASiC containers: what is in them, what one bad file costs, and what a bomb costs."""

from __future__ import annotations

import bz2
import hashlib
import lzma
import pickle
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import archive, containers
from extractors.archive import PIECE
from extractors.containers import content, kind, members
from extractors.errors import Broken, InputError, Refused
from extractors.limits import DEADLINE, LIMITS
from extractors.sniff import ODT
from tests.builders import docx, p, pdf
from tests.container_files import File, deflated, packed, signed, zipped

ASIC = b"application/vnd.etsi.asic-e+zip"
MB = 1 << 20
T = TypeVar("T")


def found(data: bytes) -> dict[str, bytes | str]:
    """Give each member's content, or its reason."""
    return {m.path: m.problem.reason if m.problem else content(data, m.index) for m in members(data, "a.zip")}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(zipped({"звіт.txt": b"x"}), "zip", id="archive"),
        pytest.param(zipped({}), "zip", id="archive of nothing"),
        pytest.param(zipped({"a/report.docx": docx(p("a"))}), "zip", id="archive of a document"),
        pytest.param(zipped({"word/document.xml": b"", "a/[Content_Types].xml": b""}), "zip", id="names of a document"),
        pytest.param(zipped({"mimetype": ASIC, "звіт.pdf": b"%PDF-"}), "asic", id="asic"),
        pytest.param(zipped({"mimetype": ASIC[:-5] + b"s+zip"}, zipfile.ZIP_STORED), "asic", id="asic-s"),
        pytest.param(zipped({"звіт.pdf": b"", "META-INF/signatures001.xml": b""}), "asic", id="asic, unsaid"),
        pytest.param(zipped({"звіт.pdf": b"", "META-INF/signature.p7s": b""}), "asic", id="asic-s, unsaid"),
        pytest.param(zipped({"a.class": b"", "META-INF/MANIFEST.MF": b""}), "zip", id="program of Java"),
        pytest.param(signed(b"a"), "signed", id="signed"),
        pytest.param(docx(p("a")), None, id="docx"),
        pytest.param(zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), None, id="xlsx"),
        pytest.param(zipped({"mimetype": ODT.encode(), "META-INF/documentsignatures.xml": b""}), None, id="signed odt"),
        pytest.param(zipped({"META-INF/documentsignatures.xml": b"", "mimetype": ODT.encode()}), None, id="odt, last"),
        pytest.param(packed(File(b"mimetype", ASIC, flags=1)), None, id="kind that is locked"),
        pytest.param(pdf(b""), None, id="pdf"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"PK", None, id="two letters"),
        pytest.param(zipped({"a": b"x" * 500})[:-30], None, id="archive that is cut off"),
        pytest.param(b"0" * 500, None, id="the digit that is a SEQUENCE in ASN.1"),
    ],
)  # fmt: skip
def test_kind_is_told_from_the_bytes(data: bytes, told: str | None) -> None:
    assert kind(data) == told


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=str
)
def test_files_come_back_byte_by_byte(method: int) -> None:
    files = {"а/звіт.pdf": random.Random(1).randbytes(PIECE + 7), "b.docx": b"b" * 2 * PIECE, "порожній.txt": b""}
    data = zipped(files, method)
    listed = members(data, "x.zip")
    assert {m.path: content(data, m.index) for m in listed} == files
    assert [(m.document_id, m.bytes, m.problem) for m in listed] == [
        (hashlib.sha256(file).hexdigest(), len(file), None) for file in files.values()
    ]


def test_archive_with_wide_numbers_written_as_a_stream_is_read() -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        with target.open("a.txt", "w", force_zip64=True) as file:
            file.write(b"a" * 1000)
        target.writestr("b.txt", b"b")
    assert found(out.getvalue()) == {"a.txt": b"a" * 1000, "b.txt": b"b"}


@pytest.mark.parametrize("before", [b"", b"PK, but not yet "])
def test_places_and_counts_that_need_64_bits_are_found(before: bytes) -> None:
    """All of a file's numbers stand in its extra field, and those of the directory in the wide end."""
    name, text = b"a.txt", b"wide"
    local = b"PK\x03\x04" + struct.pack("<3H4x3L2H", 45, 0, 0, zlib.crc32(text), 4, 4, 5, 0) + name + text
    extra = struct.pack("<2H", 0x9999, 2) + b"??" + struct.pack("<2H3Q", 1, 24, 4, 4, 0)
    directory = b"PK\x01\x02" + struct.pack("<4H4x3L", 45, 45, 0, 0, zlib.crc32(text), 2**32 - 1, 2**32 - 1)
    directory += struct.pack("<3H8xL", 5, len(extra), 0, 2**32 - 1) + name + extra
    wide = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, len(directory), len(local))
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, len(local) + len(directory), 1)
    end = b"PK\x05\x06" + struct.pack("<2H2H2LH", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    assert found(before + local + directory + wide + locator + end) == {"a.txt": text}


def test_archive_behind_and_before_other_bytes_is_read() -> None:
    data = packed(File(b"a.txt"), File(b"b.txt", b"y"), before=b"PK, but not yet ")
    assert found(data + bytes(100)) == {"a.txt": b"x", "b.txt": b"y"}


def test_what_is_no_document_is_left_out_without_a_word() -> None:
    out = [
        "folder/", "a\\folder\\", "__MACOSX/._звіт.pdf", "a/__MACOSX/звіт.pdf", ".DS_Store", "a/.DS_Store", "Thumbs.db",
        "a/thumbs.DB", "Desktop.ini", ".hidden", ".git/config", "a/.b/звіт.pdf", "~$звіт.docx", "a/~$b.docx",
    ]  # fmt: skip
    kept = ["звіт.pdf", "a/~звіт.docx", "$звіт.pdf", "mimetype.txt", "META-INF/x.pdf", "__MACOSX", "Thumbs.db.pdf"]
    data = packed(*(File(name.encode()) for name in out + kept))
    assert list(found(data)) == kept


def test_what_an_asic_container_says_about_itself_is_left_out() -> None:
    files = {
        "mimetype": ASIC, "META-INF/signature001.p7s": b"s", "META-INF/ASiCManifest.xml": b"m", "звіт.pdf": b"r",
        "docs/META-INF/додаток.docx": b"d",
    }  # fmt: skip
    assert found(zipped(files)) == {"звіт.pdf": b"r", "docs/META-INF/додаток.docx": b"d"}


@pytest.mark.parametrize(
    "data",
    [zipped({}), zipped({"a/": b"", "a/.DS_Store": b""}), zipped({"mimetype": ASIC, "META-INF/signature.p7s": b""})],
    ids=["nothing", "nothing of a reader's", "only signatures"],
)
def test_archive_without_a_file_is_empty(data: bytes) -> None:
    with pytest.raises(Refused, match="holds no file;") as caught:
        members(data, "a.zip")
    assert caught.value.reason == "empty"


def lzma_packed(data: bytes, dictionary: int = 1 << 16) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
    head = b"\t\x14\x05\x00\x5d" + dictionary.to_bytes(4, "little")
    return head + lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


GOOD = b"x" * 5000
LZMA = lzma_packed(random.Random(3).randbytes(2500).hex().encode())
BAD = [
    pytest.param(File(b"bad", GOOD, flags=1), Refused, "encrypted", "password", id="locked"),
    pytest.param(File(b"bad", GOOD, method=99, flags=1), Refused, "encrypted", "password", id="locked by AES"),
    pytest.param(File(b"bad", GOOD, crc=1), Broken, "damaged", "CRC", id="wrong CRC"),
    pytest.param(File(b"bad", GOOD, method=9), Refused, "unsupported", "method 9", id="method that is not read"),
    pytest.param(File(b"bad", GOOD, method=8), Broken, "damaged", "unpack", id="not deflated"),
    pytest.param(File(b"bad", GOOD, method=8, packed=deflated(GOOD)[:-3]), Broken, "damaged", "cut", id="cut"),
    pytest.param(File(b"bad", GOOD, method=8, packed=b""), Broken, "damaged", "cut", id="nothing there"),
    pytest.param(File(b"bad", GOOD, method=12), Broken, "damaged", "unpack", id="not bzip2"),
    pytest.param(File(b"bad", GOOD, method=12, packed=bz2.compress(GOOD)[:-9]), Broken, "damaged", "cut", id="cut bz2"),
    pytest.param(File(b"bad", GOOD, method=14), Broken, "damaged", "LZMA", id="no head of LZMA"),
    pytest.param(
        File(b"bad", GOOD, method=14, packed=b"\t\x14\x05\0\x5d\0\0\1\0" + b"\xff" * 99), Broken, "damaged", "unpack",
        id="not LZMA",
    ),
    pytest.param(File(b"bad", GOOD, at=10**6), Broken, "damaged", "not where", id="behind the end"),
    pytest.param(File(b"bad", GOOD, claimed=10**6), Broken, "damaged", "not where", id="longer than all"),
    pytest.param(File(b"bad", GOOD, method=14, packed=LZMA[:-40]), Broken, "damaged", "cut", id="LZMA, cut"),
    pytest.param(File(b"bad", GOOD, at=2), Broken, "damaged", "not where", id="at no header"),
    pytest.param(File(b"bad", b"x" * 6001), Refused, "limit:file_bytes", "6001 > 6000", id="too large"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "error", "reason", "told"), BAD)
def test_one_bad_file_costs_no_other(
    bad: File, error: type[InputError], reason: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "LIMITS", replace(LIMITS, file_bytes=6000))
    data = packed(File(b"a", b"first"), bad, File(b"z", b"last"))
    assert found(data) == {"a": b"first", "bad": reason, "z": b"last"}
    member = members(data, "a.zip")[1]
    assert (member.document_id, member.bytes) == (None, 0)
    assert type(member.problem) is error
    assert told in str(member.problem)
    assert ";" in str(member.problem), "a message says what to do next"
    assert member.problem.__traceback__ is None, "it would hold what was unpacked"
    with pytest.raises(error) as caught:
        content(data, member.index)
    assert (caught.value.reason, str(caught.value)) == (reason, str(member.problem))
    again = pickle.loads(pickle.dumps(member))  # noqa: S301  # crosses from a worker
    assert (again.path, again.problem.reason, str(again.problem)) == ("bad", reason, str(member.problem))


def test_place_of_a_file_within_another_one_costs_no_other() -> None:
    assert found(packed(File(b"a", bytes(6000)), File(b"bad", at=99))) == {"a": bytes(6000), "bad": "damaged"}


def test_lzma_without_a_mark_at_its_end_is_read() -> None:
    whole = lzma_packed(GOOD)
    assert found(packed(File(b"a", GOOD, method=14, packed=whole[:-5]))) == {"a": GOOD}


def test_archive_of_locked_files_gives_each() -> None:
    data = packed(File(b"a", flags=1), File(b"b", flags=1))
    assert found(data) == {"a": "encrypted", "b": "encrypted"}


def test_a_file_may_reach_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "LIMITS", replace(LIMITS, file_bytes=5000))
    assert found(packed(File(b"a", GOOD))) == {"a": GOOD}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(zipped({"a": GOOD, "b": GOOD})[:-1], "directory is missing", id="end cut off"),
        pytest.param(zipped({"a": GOOD})[:40], "directory is missing", id="cut off in a file"),
        pytest.param(packed(File(b"a"), count=2), "after 1 of 2", id="fewer files than it says"),
        pytest.param(packed(File(b"a"), File(b"b")).replace(b"PK\1\2", b"PK\1\3"), "not where", id="no directory"),
    ],
)
def test_archive_that_does_not_open_is_damaged(data: bytes, told: str) -> None:
    with pytest.raises(Broken, match=told) as caught:
        members(data, "a.zip")
    assert caught.value.reason == "damaged"


def test_files_that_share_bytes_are_a_bomb() -> None:
    """As Fifield's: the kernel of the last file is quoted by those before it."""
    kernel = packed(File(b"k", GOOD))[: 31 + len(GOOD)]
    quoting = File(b"q", kernel)
    assert list(found(packed(quoting, File(b"k", GOOD)))) == ["q", "k"]
    with pytest.raises(Broken, match="over one another"):
        members(packed(quoting, File(b"k", GOOD, at=31)), "a.zip")
    with pytest.raises(Broken, match="over one another"):
        members(packed(File(b"a", GOOD), File(b"b", GOOD, at=0)), "a.zip")


@pytest.mark.parametrize("files", [12, 13])
def test_files_are_counted(files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LIMITS", replace(LIMITS, container_members=12))
    data = packed(*(File(b"%d" % number) for number in range(files)), count=1)
    assert kind(data) == "zip"
    if files == 12:
        assert len(members(data, "a.zip")) == 12
    else:
        with pytest.raises(Refused, match="13 > 12") as caught:
            members(data, "a.zip")
        assert caught.value.reason == "limit:container_members"


@pytest.mark.parametrize("crc", [None, 1], ids=["good", "damaged"])
def test_all_that_is_unpacked_is_counted(crc: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What turns out damaged was unpacked as well."""
    monkeypatch.setattr(containers, "LIMITS", replace(LIMITS, container_bytes=3 * len(GOOD)))
    file = File(b"a", GOOD, method=8, packed=deflated(GOOD), crc=crc)
    assert len(members(packed(file, file, file), "a.zip")) == 3
    with pytest.raises(Refused, match=r"20000 > 15000") as caught:
        members(packed(file, file, file, file), "a.zip")
    assert caught.value.reason == "limit:container_bytes"


@pytest.mark.parametrize("method", [8, 12, 14], ids=["deflate", "bzip2", "lzma"])
def test_a_bomb_is_unpacked_in_pieces_up_to_the_limit(method: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "LIMITS", replace(LIMITS, file_bytes=4 * MB))
    zeros = bytes(48 * MB)
    pack = {8: deflated, 12: bz2.compress, 14: lzma_packed}[method]
    data = packed(File(b"bomb", b"lie", method=method, packed=pack(zeros)), File(b"a"))
    del zeros
    tracemalloc.start()
    try:
        assert found(data) == {"bomb": "limit:file_bytes", "a": b"x"}
        assert tracemalloc.get_traced_memory()[1] < 14 * MB
    finally:
        tracemalloc.stop()
    with pytest.raises(Refused, match=f"{5 * MB} > {4 * MB}|{4 * MB + 1}"):
        content(data, 0)


def test_dictionary_that_takes_all_memory_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def noted(form: int, filters: list[dict[str, int]]) -> lzma.LZMADecompressor:
        asked.append(filters[0]["dict_size"])
        return lzma.LZMADecompressor(form, filters=filters)

    monkeypatch.setattr(archive, "lzma", SimpleNamespace(**vars(lzma) | {"LZMADecompressor": noted}))
    data = packed(File(b"a", GOOD, method=14, packed=lzma_packed(GOOD, 2**32 - 1)))
    assert found(data) == {"a": GOOD}
    assert set(asked) == {LIMITS.file_bytes}


def test_time_is_looked_at_between_files() -> None:
    data = zipped({"a": b"", "b": b""})
    DEADLINE.start(-1)
    try:
        with pytest.raises(Refused) as caught:
            members(data, "a.zip")
    finally:
        DEADLINE.stop()
    assert caught.value.reason == "limit:seconds"


@pytest.mark.parametrize("index", [-1, 2, 10**6])
@pytest.mark.parametrize("data", [zipped({"a": b"", "b": b""}), signed(b"a")], ids=["zip", "signed"])
def test_member_that_is_not_there(data: bytes, index: int) -> None:
    with pytest.raises(IndexError):
        content(data, index)


def test_container_in_a_container_stays_closed() -> None:
    inner = zipped({"звіт.pdf": pdf(b"")})
    outer = zipped({"a.zip": inner, "b.p7s": signed(inner)})
    assert found(outer) == {"a.zip": inner, "b.p7s": signed(inner)}
    assert found(signed(inner)) == {"a.zip": inner}


def outcome(call: Callable[[], T]) -> T | InputError:
    try:
        return call()
    except InputError as error:
        return error


SEEDS = [
    zipped({"звіт.pdf": GOOD, "a/b.docx": b"abc" * 50}),
    zipped({"a.txt": GOOD}, zipfile.ZIP_BZIP2),
    zipped({"a.txt": GOOD}, zipfile.ZIP_LZMA),
    zipped({"mimetype": ASIC, "a.pdf": GOOD, "META-INF/signature.p7s": b"s"}),
    packed(File("Отчет".encode("cp866"), GOOD), File(b"a", extra=struct.pack("<2HBL", 0x7075, 9, 1, 7) + b"name")),
    signed(GOOD),
    signed(GOOD, indefinite=True, pieces=100),
    b"no container",
]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damage_gives_members_or_a_reason(seed: bytes, draw: st.DataObject) -> None:
    data = bytearray(seed)
    for _ in range(draw.draw(st.integers(0, 6))):
        if data:
            data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0x24]))
    whole = bytes(data[: draw.draw(st.integers(0, len(data)) | st.just(len(data)))])
    begun = time.process_time()
    assert kind(whole) in ("zip", "asic", "signed", None)
    listed = outcome(lambda: members(whole, "a.p7s"))
    if isinstance(listed, InputError):
        assert listed.reason in ("damaged", "empty", "detached_signature")
        return
    assert len({m.path for m in listed}) == len(listed)
    for member in listed:
        given_back = outcome(partial(content, whole, member.index))
        if isinstance(given_back, InputError):
            assert member.problem is not None
            assert (given_back.reason, str(given_back)) == (member.problem.reason, str(member.problem))
        else:
            assert hashlib.sha256(given_back).hexdigest() == member.document_id
    assert time.process_time() - begun < 5
