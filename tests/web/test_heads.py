"""The head of the logs goes to second parties by itself, and what they keep shows a flight that was taken away."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace
from sqlalchemy.exc import OperationalError

from telemetry import settings
from telemetry.errors import SettingsError
from telemetry.evidence import flight_log, publishing, verify_log
from telemetry.evidence.publishing import Head
from telemetry.settings import EvidenceSettings
from tests.web.conftest import Browser
from tests.web.evidence import sealed_bytes
from web import heads
from web.auth.permissions import Role
from web.heads import Heads
from web.store import audit
from web.store.audit import Who
from web.store.database import Database


def look_at(database: Database, folder: Path) -> None:
    with database.write() as db:
        audit.append(db, Who("pilot", "pilot", None), "flight.view", folder.name)


def kept(home: Path, file: Path) -> tuple[Head, ...]:
    return publishing.read_all(file.read_bytes(), (home / "keys" / "evidence.pub").read_text(), "heads").heads


class SecondParty(BaseHTTPRequestHandler):
    status = 204

    def do_POST(self) -> None:
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Not among the tests' output."""


@pytest.fixture
def second_party() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), SecondParty)
    server.taken = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_new_flight_sends_a_head_and_a_cut_log_is_found_by_them(
    tmp_path: Path, database: Database, second_party: HTTPServer
) -> None:
    folder = tmp_path / "court"
    folder.mkdir()
    address = f"http://127.0.0.1:{second_party.server_port}/heads?unit=7"
    publisher = Heads(tmp_path, database, (str(folder), address))
    for day in (20, 21, 22):
        sealed_bytes(tmp_path, day)
        publisher.look()
        publisher.look()
    assert [head.flights for head in kept(tmp_path, folder / "heads.jsonl")] == [1, 2, 3]
    assert b"".join(second_party.taken) == (folder / "heads.jsonl").read_bytes()  # type: ignore[attr-defined]

    log, public = tmp_path / "flights" / flight_log.NAME, (tmp_path / "keys" / "evidence.pub").read_text()
    hashes = [head.flights_hash for head in kept(tmp_path, folder / "heads.jsonl")]
    assert verify_log(log, public, hashes) == []
    shutil.rmtree(tmp_path / "flights" / "20261122T071530Z-UAV-07")
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:2]))
    sealed_bytes(tmp_path, 23)
    assert verify_log(log, public) == [], "by itself the log does not know"
    assert "published head" in verify_log(log, public, hashes)[0].text


def test_looks_alone_send_one_an_hour(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sealed_bytes(tmp_path, 20)
    publisher = Heads(tmp_path, database, (str(tmp_path / "heads.jsonl"),))
    publisher.look()
    look_at(database, folder)
    publisher.look()
    assert [head.custody for head in kept(tmp_path, tmp_path / "heads.jsonl")] == [0]
    monkeypatch.setattr(heads, "CUSTODY_EVERY", timedelta())
    publisher.look()
    assert [head.custody for head in kept(tmp_path, tmp_path / "heads.jsonl")] == [0, 1]


def test_what_is_refused_is_told_to_the_administrator_and_tried_again(
    tmp_path: Path,
    database: Database,
    app: Flask,
    second_party: HTTPServer,
    log_in: Callable[[Role], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealed_bytes(tmp_path, 20)
    address = f"http://127.0.0.1:{second_party.server_port}/heads"
    missing = str(tmp_path / "not-mounted" / "heads.jsonl")
    before = app.extensions["airbeat"]
    named = replace(before.settings, evidence=EvidenceSettings((address, missing)))
    app.extensions["airbeat"] = replace(before, settings=named)
    administrator = log_in(Role.ADMINISTRATOR)
    assert "never sent" in administrator.get("/").text

    publisher = Heads(tmp_path, database, (address, missing))
    for status in (500, 307):
        monkeypatch.setattr(SecondParty, "status", status)
        publisher.look()
        assert f"it answered {status}" in administrator.get("/").text
    begun = heads.state(tmp_path)[missing].since
    monkeypatch.setattr(SecondParty, "status", 204)
    publisher.look()
    sent = heads.state(tmp_path)
    assert sent[address].problem is None
    assert sent[missing].problem is not None
    assert sent[missing].since == begun, "the first failure's time stands"
    shown = administrator.get("/").text
    assert "it answered" not in shown
    assert "No such file" in shown
    assert "Head of the evidence logs" not in log_in(Role.PILOT).get("/").text


def test_a_database_that_is_away_for_a_while_does_not_end_the_sending(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_bytes(tmp_path, 20)
    signed, answers = heads.signed, threading.Semaphore(0)

    def away_at_first(*wanted: Any) -> Any:
        answers.release()
        if not first.is_set():
            first.set()
            raise OperationalError("SELECT", {}, Exception("away"))
        return signed(*wanted)

    first = threading.Event()
    monkeypatch.setattr(heads, "signed", away_at_first)
    monkeypatch.setattr(heads, "LOOK_S", 0.01)
    publisher = Heads(tmp_path, database, (str(tmp_path / "heads.jsonl"),))
    publisher.start()
    assert all(answers.acquire(timeout=20) for _ in range(3)), "it looks no more"
    publisher.stop()
    assert [head.flights for head in kept(tmp_path, tmp_path / "heads.jsonl")] == [1]


@pytest.mark.parametrize("wrong", ["http://heads.example.org/", ""])
def test_an_open_wire_is_no_second_party(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "airbeat.toml").write_text(f'[evidence]\npublish_to = ["{wrong}"]\n')
    with pytest.raises(SettingsError, match=r"evidence\.publish_to\[0\]"):
        settings.load(tmp_path / "airbeat.toml")
