"""The settings of a run: what is in force, and where it came from.

Guarantee: each setting is declared once, in `Config`. Its value comes from the command line, else from the environment,
else from `zvity.toml`, else it is the default. Every value given is checked, one that another takes the place of, too;
a wrong one is a `UsageError` that says where it stands and what may stand there. Nothing is read but that file.
"""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.exits import UsageError

FILE = "zvity.toml"
"""The file looked for in the current folder."""

FILE_VARIABLE = "ZVITY_CONFIG"
"""The environment variable that names another one."""

PUBLISH = "publish"
"""The table of that file which `pipeline.publish.settings` reads."""

SEPARATOR = ";"
"""Parts the sources in `ZVITY_SOURCES`: URLs have colons in them, paths have spaces."""

DEFAULT = "default"
"""The origin of what nobody set."""

_PREFIX = "ZVITY_"
_NO_SETTINGS = frozenset({FILE_VARIABLE, "ZVITY_TESSDATA"})
"""Variables that other parts of zvity read."""

_SHOWN = 100
"""Characters of a wrong value that a message shows."""

_LARGEST = 2**63 - 1
"""The largest whole number that TOML asks for."""

_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force; `origin` names the option, the variable or the file that set it, or is `DEFAULT`."""

    name: str
    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a setting is.

    Attributes:
        kind: a key of `_KINDS`.
        about: what it means.
        asked: what may stand there, for people.
        fits: whether a value of the right kind may stand there.
        none: what no value means.
        paths: whether it names files or folders.
    """

    kind: str
    about: str
    asked: str
    fits: Callable[[Any], bool] = lambda _: True
    none: str = ""
    paths: bool = False


def _is_executor(text: str) -> bool:
    try:
        parts = urlsplit(text)
        dask = text == f"dask://{parts.netloc}" and parts.hostname and parts.port and parts.username is None
    except ValueError:
        return False
    return text == "local" or (bool(dask) and not re.search(r"\s", text))


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force.

    Attributes:
        origins: where each setting that is no default came from.
        file: the file that was read, if any.
        warnings: what a user should hear about, one sentence each.
    """

    sources: tuple[str, ...] = field(
        default=("data/raw",),
        metadata={
            "rule": _Rule("list", "files, folders and URLs to read", "one or more files, folders or URLs", paths=True)
        },
    )
    out: str = field(
        default="data/processed",
        metadata={"rule": _Rule("text", "where the data sets go: a folder, or a URL", "a folder or a URL", paths=True)},
    )
    families: Path | None = field(
        default=None,
        metadata={
            "rule": _Rule("path", "a folder with kinds of report of your own", "a folder", none="none", paths=True)
        },
    )
    corrections: Path | None = field(
        default=None,
        metadata={
            "rule": _Rule(
                "path", "a file of what people say of numbers that are wrong", "a file", none="none", paths=True
            )
        },
    )
    workers: int | None = field(
        default=None,
        metadata={
            "rule": _Rule("integer", "worker processes", "a whole number, 1 or more", lambda n: n >= 1, "processors")
        },
    )
    executor: str = field(
        default="local",
        metadata={
            "rule": _Rule(
                "text",
                "where documents are read: on this machine, or on a Dask cluster",
                "`local` or `dask://HOST:PORT`",
                _is_executor,
            )
        },
    )
    settle: float = field(
        default=1.0,
        metadata={
            "rule": _Rule(
                "number",
                "a file changed less than so long ago is looked at twice, and left for the next run if it changed",
                "a number of seconds, 0 or more",
                lambda n: n >= 0,
            )
        },
    )
    strict: bool = field(
        default=False,
        metadata={"rule": _Rule("flag", "exit with 5 if findings of severity error stand", "true or false")},
    )
    json_log: bool = field(
        default=False,
        metadata={"rule": _Rule("flag", "write the log to stderr as JSON, one object a line", "true or false")},
    )
    max_age: float = field(
        default=26.0,
        metadata={
            "rule": _Rule(
                "number",
                "hours after which `zvity health` takes the last run for too old",
                "a number of hours, more than 0",
                lambda n: n > 0,
            )
        },
    )
    origins: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None
    warnings: tuple[str, ...] = ()

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Each setting with its value and its origin."""
        return tuple(Setting(name, getattr(self, name), self.origins.get(name, DEFAULT)) for name in _RULES)


