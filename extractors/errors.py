"""The one root of every error zvity raises on purpose, and the two ways an input can fail.

Every message says what is wrong, where, and what to do next.
"""

from __future__ import annotations


class ZvityError(Exception):
    """Root of all errors raised on purpose. `str(error)` is a sentence for the user."""


class InputError(ZvityError):
    """An input that gives no data set; the run goes on without it.

    `reason` is a stable word for programs (`empty`, `encrypted`, `unsupported`, ...); the message is for people.
    """

    def __init__(self, reason: str, message: str) -> None:
        """Keep the stable reason word beside the message."""
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str]]:
        """Pickle with both arguments, since the error crosses from a worker process."""
        return type(self), (self.reason, str(self))


class Refused(InputError):
    """We decline the input by rule: wrong kind, encrypted, beyond a limit, nothing to read in it."""


class Broken(InputError):
    """The input claims a kind we read but its content is damaged."""
