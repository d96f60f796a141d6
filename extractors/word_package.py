"""The container of a Word file: its parts, by what they are to the main document.

Guarantee: what a container would cost is known before a part of it is parsed, and no part is taken for another: which
one is which is told by the package's relationships and not by names. Strict OOXML is given in the transitional
namespaces, so that readers know one spelling. Nothing is ever written to disk, so a member's name can lead nowhere.
"""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from docx.opc.packuri import PackURI
from lxml import etree

from extractors.errors import Broken, Refused
from extractors.limits import LIMITS, enforce

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)  # fmt: skip
"""Namespaces of strict OOXML (ISO/IEC 29500-1) and of the transitional form (29500-4) that all programs write."""

SHORTEST = len(b"<a/>")
"""Bytes that an element takes at the least."""

SMALL_PART = 8 * 1024 * 1024
"""Bytes of a part up to which it may be packed as tightly as it likes."""


class Package:
    """The parts of a Word file."""

    def __init__(self, data: bytes) -> None:
        """Look into the container.

        Raises:
            Broken: `damaged`, where it does not open or names no main document.
            Refused: beyond a limit.
        """
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError) as error:
            raise _damaged_container(error) from error
        members = self._archive.infolist()
        self._names = {"/" + member.filename.lstrip("/").casefold(): member.filename for member in members}
        """Members by the names of their parts, of which case does not matter (ECMA-376 part 2, 6.2.2)."""
        if any(m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members):
            raise Broken("damaged", "the Word file is packed as Word never does it; open it in Word and save it again")
        enforce("unpacked_bytes", sum(member.file_size for member in members), LIMITS.unpacked_bytes)
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                enforce("xml_bytes", member.file_size, LIMITS.xml_bytes)
                if member.file_size > SMALL_PART:
                    enforce("xml_ratio", member.file_size // max(member.compress_size, 1), LIMITS.xml_ratio)
        self._main = self._targets(PackURI("/")).get("officeDocument", "")
        if not self._main:
            raise Broken("damaged", "the Word file does not name its main document; open it in Word and save it again")
        self._related: dict[str, str] | None = None

    def main(self) -> Element:
        """Parse the main document.

        Raises:
            Broken: `damaged`, where it is missing or is not XML.
            Refused: beyond a limit, or `unsupported` for content defined through XML entities.
        """
        return self._parse(self._main)

    def related(self, kind: str) -> Element | None:
        """Parse the part that is `kind` to the main document, as `numbering` or `styles`; `None` where there is none.

        Raises:
            Broken, Refused: as `main`.
        """
        if self._related is None:
            self._related = self._targets(PackURI(self._main))
        name = self._related.get(kind)
        return None if name is None else self._parse(name)

    def _targets(self, source: PackURI) -> dict[str, str]:
        """Give the names of the parts that a part is related to, by the last word of the relationship's type."""
        name = str(source.rels_uri)
        if source != "/" and name.casefold() not in self._names:
            return {}
        relations = self._parse(name)
        return {
            relation.get("Type", "").rpartition("/")[2]: str(PackURI.from_rel_ref(source.baseURI, target))
            for relation in relations.iter(_RELATION)
            if relation.get("TargetMode") != "External" and (target := relation.get("Target"))
        }

    def _parse(self, name: str) -> Element:
        member = self._names.get(name.casefold())
        if member is None:
            raise Broken("damaged", f"the Word file lacks a part ({name}); open it in Word and save it again")
        try:
            blob = self._archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise _damaged_container(error) from error
        if len(blob) > SHORTEST * LIMITS.xml_elements:
            enforce("xml_elements", (blob.count(b"<") + blob.count(b"/>") + 1) // 2, LIMITS.xml_elements)
        root = _root(blob, name.lstrip("/"))
        return _transitional(root, name) if str(root.tag).startswith("{http://purl.oclc.org/ooxml/") else root


def _transitional(root: Element, name: str) -> Element:
    blob = etree.tostring(root)
    for strict, transitional in _STRICT:
        blob = blob.replace(strict, transitional)
    return _root(blob, name)


def _damaged_container(error: Exception) -> Broken:
    return Broken("damaged", f"the Word file's container is damaged ({error}); upload it again")


def _root(blob: bytes, name: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,  # or they would part the text around them
        remove_pis=True,
    )
    try:
        root = etree.fromstring(blob, parser)
    except etree.XMLSyntaxError as error:
        raise Broken(
            "damaged", f"{name} of the Word file is not XML ({error}); open it in Word and save it again"
        ) from error
    if cast("Any", root.getroottree().docinfo).doctype:
        raise Refused(
            "unsupported", f"{name} of the Word file defines XML entities, which could hide text; save it anew in Word"
        )
    return root
