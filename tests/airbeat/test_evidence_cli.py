"""`airbeat evidence`: rotate the key, publish the head, and see by it what was taken away."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from airbeat.evidence_cli import evidence
from telemetry.errors import RecordingError
from telemetry.evidence import verify
from tests.web.evidence import sealed_bytes
from web.serve import open_database
from web.store import audit
from web.store.audit import Who


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "home"


def look_at(home: Path, folder: Path) -> None:
    database = open_database(home)
    with database.write() as db:
        audit.append(db, Who("pilot", "pilot", None), "flight.view", folder.name)
    database.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(evidence, list(arguments))


def problems(*arguments: str) -> list[str]:
    done = run("check", "--json", *arguments)
    said: dict[str, list[str]] = json.loads(done.stdout)
    assert done.exit_code == (1 if said["problems"] else 0)
    return said["problems"]


def published(home: Path) -> str:
    """The head as it was sent off: a file elsewhere."""
    done = run("head")
    assert done.exit_code == 0, done.output
    kept = home.parent / "published-head.json"
    kept.write_text(done.stdout)
    return str(kept)


def test_by_an_earlier_head_a_flight_taken_away_with_its_line_is_found(home: Path) -> None:
    folders = [sealed_bytes(home, day) for day in (20, 21, 22)]
    head = published(home)
    assert problems("--head", head) == []
    sealed_bytes(home, 23)
    assert problems("--head", head) == [], "a log that has grown holds the earlier head"
    log = home / "flights" / "flights.log"
    for folder in (folders[2], home / "flights" / "20261123T071530Z-UAV-07"):
        shutil.rmtree(folder)
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:2]))
    assert problems() == [], "by itself a log does not know its own tail"
    assert "published head" in problems("--head", head)[0]


def test_a_second_party_finds_it_with_a_copy_of_the_log_and_the_key_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_bytes(home, 20)
    key = (home / "keys" / "evidence.pub").read_text().strip()
    assert run("rotate-key", "--yes").exit_code == 0
    sealed_bytes(home, 21)
    heads, copy = published(home), tmp_path / "copy.log"
    shutil.copy(home / "flights" / "flights.log", copy)
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path / "another machine"))
    assert problems("--head", heads, "--log", str(copy), "--key", key) == []
    copy.write_bytes(copy.read_bytes().splitlines(keepends=True)[0])
    assert "published head" in problems("--head", heads, "--log", str(copy), "--key", key)[0]
    assert run("check", "--log", str(copy)).exit_code not in (0, 1), "it asks for the key"


def test_by_an_earlier_head_a_cut_custody_log_is_found(home: Path) -> None:
    folder = sealed_bytes(home, 20)
    look_at(home, folder)
    look_at(home, folder)
    head = published(home)
    assert problems("--head", head) == []
    database = open_database(home)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER custody_no_delete")
        connection.exec_driver_sql("DELETE FROM custody WHERE number = 2")
    database.close()
    assert problems() == []
    assert "custody log: a published head" in problems("--head", head)[0]


def test_a_rotation_is_recorded_and_everything_before_and_after_it_verifies(home: Path) -> None:
    before = sealed_bytes(home, 20)
    first = (home / "keys" / "evidence.pub").read_text().strip()
    done = run("rotate-key", "--yes")
    assert done.exit_code == 0, done.output
    now = (home / "keys" / "evidence.pub").read_text().strip()
    assert first in done.stdout
    assert now in done.stdout
    after = sealed_bytes(home, 21)
    assert verify(before, first).good
    assert verify(after, first).good
    assert problems("--head", published(home)) == []
    assert problems("--key", first) == []
    database = open_database(home)
    with database.read() as db:
        (entry,), _ = audit.search(db, audit.Search(action="evidence"))
    database.close()
    assert (entry.subject, entry.detail) == (now, {"former": first})


def test_a_head_of_another_key_is_refused(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed_bytes(home, 20)
    head = published(home)
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path / "other"))
    sealed_bytes(tmp_path / "other", 20)
    done = run("check", "--head", head)
    assert isinstance(done.exception, RecordingError)
    assert "not signed by that key" in str(done.exception)


def test_a_machine_without_data_says_so(home: Path) -> None:
    for command in (("head",), ("check",), ("rotate-key", "--yes")):
        done = run(*command)
        assert done.exit_code == 2
        assert "does not exist" in done.output
    home.mkdir()
    assert "flights.log does not exist" in run("check").output
