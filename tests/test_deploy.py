"""The units in `deploy/`: systemd takes them as they are, and their settings are ones that zvity takes."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from pipeline.config import Config, settings
from pipeline.exits import ExitCode

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = ("zvity.service", "zvity.timer")
SYSTEM_UNITS = Path("/usr/lib/systemd/system")
EXPOSURE = 20
"""Ten times the exposure that `systemd-analyze security` may find: 0 is none, 100 is all."""


def _service() -> dict[str, str]:
    parser = ConfigParser(interpolation=None, strict=False, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "zvity.service", encoding="utf-8")
    return dict(parser["Service"])


def _system(root: Path, *, program: bool = True) -> Path:
    """Make the folder of a system with systemd's own targets, our units, and a program where zvity would be."""
    (root / SYSTEM_UNITS.relative_to("/")).mkdir(parents=True)
    for unit in (*SYSTEM_UNITS.glob("*.target"), *SYSTEM_UNITS.glob("*.slice")):
        shutil.copy(unit, root / unit.relative_to("/"))
    ours = root / "etc/systemd/system"
    ours.mkdir(parents=True)
    for name in UNITS:
        shutil.copy(DEPLOY / name, ours)
    if program:
        file = root / _service()["ExecStart"].split()[0].lstrip("/")
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\n", encoding="utf-8")
        file.chmod(0o755)
    return ours


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
    )  # fmt: skip


def _verified(root: Path) -> tuple[int, str]:
    done = _analyze("verify", f"--root={root}", "--man=no", *UNITS)
    return done.returncode, done.stdout


@pytest.mark.systemd
def test_systemd_takes_the_units_without_a_word(tmp_path: Path) -> None:
    _system(tmp_path)
    assert _verified(tmp_path) == (0, "")


@pytest.mark.systemd
@pytest.mark.parametrize(
    ("unit", "right", "wrong"),
    [
        ("zvity.service", "ProtectSystem=strict", "ProtectSystem=strictly"),
        ("zvity.service", "KillSignal=SIGINT", "KillSignals=SIGINT"),
        ("zvity.timer", "OnCalendar=*-*-* 02:30", "OnCalendar=*-*-* 25:30"),
    ],
)
def test_systemd_would_tell_of_a_mistake(tmp_path: Path, unit: str, right: str, wrong: str) -> None:
    file = _system(tmp_path) / unit
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    assert unit in _verified(tmp_path)[1]


@pytest.mark.systemd
def test_systemd_would_miss_the_program(tmp_path: Path) -> None:
    _system(tmp_path, program=False)
    code, told = _verified(tmp_path)
    assert code != 0
    assert "zvity is not executable" in told


@pytest.mark.systemd
def test_the_service_is_shut_in(tmp_path: Path) -> None:
    _system(tmp_path)
    done = _analyze("security", "--offline=true", f"--root={tmp_path}", f"--threshold={EXPOSURE}", "zvity.service")
    assert done.returncode == 0, done.stdout
    assert "Overall exposure level for zvity.service" in done.stdout


def test_the_service_knows_how_a_run_ends() -> None:
    service = _service()
    assert {int(code) for code in service["SuccessExitStatus"].split()} == {ExitCode.INCOMPLETE, ExitCode.INTERRUPTED}
    assert (service["Type"], service["KillSignal"], service["KillMode"]) == ("oneshot", "SIGINT", "mixed")
    told = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert {"0", "3", "130"} <= set(re.findall(r"^\| (\d+) \|", told, re.MULTILINE))


def test_the_file_of_settings_is_right_and_where_the_service_looks_for_it(tmp_path: Path) -> None:
    service = _service()
    found = settings({}, config=DEPLOY / "zvity.toml", environment={}, folder=tmp_path)
    assert Path(found.out).is_relative_to(Path("/var/lib") / service["StateDirectory"])
    assert all(Path(source).is_absolute() for source in found.sources)
    assert {s.name for s in found.settings if s.origin != "default"} == {"sources", "out"}
    where = service["ExecStart"].split("--config ")[1].split()[0]
    text = (DEPLOY / "zvity.toml").read_text(encoding="utf-8")
    assert where in text
    assert where in (DEPLOY / "README.md").read_text(encoding="utf-8")


def test_the_file_of_settings_tells_every_setting_with_its_default(tmp_path: Path) -> None:
    text = (DEPLOY / "zvity.toml").read_text(encoding="utf-8")
    (tmp_path / "zvity.toml").write_text(re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE), encoding="utf-8")
    found = settings({}, config=None, environment={}, folder=tmp_path)
    assert all(setting.origin != "default" for setting in found.settings)
    usual = {setting.name: setting.value for setting in Config().settings}
    differing = {setting.name for setting in found.settings if setting.value != usual[setting.name]}
    assert differing == {"sources", "out", "families", "corrections", "workers"}
    assert (usual["families"], usual["workers"]) == (None, None)
