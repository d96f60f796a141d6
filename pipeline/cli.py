"""The command line. stdout is data, stderr is talk; heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from extractors.errors import InputError, ZvityError
from pipeline import __version__
from pipeline.exits import ExitCode, RunError, UsageError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.folders import Folder
    from pipeline.process import Reading

app = typer.Typer(
    name="zvity",
    help="Report tables of Ukrainian municipal documents (PDF, DOCX, scans) as data that proves itself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 all published, 1 a defect of ours, 2 wrong usage, 3 some inputs quarantined or refused, "
    "4 nothing to publish, 5 --strict and errors found, 6 the output is held by another run, 7 the output cannot be "
    "written, 130 interrupted.",
)

PIPE_WIDTH = 160
"""Characters a line of a drawn table has where no terminal tells its own width."""

FamiliesOption = Annotated[
    Path | None,
    typer.Option("--families", help="A folder with kinds of report of your own (*.toml), see docs/families.md."),
]

OutArgument = Annotated[
    str | None, typer.Argument(help="Output folder of a run, or its URL.", show_default="data/processed")
]

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="A file of settings.", show_default="zvity.toml, if it is there")
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    if version:
        _say(__version__)
        raise typer.Exit


@app.command("run")
def run_command(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Files, folders or URLs.", show_default="data/raw")
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", help="Output folder, or its URL.", show_default="data/processed")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Read documents again that were read before.")] = False,
    strict: Annotated[
        bool | None,
        typer.Option("--strict/--no-strict", help="Exit with 5 if findings of severity error stand."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Worker processes.", show_default="processors")
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option("--executor", help="Where documents are read: local, or dask://HOST:PORT.", show_default="local"),
    ] = None,
    families: FamiliesOption = None,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", help="A CSV file of what people say of wrong numbers, see docs/corrections.md."),
    ] = None,
    settle: Annotated[
        float | None,
        typer.Option("--settle", help="Seconds; a file changed less long ago is looked at twice.", show_default="1"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be read, and do nothing.")] = False,
    json_log: Annotated[
        bool | None, typer.Option("--json-log/--no-json-log", help="Tell of each event in a line of JSON on stderr.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read documents and write the data sets: the main job.

    Options also come from the environment (ZVITY_OUT, ...) and from zvity.toml; `zvity config` shows them.
    """
    given: dict[str, object] = {
        "sources": sources or None,
        "out": out,
        "strict": strict,
        "workers": workers,
        "executor": executor,
        "families": families,
        "corrections": corrections,
        "settle": settle,
        "json_log": json_log,
    }
    _run(_settings(given, config), force=force, dry=dry_run, as_json=as_json)


