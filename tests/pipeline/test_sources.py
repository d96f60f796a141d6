"""Inputs: files, folders and URLs, each once and in order."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import fsspec
import pytest

from extractors.errors import Refused
from extractors.limits import LIMITS
from pipeline import sources
from pipeline.exits import UsageError
from pipeline.folders import LocalFolder
from pipeline.sources import Input, find_inputs, order


def _names(found: Iterable[Input]) -> list[str]:
    return [i.name for i in found]


def test_a_folder_is_searched_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("б.pdf", "a.docx", "sub/с.pdf", ".hidden.pdf", ".git/x.pdf", "Thumbs.db", ".gitkeep"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert _names(find_inputs([str(tmp_path)], LocalFolder(tmp_path / "out"))) == ["a.docx", "sub/с.pdf", "б.pdf"]


def test_the_output_inside_a_source_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tables.csv").write_bytes(b"x")
    (tmp_path / "a.pdf").write_bytes(b"x")
    assert _names(find_inputs([str(tmp_path)], LocalFolder(tmp_path / "out"))) == ["a.pdf"]


def test_the_same_file_twice_is_one_input_and_the_same_name_twice_has_two_full_names(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.pdf").write_bytes(b"x")
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert _names(find_inputs([one, one, f"{one}/a.pdf"], LocalFolder(tmp_path / "out"))) == ["a.pdf"]
    found = list(find_inputs([two, one], LocalFolder(tmp_path / "out")))
    assert [i.file_name for i in found] == ["a.pdf", "a.pdf"]
    assert [i.full_name for i in found] == [f"{one}/a.pdf", f"{two}/a.pdf"]


def test_inputs_of_several_sources_come_in_one_order(tmp_path: Path) -> None:
    for name in ("a/b/x.pdf", "a.b/x.pdf", "a/c.pdf", "a-b.pdf", "b/y.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(b"x")
    given = [str(tmp_path / "b"), str(tmp_path), str(tmp_path / "a")]
    places = [order(i.location) for i in find_inputs(given, LocalFolder(tmp_path / "out"))]
    assert len(places) == 5
    assert places == sorted(places)


def test_a_url_is_opened_through_fsspec(tmp_path: Path) -> None:
    system = fsspec.filesystem("memory")
    system.pipe("/inbox/a.pdf", b"one")
    system.pipe("/inbox/deep/b.pdf", b"two")
    found = find_inputs(["memory://inbox"], LocalFolder(tmp_path))
    assert [(i.name, i.read()) for i in found] == [("a.pdf", b"one"), ("deep/b.pdf", b"two")]
    (single,) = find_inputs(["memory://inbox/a.pdf"], LocalFolder(tmp_path))
    assert (single.name, single.digest()[1]) == ("a.pdf", 3)
    with pytest.raises(UsageError):
        find_inputs(["memory://nowhere"], LocalFolder(tmp_path))
    with pytest.raises(UsageError):
        find_inputs(["nosuchscheme://x/y.pdf"], LocalFolder(tmp_path))


def test_a_file_over_the_limit_is_refused_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.pdf"
    path.write_bytes(b"12345")
    small = type(LIMITS)(file_bytes=4)
    monkeypatch.setattr(sources, "LIMITS", small)
    with pytest.raises(Refused) as caught:
        Input("big.pdf", str(path)).read()
    assert caught.value.reason == "limit:file_bytes"
