"""Settings: what is in force, where it came from, and what is said of wrong ones."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from pipeline import config
from pipeline.config import Config, as_json, lines, markdown, option, settings, variable
from pipeline.exits import ExitCode, UsageError

NAMES = ("sources", "out", "families", "corrections", "workers", "executor", "settle", "strict", "json_log", "max_age")

OTHERS: dict[str, tuple[object, str, object, object]] = {
    "sources": (["a", "b c"], "d; s3://e/f ;", ["g"], ("d", "s3://e/f")),
    "out": ("a", "s3://b/c", "d", "s3://b/c"),
    "families": ("a", "b", Path("c"), Path("b")),
    "corrections": ("a.csv", "b.csv", Path("c.csv"), Path("b.csv")),
    "workers": (2, " 3 ", 4, 3),
    "executor": ("dask://a:1", "dask://[::1]:8786", "dask://c.example:65535", "dask://[::1]:8786"),
    "settle": (0, "2.5", 3.0, 2.5),
    "strict": (False, "Yes", False, True),
    "json_log": (False, "1", False, True),
    "max_age": (1, "48", 0.5, 48.0),
}
"""For each setting a value for the file, the environment and the command line, and the second as it is read."""


def given(
    folder: Path,
    options: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    toml: str | None = None,
    named: Path | None = None,
) -> Config:
    if toml is not None:
        (folder / "zvity.toml").write_text(toml, encoding="utf-8")
    return settings(options or {}, config=named, environment=environment or {}, folder=folder)


def written(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())


def origin(found: Config, name: str) -> str:
    return next(s.origin for s in found.settings if s.name == name)


def test_defaults(tmp_path: Path) -> None:
    found = given(tmp_path)
    assert found == Config(
        ("data/raw",),
        "data/processed",
        None,
        None,
        None,
        "local",
        1.0,
        False,
        False,
        26.0,
        origins={},
        file=None,
        warnings=(),
    )
    assert [(s.name, s.origin) for s in found.settings] == [(name, "default") for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_command_line_before_environment_before_file(tmp_path: Path, name: str) -> None:
    in_file, in_environment, on_line, read = OTHERS[name]
    toml, environment = written({name: in_file}), {variable(name): in_environment}
    only_file = given(tmp_path, toml=toml)
    assert origin(only_file, name) == f"zvity.toml ({tmp_path / 'zvity.toml'})"
    assert only_file.file == tmp_path / "zvity.toml"
    second = given(tmp_path, {name: None}, environment)
    assert (getattr(second, name), origin(second, name)) == (read, f"environment {variable(name)}")
    first = given(tmp_path, {name: on_line}, environment)
    assert getattr(first, name) == (tuple(on_line) if isinstance(on_line, list) else on_line)
    assert origin(first, name) == option(name)
    assert {s.origin for s in first.settings if s.name != name} == {"default"}


def test_names_of_options_and_variables() -> None:
    assert (option("json_log"), variable("json_log")) == ("option --json-log", "ZVITY_JSON_LOG")
    assert option("sources") == "argument SOURCE"


def test_no_sources_on_the_command_line_are_not_given(tmp_path: Path) -> None:
    assert given(tmp_path, {"sources": []}, {"ZVITY_SOURCES": "a"}).sources == ("a",)


def test_false_and_zero_on_the_command_line_count(tmp_path: Path) -> None:
    found = given(tmp_path, {"strict": False, "settle": 0}, {"ZVITY_STRICT": "1", "ZVITY_SETTLE": "5"})
    assert (found.strict, found.settle) == (False, 0.0)
    assert isinstance(found.settle, float)


def test_an_empty_variable_is_as_one_not_set(tmp_path: Path) -> None:
    found = given(tmp_path, environment={"ZVITY_OUT": "", "ZVITY_WORKERS": " ", "ZVITY_CONFIG": "", "ZVITY_X": ""})
    assert found == Config()


def test_paths_in_the_file_are_meant_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    toml = 'sources = ["in", "/abs/in", "s3://bucket/in"]\nout = "../out"\nfamilies = "own"\n'
    (tmp_path / "conf" / "night.toml").write_text(toml, encoding="utf-8")
    found = given(tmp_path, named=Path("conf/night.toml"))
    conf = tmp_path / "conf"
    assert found.sources == (str(conf / "in"), "/abs/in", "s3://bucket/in")
    assert found.out == str(conf / "../out")
    assert found.families == conf / "own"
    assert given(tmp_path, toml='out = "s3://bucket/out"').out == "s3://bucket/out"
    assert given(tmp_path, toml='executor = "local"').executor == "local"


def test_paths_elsewhere_are_meant_from_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "night.toml").write_text("workers = 2\n", encoding="utf-8")
    found = given(Path("somewhere"), {"sources": ["in"]}, {"ZVITY_OUT": "out"}, named=tmp_path / "night.toml")
    assert (found.sources, found.out, found.workers) == (("in",), "out", 2)


def test_the_file_of_the_current_folder_keeps_paths_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = given(Path(), toml='sources = ["in"]\nout = "out"\n')
    assert (found.sources, found.out, origin(found, "out")) == (("in",), "out", "zvity.toml (zvity.toml)")


def test_a_named_file_takes_the_place_of_the_one_in_the_folder(tmp_path: Path) -> None:
    for name, workers in (("zvity", 1), ("variable", 2), ("option", 3)):
        (tmp_path / f"{name}.toml").write_text(f"workers = {workers}\n", encoding="utf-8")
    environment = {"ZVITY_CONFIG": "variable.toml"}
    assert given(tmp_path).workers == 1
    assert given(tmp_path, environment=environment).workers == 2
    assert given(tmp_path, environment=environment, named=tmp_path / "option.toml").workers == 3


@pytest.mark.parametrize(
    ("named", "environment", "by"),
    [
        (Path("gone.toml"), {}, "option --config"),
        (None, {"ZVITY_CONFIG": "gone.toml"}, "environment variable ZVITY_CONFIG"),
        (Path("gone.toml"), {"ZVITY_CONFIG": "zvity.toml"}, "option --config"),
    ],
)
def test_a_named_file_that_is_missing(tmp_path: Path, named: Path | None, environment: dict[str, str], by: str) -> None:
    (tmp_path / "zvity.toml").write_text("workers = 1\n", encoding="utf-8")
    with pytest.raises(
        UsageError, match=rf"^{by} names {re.escape(str(tmp_path / 'gone.toml'))}, .*name a file"
    ) as told:
        given(tmp_path, environment=environment, named=named)
    assert told.value.exit_code == ExitCode.USAGE


def test_a_file_that_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "zvity.toml").mkdir()
    with pytest.raises(UsageError, match=r"zvity\.toml cannot be read"):
        given(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        given(tmp_path, named=Path("a\0b"))


def test_a_current_folder_that_cannot_be_looked_into_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert given(tmp_path / "file") == given(tmp_path / ("long" * 2000)) == Config()
    (tmp_path / "zvity.toml").symlink_to("gone")
    assert given(tmp_path) == Config()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"workers = ", id="cut off"),
        pytest.param(b"workers = 1\nworkers = 2", id="twice"),
        pytest.param(b"workers = " + b"9" * 5000, id="a number too long for Python"),
        pytest.param(b"sources = " + b"[" * 5000 + b"]" * 5000, id="too deep"),
    ],
)
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "zvity.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"zvity\.toml is not written as TOML asks: "):
        given(tmp_path)


def test_encodings_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "zvity.toml"
    file.write_bytes('\ufeffout = "звіти"\r\n'.encode())
    assert given(tmp_path).out == str(tmp_path / "звіти")
    file.write_bytes('out = "звіти"\n'.encode("cp1251"))
    with pytest.raises(UsageError, match="save it as UTF-8"):
        given(tmp_path)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("worker = 2", "unknown key 'worker'; did you mean workers? known are sources, out,"),
        ("json-log = true", "unknown key 'json-log'; did you mean json_log? "),
        ("MaxAge = 2", "unknown key 'MaxAge'; did you mean max_age? "),
        (
            "qqq = 2",
            "unknown key 'qqq'; known are sources, out, families, corrections, workers, executor, settle, strict, ",
        ),
        ("[run]\nworkers = 2", "unknown key 'run'; known are "),
        ("origins = 2", "unknown key 'origins'; known are "),
        ("workers = 0", "workers is 0, and must be a whole number, 1 or more"),
        ('workers = "4"', "workers is '4', and must be a whole number, 1 or more, without quotation marks"),
        ("workers = true", "workers is True, and must be a whole number"),
        ("workers = 2.0", "workers is 2.0, and must be a whole number"),
        ("workers = 9223372036854775808", "workers is 9223372036854775808, and must be a whole number"),
        ("settle = -0.1", "settle is -0.1, and must be a number of seconds, 0 or more"),
        ("settle = nan", "settle is nan, and must be a number"),
        ("settle = inf", "settle is inf, and must be a number"),
        ("settle = false", "settle is False, and must be a number"),
        ("settle = 2024-01-01", "settle is datetime.date(2024, 1, 1), and must be a number"),
        (f"settle = 0x{'f' * 5000}", "settle is far too long, and must be a number"),
        ("max_age = 0", "max_age is 0, and must be a number of hours, more than 0"),
        ('strict = "true"', "strict is 'true', and must be true or false, without quotation marks"),
        ("json_log = 1", "json_log is 1, and must be true or false"),
        ('sources = "data"', """sources is 'data', and must be one or more files, folders or URLs, as ["…", "…"]"""),
        ("sources = []", "sources is [], and must be one or more"),
        ('sources = ["a", 1]', "sources is ['a', 1], and must be one or more"),
        ('sources = ["a", " "]', "sources is ['a', ' '], and must be one or more"),
        ('out = ""', """out is '', and must be a folder or a URL, as "…\""""),
        ('out = "a\\u0000b"', "out is 'a\\x00b', and must be a folder"),
        ('out = ["a"]', "out is ['a'], and must be a folder"),
        ("families = 1", "families is 1, and must be a folder"),
        ("[families]\na = 1", "families is {'a': 1}, and must be a folder"),
        ('executor = "dask"', "executor is 'dask', and must be `local` or `dask://HOST:PORT`"),
        (f'executor = "{"x" * 500}"', f"executor is '{'x' * 99}…, and must be `local`"),
    ],
)
def test_a_wrong_file(tmp_path: Path, toml: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        given(tmp_path, toml=toml)
    assert str(error.value).startswith(f"{tmp_path / 'zvity.toml'}: {told}")


@pytest.mark.parametrize(
    "address",
    [
        "Local",
        " local",
        "dask://",
        "dask://host",
        "dask://host:",
        "dask://:1",
        "dask://host:0",
        "dask://host:65536",
        "dask://host:x",
        "tcp://host:1",
        "tls://host:1",
        "dask://host:1/",
        "dask://host:1/x",
        "dask://host:1?x",
        "dask://host:1#x",
        "dask://user:word@host:1",
        "dask://[::1",
        "DASK://host:1",
        "dask://ho st:1",
        "dask://host:1\n",
    ],
)
def test_no_executor(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="must be `local` or"):
        given(tmp_path, {"executor": address})


@pytest.mark.parametrize(
    ("name", "text", "must"),
    [
        ("workers", "zwei", "a whole number, 1 or more"),
        ("workers", "0", "a whole number, 1 or more"),
        ("workers", "-1", "a whole number, 1 or more"),
        ("workers", "1_0", "a whole number, 1 or more"),
        ("workers", "٣", "a whole number, 1 or more"),
        ("workers", "9223372036854775808", "a whole number, 1 or more"),
        ("workers", "9" * 50, "a whole number, 1 or more"),
        ("settle", "1,5", "a number of seconds, 0 or more"),
        ("settle", "nan", "a number of seconds, 0 or more"),
        ("settle", "-1", "a number of seconds, 0 or more"),
        ("max_age", "0.0", "a number of hours, more than 0"),
        ("max_age", "1h", "a number of hours, more than 0"),
        ("strict", "on", "true or false (also 1, 0, yes, no)"),
        ("json_log", "2", "true or false (also 1, 0, yes, no)"),
        ("sources", " ; ", 'one or more files, folders or URLs, with ";" between them'),
        ("executor", "tcp://host:1", "`local` or `dask://HOST:PORT`"),
    ],
)
def test_a_wrong_variable(tmp_path: Path, name: str, text: str, must: str) -> None:
    with pytest.raises(UsageError) as error:
        given(tmp_path, environment={variable(name): text})
    assert str(error.value) == f"environment variable {variable(name)} is {text!r}, and must be {must}"


def test_a_number_of_hundreds_of_digits_in_the_environment(tmp_path: Path) -> None:
    for name in ("settle", "workers"):
        with pytest.raises(UsageError, match="must be a"):
            given(tmp_path, environment={variable(name): "9" * 5000})


@pytest.mark.parametrize(
    ("text", "flag"), [("1", True), ("true", True), ("YES", True), ("0", False), (" False ", False), ("no", False)]
)
def test_flags_in_the_environment(tmp_path: Path, text: str, flag: bool) -> None:
    assert given(tmp_path, environment={"ZVITY_STRICT": text}, toml=f"strict = {str(not flag).lower()}").strict is flag


def test_a_wrong_option(tmp_path: Path) -> None:
    for name, value, told in (
        ("max_age", 0.0, "option --max-age is 0.0, and must be a number of hours, more than 0"),
        ("sources", ["a", ""], "argument SOURCE is ['a', ''], and must be one or more files, folders or URLs"),
        ("out", " ", "option --out is ' ', and must be a folder or a URL"),
    ):
        with pytest.raises(UsageError) as error:
            given(tmp_path, {name: value})
        assert str(error.value) == told


def test_a_wrong_value_is_told_though_another_takes_its_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ZVITY_WORKERS is 'x'"):
        given(tmp_path, {"workers": 2}, {"ZVITY_WORKERS": "x"})
    with pytest.raises(UsageError, match="workers is 0"):
        given(tmp_path, {"workers": 2}, {"ZVITY_WORKERS": "3"}, toml="workers = 0")


def test_variables_that_are_no_settings_are_told(tmp_path: Path) -> None:
    environment = {
        "ZVITY_WORKRES": "2", "ZVITY_QQQ": "1", "ZVITY_OUTS": "o", "ZVITY_TESSDATA": "/models", "ZVITY_JSONLOG": "x",
        "WORKERS": "7",
    }  # fmt: skip
    found = given(tmp_path, environment=environment)
    assert found.workers is None
    assert found.warnings == (
        "environment variable ZVITY_JSONLOG is no setting and is left aside; did you mean ZVITY_JSON_LOG? "
        "see `zvity config`",
        "environment variable ZVITY_OUTS is no setting and is left aside; did you mean ZVITY_OUT? see `zvity config`",
        "environment variable ZVITY_QQQ is no setting and is left aside; see `zvity config`",
        "environment variable ZVITY_WORKRES is no setting and is left aside; did you mean ZVITY_WORKERS? "
        "see `zvity config`",
    )
    (tmp_path / "other.toml").touch()
    assert given(tmp_path, environment={"ZVITY_CONFIG": "other.toml"}).warnings == ()


def test_what_is_shown_is_a_file_that_says_the_same(tmp_path: Path) -> None:
    options = {
        "sources": ['a "b"', "в;г\\\t\x7f\x01", "s3://d"],
        "families": Path("/own"),
        "settle": 1e300,
        "strict": True,
    }
    found = given(tmp_path, options, {"ZVITY_OUT": "/звіти"}, toml="max_age = 3")
    shown = lines(found)
    assert len(shown) == len(NAMES)
    assert {re.sub(r".*  # ", "", line) for line in shown} == {
        "argument SOURCE", "option --families", "option --settle", "option --strict", "environment ZVITY_OUT",
        f"zvity.toml ({tmp_path / 'zvity.toml'})", "default",
    }  # fmt: skip
    assert "# workers: processors" in shown[4]
    values = tomllib.loads("\n".join(shown))
    assert values == {
        "sources": options["sources"], "out": "/звіти", "families": "/own", "executor": "local", "settle": 1e300,
        "strict": True, "json_log": False, "max_age": 3.0,
    }  # fmt: skip


def test_as_json(tmp_path: Path) -> None:
    options = {"sources": ["a"], "families": Path("own")}
    found = json.loads(json.dumps(as_json(given(tmp_path, options, {"ZVITY_QQQ": "1"}, toml="workers = 3"))))
    path = str(tmp_path / "zvity.toml")
    assert found["file"] == path
    assert list(found["settings"]) == list(NAMES)
    assert found["settings"]["sources"] == {"value": ["a"], "origin": "argument SOURCE"}
    assert found["settings"]["families"] == {"value": "own", "origin": "option --families"}
    assert found["settings"]["workers"] == {"value": 3, "origin": f"zvity.toml ({path})"}
    assert found["settings"]["strict"] == {"value": False, "origin": "default"}
    assert found["warnings"] == ["environment variable ZVITY_QQQ is no setting and is left aside; see `zvity config`"]
    assert as_json(given(tmp_path / "none"))["file"] is None


def test_names_that_are_no_text_can_be_shown(tmp_path: Path) -> None:
    found = given(tmp_path, {"sources": ["caf\udce9"], "families": Path("\udce9")}, {"ZVITY_OUT": "\udce9"})
    assert found.sources == ("caf\udce9",)
    assert "caf\\xe9" in "\n".join(lines(found)).encode().decode()
    assert as_json(found)["settings"]["sources"]["value"] == ["caf\\xe9"]
    json.dumps(as_json(found), ensure_ascii=False).encode()


def test_the_table_of_the_documentation_has_every_setting() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in markdown().splitlines()]
    assert {len(row) for row in rows[:1] + rows[2:]} == {6}
    assert [row[0] for row in rows[2:]] == [f"`{name}`" for name in NAMES]
    by_name = {row[0].strip("`"): row[1:] for row in rows[2:]}
    assert by_name["workers"] == [
        "`--workers`", "`ZVITY_WORKERS`", "processors", "a whole number, 1 or more", "worker processes",
    ]  # fmt: skip
    assert by_name["sources"][:3] == ["`SOURCE`", '`ZVITY_SOURCES`, with ";" between them', '`["data/raw"]`']
    assert by_name["strict"][1:3] == ["`ZVITY_STRICT` (also 1, 0, yes, no)", "`false`"]


