"""Options and fixtures of all tests."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import settings

from extractors.office import program
from extractors.tessdata import find_tessdata

settings.register_profile("zvity", deadline=None)  # a busy machine is no failure
settings.load_profile("zvity")


os.environ["ZVITY_SETTLE"] = "0"  # what tests write is finished


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew instead of comparing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked with what is missing; under `CI=true` nothing is skipped, so they fail there."""
    if os.environ.get("CI") == "true":
        return
    missing = {}
    if find_tessdata() is None:
        missing["ocr"] = "the OCR models are not there; `make models` fetches them"
    if program() is None:
        missing["libreoffice"] = "LibreOffice is not there; `apt-get install libreoffice-writer-nogui` installs it"
    if shutil.which("chromium") is None:
        missing["chromium"] = "Chromium is not there; `apt-get install chromium` installs it"
    if shutil.which("systemd-analyze") is None:
        missing["systemd"] = "systemd-analyze is not there; `apt-get install systemd` installs it"
    for item in items:
        for marker, reason in missing.items():
            if item.get_closest_marker(marker) is not None:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--update-golden"))
