"""The command line. stdout is data, stderr is talk; heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractors.errors import InputError, ZvityError
from pipeline import __version__
from pipeline.exits import ExitCode, RunError, UsageError

if TYPE_CHECKING:
    from pipeline.process import Reading
    from pipeline.run import Summary

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
    out: Annotated[Path, typer.Option("--out", help="Output folder.")] = Path("data/processed"),
    force: Annotated[bool, typer.Option("--force", help="Read documents again that were read before.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 5 if findings of severity error stand.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Worker processes.", show_default="processors")
    ] = None,
    families: FamiliesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read documents and write the data sets: the main job."""
    from pipeline.run import run

    try:
        with _Progress() as progress:
            summary = run(
                sources or ["data/raw"], out, force=force, workers=workers, progress=progress, families=families
            )
    except KeyboardInterrupt:
        _talk("zvity: interrupted; what was read is kept, run again to go on")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if as_json:
        _print_json(_summary_json(summary))
    else:
        _talk(_summary_text(summary))
    raise typer.Exit(summary.exit_code(strict))


@app.command()
def show(
    file: Annotated[str, typer.Argument(help="A document: file or URL.")],
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a page with the document's pages, the cells found on them, and the tables."),
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
    out: Annotated[Path, typer.Argument(help="Output folder of a run.")],
    document: Annotated[str, typer.Option("--document", help="document_id or its beginning.")],
    table: Annotated[int, typer.Option("--table", help="Table, from 1.")],
    row: Annotated[int, typer.Option("--row", help="Row, from 0.")],
    column: Annotated[int, typer.Option("--column", help="Column, from 0.")],
    as_json: JsonOption = False,
) -> None:
    """Trace one number back to its page, box, raw text and checks."""
    from pipeline.explain import explain as trace

    found = trace(out, document, table, row, column)
    if as_json:
        _print_json(found)
        return
    for part in ("document", "cell", "observation"):
        _say(part)
        for name, value in (found[part] or {"(none)": "the cell holds no value"}).items():
            if value is not None:
                _say(f"  {name:<16} {value}")
    for finding in found["findings"]:
        _say(f"finding\n  {finding['rule']}: {finding['message']}")


@app.command()
def check(
    out: Annotated[Path, typer.Argument(help="Output folder of a run.")],
    as_json: JsonOption = False,
) -> None:
    """Read a dataset folder again and validate it whole."""
    from pipeline.check import check as problems_of

    problems = problems_of(out)
    if as_json:
        _print_json({"problems": problems})
    for problem in problems:
        _talk(problem)
    _talk(f"{out}: {len(problems)} problems" if problems else f"{out}: all data sets are valid")
    raise typer.Exit(ExitCode.DEFECT if problems else ExitCode.OK)


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


class _Progress:
    """A progress bar on a terminal, silence elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("reading", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, name: str, done: int, total: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, description=name)


def _summary_json(summary: Summary) -> dict[str, Any]:
    return {
        "out": summary.out,
        "inputs": summary.inputs,
        "states": dict(summary.states),
        "read": summary.read,
        "tables": summary.tables,
        "numbers": dict(summary.numbers),
        "doubtful": summary.doubtful,
        "errors": summary.errors,
        "failed": [{"file_name": n, "status": s, "reason": r} for n, s, r in summary.failed],
        "seconds": round(summary.seconds, 3),
    }


def _summary_text(summary: Summary) -> str:
    states = ", ".join(f"{count} {state}" for state, count in summary.states.items()) or "none found"
    numbers = ", ".join(f"{summary.numbers[check]} {check}" for check in ("verified", "unchecked", "contradicted"))
    lines = [
        f"documents  {states} ({summary.read} read now)",
        f"tables     {summary.tables}",
        f"numbers    {numbers}; {summary.doubtful} doubtful readings",
        f"findings   {summary.errors} errors, see findings.csv",
        f"written    {summary.out} in {summary.seconds:.1f} s",
    ]
    lines += [f"{status:<10} {name}: {reason}" for name, status, reason in summary.failed]
    return "\n".join(lines)


def _say(text: str) -> None:
    typer.echo(text)


def _talk(text: str) -> None:
    typer.echo(text, err=True)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def main() -> None:
    """Run the command line; every error raised on purpose becomes one sentence and its exit code."""
    try:
        app()
    except RunError as error:
        _talk(f"zvity: {error}")
        sys.exit(error.exit_code)
    except InputError as error:
        _talk(f"zvity: {error.reason}: {error}")
        sys.exit(ExitCode.NOTHING)
    except ZvityError as error:
        _talk(f"zvity: {error}")
        sys.exit(ExitCode.DEFECT)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.OK)


if __name__ == "__main__":
    main()
