"""The documentation says what the code does: data sets, exit codes, reasons, limits, rules, commands."""

from __future__ import annotations

import re
import runpy
from dataclasses import fields
from pathlib import Path

import pytest

from extractors.limits import Limits
from pipeline.cli import app
from pipeline.config import markdown
from pipeline.exits import ExitCode
from pipeline.readers import MENDED, PASSING
from pipeline.reading import DEFECT, STRANGER
from validators.model import STATES

ROOT = Path(__file__).parent.parent
ERRORS = ROOT / "docs" / "errors.md"
READMES = (ROOT / "README.md", ROOT / "README.uk.md")
PAGES = (
    *READMES,
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "deploy" / "README.md",
)

SOURCE = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for package in ("extractors", "validators", "pipeline")
    for path in sorted((ROOT / package).glob("*.py"))
}
_RAISED = re.compile(r"""\b(?:Refused|Broken)\(\s*f?["']([a-z_]+)""")
_WRITTEN = re.compile(r"""(?:\breason\s*=|"reason":|"quarantined",|"refused",|"duplicate",)\s*f?["']([a-z_]+): """)
_RULE = re.compile(r"""(?:\brule=|\bIdentity\(|\bRelation\()"([a-z_]+)\"""")


def _words(pattern: re.Pattern[str]) -> set[str]:
    return {word for text in SOURCE.values() for word in pattern.findall(text)}


def _first_cells(page: Path) -> set[str]:
    """Give the first cell of each table row of a page, code marks off."""
    return set(re.findall(r"^\| `?([^`|]+?)`? \|", page.read_text(encoding="utf-8"), re.MULTILINE))


def test_datasets_page_is_what_the_model_says() -> None:
    page = runpy.run_path(str(ROOT / "tools" / "make_datasets_doc.py"))
    written = page["TARGET"].read_text(encoding="utf-8")
    assert written == page["document"](), "run `.venv/bin/python tools/make_datasets_doc.py`"


@pytest.mark.parametrize("page", [*READMES, ERRORS], ids=lambda page: page.name)
def test_every_exit_code_is_told(page: Path) -> None:
    assert {str(code.value) for code in ExitCode} <= _first_cells(page)


def test_every_state_reason_limit_and_rule_is_told() -> None:
    reasons = (_words(_RAISED) - {"limit"}) | _words(_WRITTEN) | {*PASSING, *MENDED, DEFECT, STRANGER}
    assert {"empty", "damaged", "ocr_models", "unreadable_file", "crashed", "duplicate"} <= reasons, (
        "the search is blind"
    )
    rules = _words(_RULE)
    assert {"sum", "percent", "rows_missing", "unreadable"} <= rules, "the search is blind"
    limits = {f"limit:{field.name}" for field in fields(Limits)}
    missing = (reasons | rules | limits | set(STATES)) - _first_cells(ERRORS)
    assert not missing, f"docs/errors.md does not tell {sorted(missing)}"


def test_limits_are_told_as_they_are() -> None:
    told = dict(
        re.findall(r"^\| `limit:(\w+)` \| ([\d ]+(?:MiB)?) \|", ERRORS.read_text(encoding="utf-8"), re.MULTILINE)
    )
    scale = {name: 1 << 20 if text.endswith("MiB") else 1 for name, text in told.items()}
    found = {name: int(re.sub(r"\D", "", text.removesuffix("MiB"))) * scale[name] for name, text in told.items()}
    assert found == {field.name: field.default for field in fields(Limits)}


def test_settings_are_told_as_they_are() -> None:
    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    told = page.split("<!-- settings -->\n")[1].split("<!-- /settings -->")[0]
    assert told == markdown(), "put what `pipeline.config.markdown` gives between the marks"


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_command_is_told(page: Path) -> None:
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    text = page.read_text(encoding="utf-8")
    missing = {name for name in commands if f"zvity {name}" not in text}
    assert not missing, f"{page.name} does not show {sorted(missing)}"
    unknown = set(re.findall(r"\bzvity ([a-z]+)(?= (?:[A-Z/.-]|data/))", text)) - commands
    assert not unknown, f"{page.name} shows commands that are not there: {sorted(unknown)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8"))
    for name, anchor in targets:
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} links to {name}, which is not there"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, f"{page.name} links to {name}#{anchor}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")
