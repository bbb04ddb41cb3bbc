"""`airbeat log` and `airbeat verify`: recordings and evidence on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Printed

from airbeat.terminal import ANSWER_IS_NO, AS_JSON, FILE, NEW_FILE, PUBLIC_KEY, CannotAsk, print_json
from telemetry.errors import RecordingError
from telemetry.logs import Log, Table

FILE_OR_FOLDER: Final = click.Path(exists=True, path_type=Path)


@click.group()
def log() -> None:
    """Read recordings: MAVLink .tlog, ArduPilot .bin and .log, PX4 .ulg, or a flight's folder."""


@log.command("info")
@click.argument("file", type=FILE_OR_FOLDER)
@AS_JSON
def info(file: Path, as_json: bool) -> None:
    """What FILE holds: messages, times, modes, what the autopilot said, the flight in figures, and any damage."""
    from telemetry.review import examine, summary
    from telemetry.review.bundle import plan_of

    opened, plan = _open(file), plan_of(file) if file.is_dir() else None
    with Console(stderr=True).status("Examining"):
        flown, observed = summary(opened, plan), examine(opened, plan)
    story = opened.story
    if as_json:
        known = {
            "kind": opened.kind,
            "bytes": opened.size,
            "messages": opened.messages,
            "unknown_messages": opened.unknown,
            "damage": opened.damage,
            "counts": {table.name: len(table) for table in opened},
            "modes": story.modes,
            "texts": story.texts,
            "happenings": story.happenings,
            "parameters": len({parameter.name for parameter in story.parameters}),
            "summary": flown,
            "observations": observed,
        }
        print_json(known)
        return
    console = Console()
    console.print(f"{file}: {opened.kind}, {opened.size / 1e6:.1f} MB, {opened.messages:,} messages")
    for name, value in msgspec.to_builtins(flown).items():
        if name not in ("planned", "battery"):
            console.print(f"  {name:16} {value}")
    console.print(f"  {'cross_track_p95':16} {flown.planned.cross_track_p95_m} m")
    if flown.battery is not None:
        known = {name: value for name, value in msgspec.to_builtins(flown.battery).items() if value is not None}
        console.print(f"  {'battery':16} {', '.join(f'{name} {value}' for name, value in known.items())}")
    _print_story(console, opened)
    for one in observed:
        style = "bold red" if one.severity == "error" else "yellow"
        console.print(f"[{style}]{_clock(one.from_s, opened.utc)}[/] {escape(one.text)} {one.meaning}")
    for damage in opened.damage:
        console.print(f"[yellow]byte {damage.offset}: {damage.bytes} bytes skipped: {damage.what}[/]")


def _print_story(console: Console, opened: Log) -> None:
    happened = Printed("Time", "", title="What happened", title_justify="left")
    story = opened.story
    lines = [(mode.time_s, f"mode {mode.name}{f', {mode.reason}' if mode.reason else ''}") for mode in story.modes]
    lines += [(text.time_s, f"“{text.text}”") for text in story.texts]
    lines += [(happening.time_s, happening.text) for happening in story.happenings]
    for time_s, line in sorted(lines, key=lambda line: line[0]):
        happened.add_row(_clock(time_s, opened.utc), escape(line))
    console.print(happened)


@log.command("cat")
@click.argument("file", type=FILE_OR_FOLDER)
@click.argument("messages", nargs=-1)
@AS_JSON
def cat(file: Path, messages: tuple[str, ...], as_json: bool) -> None:
    """Print the rows of MESSAGES (default: all) in the order of time, one a line."""
    opened = _open(file)
    tables = [_table(opened, name) for name in messages] if messages else list(opened)
    rows = sorted((row for table in tables for row in _rows(table)), key=lambda row: row[0])
    for time_s, name, values in rows:
        if as_json:
            click.echo(json.dumps({"time_s": time_s, "message": name, **values}, default=str))
        else:
            line = ", ".join(f"{field}: {value}" for field, value in values.items())
            click.echo(f"{_clock(time_s, opened.utc)} {name} {line}")