@app.command()
def retry(
    out: OutArgument = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do the last run of an output folder again, and read anew what it refused or quarantined."""
    from pipeline.report import last_setting, last_sources

    folder = _folder(_settings({"out": out}, config).out)
    last: dict[str, object] = {"out": out, "sources": last_sources(folder)}
    last |= {name: last_setting(folder, name) for name in ("families", "corrections")}
    _run(_settings(last, config), retry=True, as_json=as_json)


def _run(config: Config, *, force: bool = False, retry: bool = False, dry: bool = False, as_json: bool) -> None:
    from traceback import format_exc

    from pipeline.interrupts import ended_by_ctrl_c
    from pipeline.memory import give_back
    from pipeline.progress import Bar, JsonLog
    from pipeline.run import Options, run

    options = Options(
        force=force,
        retry=retry,
        workers=config.workers,
        executor=config.executor,
        families=config.families,
        corrections=config.corrections,
        settle=config.settle,
        dry=dry,
    )
    give_back()
    log = JsonLog() if config.json_log else Bar()
    kept = {"error": "interrupted; what was read is kept, run again to go on"}
    interrupted = partial(log.end, ExitCode.INTERRUPTED, kept)
    try:
        with ended_by_ctrl_c(interrupted), log as tell:
            summary = run(config.sources, config.out, options, tell)
    except KeyboardInterrupt:
        interrupted()
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except ZvityError as error:
        code = error.exit_code if isinstance(error, RunError) else ExitCode.DEFECT
        log.end(code, {"error": str(error)})
        raise typer.Exit(code) from None
    except BrokenPipeError:
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}; this is a fault of zvity, please report it"
        log.end(ExitCode.DEFECT, {"error": told, "traceback": format_exc()}, [format_exc(), f"zvity: {told}"])
        raise typer.Exit(ExitCode.DEFECT) from None
    code = summary.exit_code(config.strict)
    if as_json:
        _print_json(summary.as_json())
    if config.json_log or not as_json:
        log.end(code, summary.as_json(), summary.lines())
    raise typer.Exit(code)


@app.command("config")
def config_command(
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the settings in force, and where each comes from."""
    from pipeline.config import as_json as config_json
    from pipeline.config import lines

    found = _settings({}, config)
    if as_json:
        _print_json(config_json(found))
        return
    for line in lines(found):
        _say(line)


@app.command()
def health(
    out: Annotated[str | None, typer.Argument(help="Output folder, or its URL.", show_default="data/processed")] = None,
    max_age: Annotated[
        float | None, typer.Option("--max-age", help="Hours ago that the last run may have ended.", show_default="26")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell whether the last run went well and is not overdue; for monitoring."""
    from dataclasses import asdict

    from pipeline.health import health as health_of

    settings = _settings({"out": out, "max_age": max_age}, config)
    found = health_of(_folder(settings.out), settings.max_age)
    if as_json:
        _print_json(asdict(found))
    _talk(f"{settings.out}: {found.problem or f'all is well; the last run ended {found.hours:.1f} hours ago'}")
    raise typer.Exit(found.code)


def _settings(options: dict[str, object], config: Path | None) -> Config:
    import os

    from pipeline.config import settings

    found = settings(options, config=config, environment=os.environ, folder=Path())
    for warning in found.warnings:
        if found.json_log:
            from pipeline.progress import JsonLog

            JsonLog().warn(warning)
        else:
            _talk(f"zvity: {warning}")
    return found


def _folder(out: str) -> Folder:
    from pipeline.folders import folder_at

    try:
        return folder_at(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be opened ({error}); check the address") from error


@app.command()
def show(
    file: Annotated[str, typer.Argument(help="A document: file or URL.")],
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a page: the document's pages beside its tables, and the findings."),
    ] = None,
    families: FamiliesOption = None,
) -> None:
    """Show what stands in one document, table by table, merged cells as merged."""
    from pipeline.worker import isolated

    text, page, found = isolated(_shown, file, as_json, html is not None, families)
    typer.echo(text, nl=False)
    if html is not None:
        try:
            html.write_text(page, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{html} cannot be written ({error}); name a file in a folder that exists") from error
    if not found:
        _talk("no table was found in the document")
        raise typer.Exit(ExitCode.NOTHING)


def _shown(file: str, as_json: bool, as_html: bool, families: Path | None) -> tuple[str, str, bool]:
    """Give what `show` prints of a document, its HTML where it is asked for, and whether the document has a table."""
    data, reading = _reading(file, families)
    if as_json:
        from pipeline.show import as_json as reading_json

        text = json.dumps(reading_json(reading), ensure_ascii=False, default=str) + "\n"
    else:
        from rich.console import Console

        from pipeline.show import draw

        console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
        with console.capture() as captured:
            draw(reading, console)
        text = captured.get()
    page = ""
    if as_html:
        from pipeline.show_html import as_html as reading_html

        page = reading_html(reading, data)
    return text, page, bool(reading.tables)


@app.command()
def explain(
    out: Annotated[str, typer.Argument(help="Output folder of a run, or its URL.")],
    document: Annotated[str, typer.Option("--document", help="document_id or its beginning.")],
    table: Annotated[int, typer.Option("--table", help="Table, from 1.")],
    row: Annotated[int, typer.Option("--row", help="Row, from 0.")],
    column: Annotated[int, typer.Option("--column", help="Column, from 0.")],
    crop: Annotated[
        Path | None, typer.Option("--crop", help="Write a picture of the cell with its row, cut out of the page (PNG).")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", help="The file that was read.", show_default="where the last run found it"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Trace one number back to its page, box, raw text, checks, joins and other files."""
    from pipeline.explain import explain as trace
    from pipeline.explained import lines

    folder = _folder(out)
    found = trace(folder, document, table, row, column)
    if crop is not None:
        from pipeline.crop import original, strips
        from pipeline.worker import isolated

        data = original(folder, found["document"], source)
        picture = isolated(strips, data, found["document"], found["cell"], found["row_places"], found["places"])
        try:
            crop.write_bytes(picture)
        except OSError as error:
            raise UsageError(f"{crop} cannot be written ({error}); name a file in a folder that exists") from error
    if as_json:
        _print_json(found)
        return
    for line in lines(found):
        _say(line)


@app.command()
def correct(
    out: Annotated[str, typer.Argument(help="Output folder of a run, or its URL.")],
    document: Annotated[str, typer.Option("--document", help="document_id or its beginning.")],
    table: Annotated[int, typer.Option("--table", help="Table, from 1.")],
    row: Annotated[int, typer.Option("--row", help="Row, from 0.")],
    column: Annotated[int, typer.Option("--column", help="Column, from 0.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who read the data.")],
    author: Annotated[str, typer.Option("--author", help="Who says so.")],
    value: Annotated[
        str | None, typer.Option("--value", help="The right number, such as 2000,00; `-` where there is none.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="The number stands as it is printed.")] = False,
    day: Annotated[str | None, typer.Option("--date", help="When.", show_default="today")] = None,
    file: Annotated[Path, typer.Option("--file", help="The file of corrections.")] = Path("corrections.csv"),
    as_json: JsonOption = False,
) -> None:
    """Write down what is right where a number is wrong; `zvity run --corrections` applies it."""
    from pipeline.corrections import append, correction_of

    if (value is None) == (not accept):
        raise UsageError("give either --value, the right number, or --accept, where the printed one stands")
    entry = correction_of(_folder(out), document, table, row, column, value or "", reason, author, day)
    append(file, entry)
    if as_json:
        _print_json({"file": str(file), **entry})
    _talk(
        f"{file}: {entry['expect']!r} of document {entry['document'][:12]}; `zvity run --corrections {file}` applies it"
    )


@app.command()
def check(
    out: Annotated[str, typer.Argument(help="Output folder of a run, or its URL.")],
    as_json: JsonOption = False,
) -> None:
    """Read a dataset folder again and validate it whole."""
    from pipeline.check import check as problems_of

    problems = problems_of(_folder(out))
    if as_json:
        _print_json({"problems": problems})
    for problem in problems:
        _talk(problem)
    _talk(f"{out}: {len(problems)} problems" if problems else f"{out}: all data sets are valid")
    raise typer.Exit(ExitCode.DEFECT if problems else ExitCode.OK)


@app.command("publish")
def publish_command(
    out: Annotated[str, typer.Argument(help="Output folder of a run, or its URL.")],
    dest: Annotated[
        str, typer.Argument(help="Folder of the package: a new or empty one, or that of the last package.")
    ],
    only: Annotated[str | None, typer.Option("--only", help="verified: numbers alone that the report proves.")] = None,
    family: Annotated[list[str] | None, typer.Option("--family", help="This kind of report alone; repeatable.")] = None,
    since: Annotated[int | None, typer.Option("--since", help="Reports whose last year is this one or later.")] = None,
    signatures: Annotated[bool, typer.Option("--signatures", help="Publish the names of those who signed.")] = False,
    previous: Annotated[
        str | None, typer.Option("--previous", help="The package to compare with.", show_default="that in DEST")
    ] = None,
    issued: Annotated[str | None, typer.Option("--issued", help="Day of the first publication, YYYY-MM-DD.")] = None,
    modified: Annotated[str | None, typer.Option("--modified", help="Day of this publication, YYYY-MM-DD.")] = None,
    strict: Annotated[
        bool | None,
        typer.Option("--strict/--no-strict", help="Publish nothing while findings of severity error stand."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the data sets of a run as a package of open data: CSV, Parquet, XLSX and their descriptions."""
    from pipeline.publish.command import publish_from_command_line

    settings = _settings({"out": out, "strict": strict}, config)
    places = (_folder(out), _folder(dest), None if previous is None else _folder(previous))
    summary, lines = publish_from_command_line(
        places, settings, only, tuple(family or ()), since, issued, modified, signatures=signatures
    )
    if as_json:
        _print_json(summary)
        return
    for line in lines:
        _say(line)


@app.command()
def families(
    file: Annotated[
        str | None,
        typer.Option(
            "--explain", metavar="FILE", help="Tell of each table of a document its kind and why, column by column."
        ),
    ] = None,
    folder: FamiliesOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the known kinds of report, or tell how one document's tables are understood."""
    from pipeline.family_files import load_families

    known = load_families(folder)
    if file is not None:
        from pipeline.worker import isolated

        typer.echo(isolated(_explained, file, as_json, folder), nl=False)
        return
    if as_json:
        _print_json([{"name": f.name, "title": f.title, "columns": list(f.tidy.columns)} for f in known])
        return
    for family in known:
        _say(f"{family.name:<24} {family.title}")


@app.command()
def doctor(
    fetch_models: Annotated[
        bool, typer.Option("--fetch-models", help="Fetch the OCR models if they are missing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell what is installed, and how to get the rest."""
    from dataclasses import asdict

    from pipeline.doctor import diagnose

    if fetch_models:
        from pipeline import models

        models.fetch_models(_talk)
    found = diagnose()
    if as_json:
        _print_json([asdict(diagnosis) for diagnosis in found])
        return
    for diagnosis in found:
        state = "ok" if diagnosis.ok else "missing" if diagnosis.required else "optional"
        _say(f"{state:<9} {diagnosis.name:<23} {diagnosis.detail}")
        if not diagnosis.ok and diagnosis.remedy:
            _say(f"{'':<33} to mend: {diagnosis.remedy}")


def _explained(file: str, as_json: bool, folder: Path | None) -> str:
    """Give what `families --explain` prints of a document."""
    from pipeline import explain_families

    _, reading = _reading(file, folder)
    if as_json:
        return json.dumps(explain_families.as_json(reading), ensure_ascii=False, default=str) + "\n"
    return "".join(line + "\n" for line in explain_families.lines(reading)) or "no table was found in the document\n"


def _reading(file: str, families: Path | None) -> tuple[bytes, Reading]:
    from pipeline.family_files import load_families
    from pipeline.process import interpret
    from pipeline.sources import Input

    name = file.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    try:
        data = Input(name, file).read()
    except (OSError, ImportError, ValueError) as error:
        raise UsageError(f"{file} cannot be read ({error}); name a document") from error
    return data, interpret(data, name, load_families(families))


def _say(text: str) -> None:
    typer.echo(text)


def _talk(text: str) -> None:
    typer.echo(text, err=True)


def _print_json(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, default=str)
    typer.echo(text.encode(errors="backslashreplace").decode())  # bytes of a name that are no text, as JSON writes them


def _fail(code: ExitCode, error: str) -> NoReturn:
    """End with an error, told in the log's form."""
    import os

    asked = os.environ.get("ZVITY_JSON_LOG", "").strip().lower() in ("1", "true", "yes")
    if "--json-log" in sys.argv or (asked and "--no-json-log" not in sys.argv):
        from pipeline.progress import JsonLog

        JsonLog().end(code, {"error": error})
    else:
        _talk(f"zvity: {error}")
    sys.exit(code)


def main() -> None:
    """Run the command line; every error raised on purpose becomes one sentence and its exit code."""
    try:
        app()
    except RunError as error:
        _fail(error.exit_code, str(error))
    except InputError as error:
        _talk(f"zvity: {error.reason}: {error}")
        sys.exit(ExitCode.NOTHING)
    except ZvityError as error:
        _fail(ExitCode.DEFECT, str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.OK)
    except OSError as error:  # an output that cannot be read
        _fail(ExitCode.USAGE, f"{error}; check the address, the keys and the permissions")


if __name__ == "__main__":
    main()
