"""The store: results by content and version, whole or not there."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import __version__
from pipeline.folders import LocalFolder
from pipeline.results import DIRECT, REPORT_DIGITS, Outcome, packed
from pipeline.store import RESULTS, Store, version

ID, OTHER = "ab" * 32, "cd" * 32


def _store(path: Path, version: str = "1+aaaa") -> Store:
    return Store(LocalFolder(path), version)


def _put(store: Store, outcome: Outcome) -> None:
    store.put(outcome, packed(outcome))


def test_an_outcome_comes_back_with_and_without_the_list(tmp_path: Path) -> None:
    store = _store(tmp_path)
    assert store.outcome(ID) is None
    outcome = Outcome(ID, "refused", "encrypted: locked", 7)
    _put(store, outcome)
    assert store.outcome(OTHER) is None
    assert _store(tmp_path).outcome(ID) == outcome
    store.keep_list()
    (file,) = (tmp_path / RESULTS).rglob(f"{ID}*")
    content = file.read_bytes()
    file.write_bytes(b"")
    assert _store(tmp_path).outcome(ID) == outcome, "the list spares opening the file"
    file.unlink()
    assert _store(tmp_path).outcome(ID) is None, "the list says nothing of what is not there"
    file.write_bytes(content)
    (tmp_path / RESULTS / "1+aaaa" / "list.jsonl.gz").write_bytes(b"damaged")
    assert _store(tmp_path).outcome(ID) == outcome


@given(
    st.integers(0, 2**32),
    st.integers(0, len(DIRECT) - 1),
    st.just("") | st.integers(1, 16**REPORT_DIGITS - 1).map(lambda n: f"{n:0{REPORT_DIGITS}x}"),
)
def test_all_that_a_run_asks_of_a_published_document_comes_back(cells: int, directness: int, report: str) -> None:
    outcome = Outcome(ID, "published", cells=cells, report=report, directness=directness)
    with TemporaryDirectory() as folder:
        store = _store(Path(folder))
        _put(store, outcome)
        assert store.outcome(ID) == outcome
        store.keep_list()
        assert _store(Path(folder)).outcome(ID) == outcome


def test_the_list_is_written_only_when_it_changes(tmp_path: Path) -> None:
    store = _store(tmp_path)
    _put(store, Outcome(ID, "published"))
    store.keep_list()
    (path,) = (tmp_path / RESULTS).rglob("list.jsonl.gz")
    path.unlink()
    again = _store(tmp_path)
    again.keep_list()
    assert not path.exists()
    assert again.outcome(ID) is not None
    again.keep_list()
    assert path.exists(), "what had to be opened is listed"


def test_what_is_read_again_is_not_listed_as_it_was(tmp_path: Path) -> None:
    store = _store(tmp_path)
    _put(store, Outcome(ID, "refused", "ocr_models: none"))
    store.keep_list()
    _put(store, Outcome(ID, "published", cells=5))
    assert not list((tmp_path / RESULTS).rglob("list.jsonl.gz")), "or a run that is killed would leave the old outcome"
    store.keep_list()
    found = _store(tmp_path).outcome(ID)
    assert found == Outcome(ID, "published", cells=5)
    store.forget([bytes.fromhex(ID)])
    assert not list((tmp_path / RESULTS).rglob("list.jsonl.gz")), "the same once more in the same run"


def test_other_versions_do_not_see_a_result_and_are_pruned(tmp_path: Path) -> None:
    old, own, new = (_store(tmp_path, name) for name in ("1+aaaa", "2+bbbb.feed", "2+bbbb"))
    for store in (old, own, new):
        _put(store, Outcome(ID, "published"))
    _put(old, Outcome(OTHER, "published"))
    fresh = _store(tmp_path, "2+bbbb")
    assert fresh.outcome(ID) is not None
    assert fresh.outcome(OTHER) is None
    assert fresh.read_by_others(OTHER)
    fresh.prune()
    assert sorted(path.name for path in (tmp_path / RESULTS).iterdir()) == ["2+bbbb", "2+bbbb.feed"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\x1f\x8b\x08damaged"])
def test_a_damaged_result_is_none(tmp_path: Path, content: bytes) -> None:
    store = _store(tmp_path)
    _put(store, Outcome(ID, "published"))
    (file,) = (tmp_path / RESULTS).rglob(f"{ID}*")
    file.write_bytes(content)
    fresh = _store(tmp_path)
    assert fresh.outcome(ID) is None


def test_the_version_names_the_code_and_own_families(tmp_path: Path) -> None:
    name = version()
    assert name.startswith(__version__ + "+")
    assert len(name.split("+")[1]) == 12
    (tmp_path / "own.toml").write_text("name = 'own'")
    assert version(tmp_path).startswith(name + ".")
