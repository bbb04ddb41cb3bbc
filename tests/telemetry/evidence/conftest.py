"""Sealed flights, made as the recorder makes them, and the decision to dispose of one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telemetry.evidence.disposal import Decision
from telemetry.evidence.sealing import seal_flight
from telemetry.evidence.verifier import CHUNK

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DECISION = Decision(
    "supervisor", NOW, "manager", NOW, "Reviewed: no policing purpose", "MoPI group 3", "R. Osei", "M. Weber"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "flights").mkdir(parents=True)
    return tmp_path / "home"


def flight(home: Path, data: Path, name: str = "20261122T071530Z-UAV-07") -> Path:
    """A sealed flight of four chunks of telemetry."""
    folder = home / "flights" / name
    folder.mkdir()
    (folder / "telemetry.tlog").write_bytes((data / "survey.tlog").read_bytes()[: 3 * CHUNK + 1000])
    (folder / "events.jsonl").write_bytes(b'{"kind":"armed"}\n')
    (folder / "empty.json").write_bytes(b"")
    (folder / "manifest.json").write_bytes(json.dumps({"flight_id": name}).encode())
    seal_flight(folder)
    return folder


def public(home: Path) -> str:
    return (home / "keys" / "evidence.pub").read_text().strip()