_RULES: dict[str, _Rule] = {f.name: f.metadata["rule"] for f in fields(Config) if f.metadata}


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return _PREFIX + name.upper()


def option(name: str) -> str:
    """Name the option of a setting; the sources are the arguments."""
    return "argument SOURCE" if name == "sources" else "option --" + name.replace("_", "-")


def settings(
    options: Mapping[str, object], *, config: Path | None, environment: Mapping[str, str], folder: Path
) -> Config:
    """Put the settings of a run together.

    Args:
        options: what the command line gave, by the settings' names; `None`, and no sources at all, mean not given.
        config: the file that `--config` names.
        environment: the environment's variables; an empty one is as one that is not set.
        folder: the current folder, where `zvity.toml` is looked for.

    Raises:
        UsageError: a file that was named is not there, cannot be read or is no TOML, or a value or key is wrong.
    """
    environment = {name: text for name, text in environment.items() if name.startswith(_PREFIX) and text.strip()}
    file, values, origins = _from_file(config, environment, folder)
    for name in _RULES:
        if variable(name) in environment:
            origins[name] = f"environment {variable(name)}"
            kind = _KINDS[_RULES[name].kind]
            place = f"environment variable {variable(name)}"
            values[name] = _read(name, environment[variable(name)], kind.of_text, place, kind.text_form)
    for name, value in options.items():
        if value is not None and not (name == "sources" and value in ([], ())):
            origins[name] = option(name)
            values[name] = _read(name, value, _KINDS[_RULES[name].kind].of_value, option(name), "")
    return Config(**values, origins=origins, file=file, warnings=tuple(_strangers(environment)))


def _from_file(
    config: Path | None, environment: Mapping[str, str], folder: Path
) -> tuple[Path | None, dict[str, Any], dict[str, str]]:
    """Give the file that was read, its values, and their origins."""
    named_by = "option --config" if config is not None else f"environment variable {FILE_VARIABLE}"
    named = config if config is not None else environment.get(FILE_VARIABLE)
    path = folder / (named or FILE)
    if named is None and not os.access(path, os.F_OK):  # nor where the current folder may not be looked into
        return None, {}, {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} cannot be read as UTF-8 text ({error}); save it as UTF-8") from error
    except (OSError, ValueError) as error:
        told = f"{named_by} names {path}, which" if named is not None else str(path)
        raise UsageError(f"{told} cannot be read ({error}); name a file of settings that is there") from error
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not written as TOML asks: {error}") from error
    values: dict[str, Any] = {}
    for name, value in found.items():
        if name == PUBLISH:
            continue
        if name not in _RULES:
            raise UsageError(f"{path}: unknown key {name!r}; {_meant(name)}known are {', '.join(_RULES)}")
        kind = _KINDS[_RULES[name].kind]
        read = _read(name, value, kind.of_value, f"{path}: {name}", kind.value_form)
        values[name] = _beside(path, read) if _RULES[name].paths else read
    return path, values, dict.fromkeys(values, f"{FILE} ({path})")


def _beside(file: Path, value: Any) -> Any:  # noqa: ANN401  # of the setting's kind
    """Give a path that a file names, as seen from the current folder; a URL stays."""
    if isinstance(value, tuple):
        return tuple(_beside(file, one) for one in value)
    if isinstance(value, Path):
        return file.parent / value
    return value if "://" in value else str(file.parent / value)


def _strangers(environment: Mapping[str, str]) -> Iterable[str]:
    for name in sorted(environment.keys() - {variable(setting) for setting in _RULES} - _NO_SETTINGS):
        meant = _meant(name.removeprefix(_PREFIX), variable)
        yield f"environment variable {name} is no setting and is left aside; {meant}see `zvity config`"


