"""Options and fixtures of all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from extractors.tessdata import find_tessdata

settings.register_profile("zvity", deadline=None)  # a busy machine is no failure
settings.load_profile("zvity")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew instead of comparing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked `ocr` where the models are missing; under `CI=true` nothing is skipped, so they fail there."""
    if find_tessdata() is not None or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("ocr") is not None:
            item.add_marker(pytest.mark.skip(reason="the OCR models are not there; `make models` fetches them"))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--update-golden"))
