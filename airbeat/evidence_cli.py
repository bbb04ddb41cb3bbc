"""`airbeat evidence`: the key that seals, the published head, and whether the unit's logs are whole."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from airbeat.log_cli import public_key
from airbeat.terminal import ANSWER_IS_NO, AS_JSON, FILE, PUBLIC_KEY, CannotAsk, print_json


@click.group()
def evidence() -> None:
    """The evidence of this machine: its key, its published head, and whether its logs are whole."""


@evidence.command("rotate-key")
@click.confirmation_option(prompt="Replace the evidence key? Seals by the present one stay good.")
def rotate_key() -> None:
    """Replace the key that seals flights. Both keys sign the record of it, which goes into every later seal."""
    from telemetry.evidence.keys import EvidenceKeys
    from web.serve import open_database
    from web.store import audit
    from web.store.audit import SYSTEM

    home = _home()
    keys, database = EvidenceKeys(home / "keys"), open_database(home)
    former = keys.public
    following = keys.rotate()
    with database.write() as db:
        audit.append(db, SYSTEM, "evidence.rotate_key", following, former=former)
    database.close()
    click.echo(
        f"former {former}\nnow    {following}\nPublish the new one; the former still verifies all that is sealed."
    )


@evidence.command("head")
def head() -> None:
    """Print the signed head of the log of flights and of the custody log, one line of JSON.

    The setting [evidence] publish_to sends it to a second party by itself. Whoever keeps it can later show a flight, or
    a line at the end of a log, that was taken away: here by `airbeat evidence check --head HEADS`, elsewhere, with a
    copy of flights/flights.log and the public key alone, by `airbeat evidence check --head HEADS --log COPY --key KEY`.
    """
    from web import heads
    from web.serve import open_database

    home = _home()
    database = open_database(home)
    click.echo(heads.signed(home, database)[1], nl=False)
    database.close()


@evidence.command("check")
@click.option("--head", "published", type=FILE, help="Earlier ones, one a line.")
@click.option("--log", "copy", type=FILE, help="A copy of flights.log: it alone is checked, by --head and --key.")
@click.option("--key", type=PUBLIC_KEY, help="The public key as it was given out. Default: this machine's first one.")
@AS_JSON
def check(published: Path | None, copy: Path | None, key: str | None, as_json: bool) -> None:
    """Whether every flight of the log is there or lawfully disposed of, and both logs are whole. Exits 1 if not."""
    from telemetry.evidence import flight_log, publishing, verify_log

    log = copy or _home() / "flights" / flight_log.NAME
    if not log.is_file():
        raise CannotAsk(f"{log} does not exist: no flight was recorded on this machine, or its log was removed")
    if copy is not None and key is None:
        raise CannotAsk("a copy of the log needs --key, the public key that the unit gave out")
    public, known = key or _first_key(_home()), publishing.NOTHING
    if published is not None:
        known = publishing.read_all(published.read_bytes(), public, str(published))
    with Console(stderr=True).status("Reading the logs"):
        flights = [head.flights_hash for head in known.heads]
        missing = verify_log(log, public, flights, None if copy else log.parent, known.keys)
        lines = [] if copy else _custody_problems([head.custody_hash for head in known.heads])
    found = [one.text for one in missing]
    problems = [*found, *(f"custody log: {line}" for line in lines)]
    if as_json:
        print_json({"good": not problems, "problems": problems})
    else:
        console = Console()
        for problem in problems:
            console.print(f"[bold red]not whole:[/] {escape(problem)}")
        console.print("[bold red]Not whole.[/]" if problems else "[green]Every flight is there or was disposed of.[/]")
    if problems:
        raise SystemExit(ANSWER_IS_NO)


def _custody_problems(heads: list[str]) -> list[str]:
    from web.serve import open_database
    from web.store import custody

    database = open_database(_home())
    with database.read() as db:
        found = custody.problems(db, heads)
    database.close()
    return found


def _home() -> Path:
    """This machine's data."""
    from telemetry import settings

    home = settings.home()
    if not home.is_dir():
        raise CannotAsk(f"{home} does not exist: Airbeat has recorded nothing on this machine")
    return home


def _first_key(home: Path) -> str:
    from telemetry.evidence.keys import EvidenceKeys

    return EvidenceKeys(home / "keys").first or public_key(home / "keys" / "evidence.pub")