@log.command("export")
@click.argument("file", type=FILE_OR_FOLDER)
@click.argument("target", type=NEW_FILE)
@click.option("--message", help="The rows of this message instead of the flown path (.csv and .parquet).")
def export(file: Path, target: Path, message: str | None) -> None:
    """Write the flown path to TARGET as .kml, .gpx, .geojson, .csv or .parquet; or one message as .csv or .parquet."""
    from telemetry.logs import export as tables
    from telemetry.review.export import ENDINGS, write_track
    from telemetry.review.track import track_of

    opened, ending = _open(file), target.suffix.lower()
    writers = {".csv": tables.write_csv, ".parquet": tables.write_parquet}
    if ending not in (writers if message else ENDINGS):
        raise CannotAsk(f"{target}: the ending must be one of {', '.join(writers if message else ENDINGS)}")
    with Console(stderr=True).status(f"Writing {target}"):
        if message:
            writers[ending](_table(opened, message), target)
            return
        track = track_of(opened)
        if track is None:
            raise RecordingError(str(file), 0, "holds no position")
        write_track(track, target, file.stem, opened.utc)


@click.command()
@click.argument("bundle", type=FILE_OR_FOLDER)
@click.option("--key", type=PUBLIC_KEY, help="The force's public key. Default: this machine's keys/evidence.pub.")
@click.option("--log", "flight_log", type=FILE, help="flights.log")
@click.option("--head", help="The published head of the log of flights.")
@AS_JSON
def verify(bundle: Path, key: str | None, flight_log: Path | None, head: str | None, as_json: bool) -> None:
    """Whether a flight's folder or exported zip is as it was sealed, offline by the public key. Exits 1 if it is not.

    With --log also whether the log of flights is whole and each of its flights lies beside it.
    """
    from telemetry import evidence, settings

    public = key or public_key(settings.home() / "keys" / "evidence.pub")
    with Console(stderr=True).status(f"Verifying {bundle.name}"):
        verdict = evidence.verify(bundle, public)
        missing = (
            evidence.verify_log(flight_log, public, [head] if head else (), flight_log.parent) if flight_log else []
        )
    problems = [*verdict.problems, *missing]
    if as_json:
        print_json({"good": not problems, "verdict": verdict, "log": missing})
    else:
        console = Console()
        console.print(
            f"{verdict.flight_id}, sealed {verdict.sealed_at}, {verdict.files} files, {verdict.bytes:,} bytes"
        )
        for line in filter(None, (verdict.export, verdict.disposed)):
            console.print(escape(line))
        for problem in problems:
            console.print(f"[bold red]not as sealed:[/] {escape(problem.text)}")
        for name in verdict.unsealed:
            console.print(f"[yellow]not covered by the seal:[/] {escape(ascii(name)[1:-1])}")
        good = (
            "every byte is as it was sealed" if verdict.disposed is None else "the certificate of its disposal is good"
        )
        console.print("[bold red]Not verified.[/]" if problems else f"[green]Verified: {good}.[/]")
    if problems:
        raise SystemExit(ANSWER_IS_NO)


def public_key(path: Path) -> str:
    if not path.is_file():
        raise CannotAsk(f"{path} does not exist: give the public key with --key")
    return path.read_text().strip()


def _open(file: Path) -> Log:
    from telemetry.review.bundle import open_log

    with Console(stderr=True).status(f"Reading {file.name}"):
        return open_log(file)


def _table(opened: Log, name: str) -> Table:
    table = opened.get(name)
    if table is None:
        raise CannotAsk(f"{opened.path} holds no {name}; it holds {', '.join(sorted(opened.tables))}")
    return table


def _rows(table: Table) -> Iterator[tuple[float, str, dict[str, Any]]]:
    columns = [
        [text.decode("utf-8", "replace") for text in column.tolist()] if column.dtype.kind == "S" else column.tolist()
        for column in (table[field] for field in table.fields)
    ]
    times = [0.0 if time_s != time_s else time_s for time_s in table.time_s.tolist()]
    for time_s, values in zip(times, zip(*columns, strict=True), strict=True):
        yield time_s, table.name, dict(zip(table.fields, values, strict=True))


def _clock(time_s: float, utc: bool) -> str:
    if not utc:
        return f"{time_s:.3f}"
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"
