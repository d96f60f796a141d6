"""Names of files in archives: real Ukrainian ones in three encodings, hostile ones, equal ones."""

from __future__ import annotations

import struct
import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.containers import members
from extractors.member_names import clean, code_page, unique
from tests.container_files import File, packed

REAL = [
    "Звіт про виконання", "Їжа і ґанок.docx", "Єдиний реєстр об'єктів.xlsx", "РІШЕННЯ № 12 від 25.12.2023.pdf",
    "додаток 1.docx", "Паспорт бюджетної програми КПКВК 0611021.pdf", "наказ.pdf", "Пояснювальна записка (нова).doc",
    "Програма соціального захисту/Додаток № 3.docx", "ЗВІТ ЗА 2023 РІК.PDF", "баланс.xls", "протокол.pdf", "мова.pdf",
    "Щоквартальний звіт «Місто».docx", "Звіт – копія.docx", "Уточнений план видатків.pdf", "вода.doc", "кошторис.pdf",
]  # fmt: skip
WORDS = (
    "звіт про виконання програми соціального захисту населення громади за рік додаток рішення сесії міської ради "
    "бюджет видатки доходи кошторис наказ протокол розпорядження пояснювальна записка таблиця перелік об'єктів "
    "заходи освіта охорона здоров'я культура спорт транспорт дороги благоустрій Київ Львів Харків Одеса Ніжин "
    "Чернігів Суми Тернопіль"
).split()


def names(*raw: bytes, flags: int = 0, extra: bytes = b"") -> list[str]:
    return [m.path for m in members(packed(*(File(name, flags=flags, extra=extra) for name in raw)), "a.zip")]


def in_dos(text: str) -> bytes:
    """As Windows writes a name in cp866, which has no і, ґ and dashes: by the signs most like them."""
    return text.translate(str.maketrans("іІґҐ–«»", "iIгГ-<>")).encode("cp866")


@pytest.mark.parametrize("name", REAL)
def test_real_names_are_read_in_every_encoding(name: str) -> None:
    assert names(name.encode()) == names(name.encode(), flags=0x800) == [name]
    assert names(unicodedata.normalize("NFD", name).encode()) == [name], "as Macs write it"
    assert names(name.encode("cp1251")) == [name]
    assert names(in_dos(name)) == [in_dos(name).decode("cp866")]


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=6), st.sampled_from(["lower", "upper", "capitalize"]))
def test_words_of_reports_tell_their_code_page(words: list[str], case: str) -> None:
    text = getattr(" ".join(words), case)()
    assert code_page(text.encode("cp1251")) == "cp1251"
    assert code_page(in_dos(text)) == "cp866"


def test_plain_names_stay() -> None:
    assert code_page(b"report 2023 (final).docx") == "cp866"
    assert names(b"report 2023 (final)_v1.2-b.docx") == ["report 2023 (final)_v1.2-b.docx"]


def test_all_names_of_an_archive_tell_its_code_page() -> None:
    assert names(in_dos("рух")) == ["аге"], "by itself it may be either"
    assert names(in_dos("рух"), in_dos("Звіт про виконання")) == ["рух", "Звiт про виконання"]


def unicode_path(raw: bytes, name: bytes, version: int = 1) -> bytes:
    return struct.pack("<2HBL", 0x7075, 5 + len(name), version, zlib.crc32(raw)) + name


def test_unicode_path_field_is_taken_where_it_belongs_to_the_name() -> None:
    raw, name = in_dos("Звiт.pdf"), "Звіт.pdf"
    other = struct.pack("<2H", 0x5455, 1) + b"\0"
    assert names(raw, extra=other + unicode_path(raw, name.encode())) == [name]
    assert names(b"????.pdf", extra=unicode_path(b"????.pdf", name.encode())) == [name]
    assert names(raw, extra=unicode_path(b"renamed", name.encode())) == ["Звiт.pdf"]
    assert names(raw, extra=unicode_path(raw, b"\xff.pdf")) == ["Звiт.pdf"]
    assert names(raw, extra=unicode_path(raw, name.encode(), version=2)) == ["Звiт.pdf"]
    assert names(b"a.pdf", flags=0x800, extra=unicode_path(b"a.pdf", name.encode())) == ["a.pdf"]


def test_name_that_its_flag_lies_about_is_read_all_the_same() -> None:
    assert names(in_dos("Програма.pdf"), flags=0x800) == ["Програма.pdf"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "etc/passwd"), ("/etc/passwd", "etc/passwd"), ("..\\..\\a.pdf", "a.pdf"),
        ("C:\\a\\b.pdf", "a/b.pdf"), ("c:a.pdf", "a.pdf"), ("./C:/D:/a", "a"), ("\u212a:/a", "a"), ("C:..", "unnamed"),
        ("C:../C: ../a", "a"), ("\\\\server\\share\\a", "server/share/a"), ("a//./b/ ../c ", "a/b/c"), ("", "unnamed"),
        ("..", "unnamed"), ("a\x00.pdf", "a%00.pdf"), ("a\r\nb\x1b[31m\x7f", "a%0D%0Ab%1B[31m%7F"),
        ("звіт\u202efdp.exe", "звіт%E2%80%AEfdp.exe"),
        ("a\u00a0b", "a\u00a0b"),
        ("\udc80", "%ED%B2%80"), ("100%", "100%"), ("и\u0306", "й"), ("a:b", "b"),
        ("\n\u0306", "%0Ă"), ("звіт:1.pdf", "звіт:1.pdf"),
    ],
)  # fmt: skip
def test_paths_lead_nowhere(name: str, path: str) -> None:
    assert clean(name) == path


@given(st.text(st.sampled_from("aЖ./\\:C \n\0\u202e\ud800й\u0306")) | st.text())
def test_any_name_gives_a_path(name: str) -> None:
    path = clean(name)
    assert path
    assert all(part == part.strip() and part not in ("", ".", "..") for part in path.split("/"))
    assert not path[1:].startswith(":") or not path[0].isascii() or not path[0].isalpha()
    assert "\\" not in path
    assert not {unicodedata.category(sign) for sign in path} & {"Cc", "Cf", "Cs"}
    assert clean(path) == path


@given(st.lists(st.sampled_from(["a", "a.pdf", "b/a.pdf", "a (2).pdf", "a (2) (2).pdf", ".a", "b.c/a"]), max_size=12))
def test_equal_paths_are_told_apart(paths: list[str]) -> None:
    told = unique(paths)
    assert len(set(told)) == len(paths)
    first = [path not in paths[:at] for at, path in enumerate(paths)]
    assert all(new == old for new, old, stays in zip(told, paths, first, strict=True) if stays), "the first one stays"
    assert unique(paths) == told


def test_the_number_stands_before_the_ending() -> None:
    assert unique(["b.c/a.pdf"] * 3) == ["b.c/a.pdf", "b.c/a (2).pdf", "b.c/a (3).pdf"]
    assert unique(["a.pdf", "a.pdf", "a (2).pdf"]) == ["a.pdf", "a (3).pdf", "a (2).pdf"]
    assert unique(["b.c/a", "b.c/a", ".a", ".a"]) == ["b.c/a", "b.c/a (2)", ".a", ".a (2)"]
    assert names(b"a.pdf", b"./a.pdf") == ["a.pdf", "a (2).pdf"]


@given(
    st.lists(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="./\\:~"), min_size=1), min_size=1)
)
def test_names_in_unicode_come_back(given_names: list[str]) -> None:
    expected = unique([unicodedata.normalize("NFC", "x" + name) for name in given_names])
    assert names(*(b"x" + name.encode() for name in given_names), flags=0x800) == expected