def test_every_setting_has_a_field_and_a_field_that_is_none_cannot_be_set() -> None:
    assert tuple(f.name for f in fields(Config))[: len(NAMES)] == NAMES
    assert [s.name for s in Config().settings] == list(NAMES) == list(OTHERS)


def _app(folder: Path, environment: Mapping[str, str]) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def run(
        sources: Annotated[list[str] | None, typer.Argument()] = None,
        out: Annotated[str | None, typer.Option("--out")] = None,
        workers: Annotated[int | None, typer.Option("--workers")] = None,
        strict: Annotated[bool | None, typer.Option("--strict/--no-strict")] = None,
        file: Annotated[Path | None, typer.Option("--config")] = None,
    ) -> None:
        options: dict[str, Any] = {"sources": sources, "out": out, "workers": workers, "strict": strict}
        found = config.settings(options, config=file, environment=environment, folder=folder)
        typer.echo("\n".join(config.lines(found)))

    return app


def test_with_a_command_line(tmp_path: Path) -> None:
    (tmp_path / "zvity.toml").write_text('sources = ["/in"]\nstrict = true\nworkers = 2\n', encoding="utf-8")
    app, run = _app(tmp_path, {"ZVITY_WORKERS": "3", "ZVITY_OUT": "/out"}), CliRunner()
    plain = tomllib.loads(run.invoke(app, []).stdout)
    assert (plain["sources"], plain["out"], plain["workers"], plain["strict"]) == (["/in"], "/out", 3, True)
    asked = tomllib.loads(run.invoke(app, ["a", "b", "--workers", "5", "--no-strict", "--out", "c"]).stdout)
    assert (asked["sources"], asked["out"], asked["workers"], asked["strict"]) == (["a", "b"], "c", 5, False)
    wrong = run.invoke(app, ["--config", "gone.toml"])
    assert isinstance(wrong.exception, UsageError)
