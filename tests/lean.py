"""A process to fork from, clean as that of `zvity show`; in pytest's, OpenCV and other libraries have threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from pebble import ProcessPool

from pipeline.worker import has_one_thread

Call = Callable[..., Any]
"""Calls a function in that process; what it raises is raised here."""

LONGEST = 60
"""Seconds after which a call is ended."""


@contextmanager
def lean_process(*modules: str) -> Iterator[Call]:
    """Start the process with these modules loaded, and end it with the block."""
    pool = ProcessPool(1, context=get_context("spawn"), initializer=_load, initargs=(modules,))

    def call(function: Callable[..., Any], *arguments: object, **options: object) -> Any:
        return pool.schedule(function, args=arguments, kwargs=options, timeout=LONGEST).result()

    try:
        assert call(has_one_thread), "nothing may be forked from it"
        yield call
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _load(modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)