def _meant(name: str, called: Callable[[str], str] = str) -> str:
    """Ask whether the closest setting was meant, where one is close."""
    close = get_close_matches(name.lower().replace("-", "_"), _RULES, n=1)
    return f"did you mean {called(close[0])}? " if close else ""


def _read(name: str, given: Any, convert: Callable[[Any], object], place: str, form: str) -> object:  # noqa: ANN401
    """Give a value of the setting's kind that may stand there."""
    rule = _RULES[name]
    try:
        value = convert(given)
        if rule.fits(value):
            return value
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{place} is {_short(given)}, and must be {rule.asked}{form}")


def _short(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of thousands of digits
        return "far too long"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _text(value: object) -> str:
    text = str(value) if isinstance(value, Path) else value
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise ValueError
    return text


def _list(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError
    return tuple(_text(one) for one in value)


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value > _LARGEST:
        raise ValueError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _list_of_text(text: str) -> tuple[str, ...]:
    return _list([part.strip() for part in text.split(SEPARATOR) if part.strip()])


def _integer_of_text(text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text.strip()):
        raise ValueError
    return _integer(int(text))


def _number_of_text(text: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text.strip()):
        raise ValueError
    return _number(float(text))


def _flag_of_text(text: str) -> bool:
    if text.strip().lower() not in _FLAGS:
        raise ValueError
    return _FLAGS[text.strip().lower()]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How values of a kind are read, from text and from what TOML or the command line holds, and how they look there.

    `of_text` and `of_value` raise `ValueError` for what is of another kind.
    """

    of_text: Callable[[str], object]
    of_value: Callable[[object], object]
    text_form: str
    value_form: str


_KINDS = {
    "list": _Kind(_list_of_text, _list, f', with "{SEPARATOR}" between them', ', as ["…", "…"]'),
    "text": _Kind(_text, _text, "", ', as "…"'),
    "path": _Kind(lambda text: Path(_text(text)), lambda value: Path(_text(value)), "", ', as "…"'),
    "integer": _Kind(_integer_of_text, _integer, "", ", without quotation marks"),
    "number": _Kind(_number_of_text, _number, "", ", without quotation marks"),
    "flag": _Kind(_flag_of_text, _flag, " (also 1, 0, yes, no)", ", without quotation marks"),
}


def lines(config: Config) -> list[str]:
    """Give the settings in force as the lines of a `zvity.toml`, each with its origin in a comment."""
    pairs = [(_as_toml(setting), setting.origin) for setting in config.settings]
    width = max(len(text) for text, _ in pairs)
    return [_spelled_out(f"{text:<{width}}  # {origin}") for text, origin in pairs]


def _as_toml(setting: Setting) -> str:
    if setting.value is None:
        return f"# {setting.name}: {_RULES[setting.name].none}"
    return f"{setting.name} = {_toml(setting.value)}"


def _toml(value: object) -> str:
    plain = str(value) if isinstance(value, Path) else value
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


def as_json(config: Config) -> dict[str, Any]:
    """Give the settings in force with their origins, the file read, and the warnings, as JSON holds them."""
    return {
        "file": _plain(config.file),
        "settings": {s.name: {"value": _plain(s.value), "origin": _spelled_out(s.origin)} for s in config.settings},
        "warnings": [_spelled_out(warning) for warning in config.warnings],
    }


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _spelled_out(str(value)) if isinstance(value, str | Path) else value


def _spelled_out(text: str) -> str:
    """Spell out bytes of a file's name that are no text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def markdown() -> str:
    """Give the table of all settings for the documentation."""
    rows = ["| In `zvity.toml` | Command line | Environment | Default | May be | What it is |", "|" + " --- |" * 6]
    for name, rule in _RULES.items():
        setting = Setting(name, getattr(Config(), name), DEFAULT)
        default = rule.none if setting.value is None else f"`{_toml(setting.value)}`"
        given = f"`{variable(name)}`{_KINDS[rule.kind].text_form}"
        rows.append(f"| `{name}` | `{option(name).split()[1]}` | {given} | {default} | {rule.asked} | {rule.about} |")
    return "\n".join(rows) + "\n"
