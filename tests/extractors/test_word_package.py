"""The container of a Word file: strict files, parts in odd places, bombs and lies."""

from __future__ import annotations

import random
import struct
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from extractors.document import Paragraph
from extractors.errors import Broken, InputError, Refused
from extractors.limits import LIMITS
from extractors.word import read_word
from pipeline.worker import isolated
from tests.builders import RELATED, RELATIONS, WORD_NAMESPACE, docx, p, tbl, tc, tr

STRICT = "http://purl.oclc.org/ooxml"


def texts(data: bytes) -> list[str]:
    return [block.text for block in read_word(data, "x", "0" * 64).blocks if isinstance(block, Paragraph)]


def packed(parts: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def changed(data: bytes, change: dict[str, str]) -> bytes:
    """Replace strings in all parts of a package."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for old, new in change.items():
        parts = {name: content.replace(old, new) for name, content in parts.items()}
    return packed(dict(parts))


def document(body: str) -> str:
    return f'<w:document xmlns:w="{WORD_NAMESPACE}"><w:body>{body}</w:body></w:document>'


NUMBERED = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>'
NUMBERING = (
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%1)"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
)


def test_strict_ooxml_is_read_as_the_transitional_form() -> None:
    strict = changed(
        docx(NUMBERED, numbering=NUMBERING),
        {
            WORD_NAMESPACE: f"{STRICT}/wordprocessingml/main",
            RELATED: f"{STRICT}/officeDocument/relationships",
        },
    )
    assert texts(strict) == ["1) a"]


def test_parts_are_found_by_their_relationships() -> None:
    data = docx(NUMBERED, numbering=NUMBERING)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    moved: dict[str, str | bytes] = {
        "[Content_Types].xml": parts["[Content_Types].xml"],
        "_rels/.rels": parts["_rels/.rels"].replace(b"word/document.xml", b"/content/main.xml"),
        "content/main.xml": parts["word/document.xml"],
        "content/_rels/main.xml.rels": parts["word/_rels/document.xml.rels"].replace(
            b'"numbering.xml"', b'"../lists/../lists/n.xml"'
        ),
        "lists/n.xml": parts["word/numbering.xml"],
        "word/styles.xml": parts["word/styles.xml"],
    }
    assert texts(packed(moved)) == ["1) a"]


def test_document_without_related_parts_is_read() -> None:
    assert texts(packed({"_rels/.rels": RELATIONS, "word/document.xml": document(NUMBERED)})) == ["a"]


def test_related_part_that_is_missing_is_told_where_it_is_needed() -> None:
    assert texts(docx(p("a"), without="word/numbering.xml")) == ["a"]
    with pytest.raises(Broken, match=r"lacks a part.*numbering.xml"):
        texts(docx(NUMBERED, without="word/numbering.xml"))


def test_names_that_lead_out_of_the_package_lead_nowhere() -> None:
    relations = RELATIONS.replace("word/document.xml", "../../../../etc/hostname")
    with pytest.raises(Broken, match=r"lacks a part"):
        texts(packed({"_rels/.rels": relations, "../../../../etc/hostname": document(p("a"))}))
    beside = {"_rels/.rels": RELATIONS, "word/document.xml": document(p("a")), "../../evil.txt": "x"}
    assert texts(packed(dict(beside))) == ["a"]


def test_main_document_of_another_kind_is_damage() -> None:
    for other in ("<html><body/></html>", '<p:presentation xmlns:p="x"/>', ""):
        with pytest.raises(Broken):
            texts(packed({"_rels/.rels": RELATIONS, "word/document.xml": other}))


def test_directory_that_lies_about_sizes_is_damage() -> None:
    data = packed({"_rels/.rels": RELATIONS, "word/document.xml": document(p("a" * 5000))})
    at = data.rindex(b"PK\x01\x02")
    lying = bytearray(data)
    struct.pack_into("<I", lying, at + 24, 100)  # the unpacked size in the central directory
    with pytest.raises(InputError):
        texts(bytes(lying))


def bomb(kind: str) -> bytes:
    """Give a small file that is large once unpacked."""
    paragraph = '<w:p><w:r><w:t xml:space="preserve">a</w:t></w:r></w:p>'
    body = {
        "paragraphs": paragraph * 2_500_000,
        "paragraphs that differ": "".join(paragraph.replace("a", f"{n:x}") for n in range(1_100_000)),
        "a long text": p("a" * 120_000_000),
        "cells": tbl(tr(*[tc("")] * 200) * 10_000),
        "elements": "<w:p/>" * 4_000_000,
    }[kind]
    return docx(body)


@pytest.mark.parametrize("kind", ["paragraphs", "paragraphs that differ", "a long text", "cells", "elements"])
def test_bombs_cost_neither_time_nor_memory(kind: str) -> None:
    data = bomb(kind)
    assert len(data) < 8_000_000
    small = replace(LIMITS, seconds=2, memory_bytes=200_000_000)
    with pytest.raises(Refused, match=r"exceeds the limit xml_") as caught:
        isolated(read_word, data, "bomb.docx", "0" * 64, limits=small)
    assert caught.value.reason.startswith("limit:xml_")


def test_real_documents_are_far_from_the_limits() -> None:
    numbers = random.Random(1)
    rows = (
        tr(*[tc(f"{numbers.randrange(10**6)},{numbers.randrange(100):02}") for _ in range(14)]) for _ in range(5_000)
    )
    (found,) = read_word(docx(tbl(*rows)), "x", "0" * 64).tables
    assert (found.n_rows, found.n_columns) == (5_000, 14)


def test_case_of_names_does_not_matter() -> None:
    data = docx(NUMBERED, numbering=NUMBERING)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name.replace("word/document", "word/Document"): archive.read(name) for name in archive.namelist()}
    assert texts(packed({name.replace("rels/document", "rels/Document"): part for name, part in parts.items()})) == [
        "1) a"
    ]


def test_damaged_relationships_are_told_and_lose_no_numbers() -> None:
    data = docx(NUMBERED, numbering=NUMBERING)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/_rels/document.xml.rels"] = b"<Relationships"
    with pytest.raises(Broken, match="not XML"):
        texts(packed(dict(parts)))


def test_strict_file_in_utf_16_is_read() -> None:
    strict = document(p("Їжа")).replace(WORD_NAMESPACE, f"{STRICT}/wordprocessingml/main")
    part = f'<?xml version="1.0" encoding="UTF-16"?>{strict}'.encode("utf-16")
    assert texts(packed({"_rels/.rels": RELATIONS, "word/document.xml": part})) == ["Їжа"]
