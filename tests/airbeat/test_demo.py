"""The demo: one sortie by itself, and the unit that `make demo` starts and Ctrl-C leaves no trace of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest
from pymavlink import mavutil

from tests.airbeat.conftest import running_unit, stop_unit
from web.serve import open_database
from web.store import audit


def frames_by_pymavlink(tlog: Path) -> int:
    log = mavutil.mavlink_connection(str(tlog), dialect="ardupilotmega")
    count = 0
    while log.recv_msg() is not None:
        count += 1
    return count


def refused(home: Path) -> list[tuple[str, str]]:
    database = open_database(home)
    with database.read() as db:
        rows, _ = audit.search(db, audit.Search())
    database.close()
    return [(row.action, row.outcome) for row in rows if row.outcome in ("denied", "unanswered", "failed")]


@pytest.mark.timeout(300)
def test_one_sortie_needs_nobody(tmp_path: Path) -> None:
    """Its JSON alone says how it went, and pymavlink counts the same frames."""
    ran = subprocess.run(
        [sys.executable, "-m", "airbeat", "demo", "--once"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AIRBEAT_HOME": str(tmp_path)},
    )
    assert ran.returncode == 0, ran.stderr
    outcome = json.loads(ran.stdout)
    assert outcome["outcome"] == "landed"
    assert outcome["upload_verified"] is True
    assert outcome["frames_lost"] == 0
    assert outcome["frames_recorded"] == outcome["frames_received"] > 1000
    assert outcome["cross_track_p95_m"] < 3
    assert 44 < outcome["max_height_m"] < 47
    assert 2000 < outcome["distance_m"] < 3500
    bundle = Path(outcome["bundle"])
    assert bundle.is_absolute()
    assert bundle.is_relative_to(tmp_path)
    assert frames_by_pymavlink(bundle / "telemetry.tlog") == outcome["frames_recorded"]


@pytest.mark.timeout(180)
def test_the_demo_serves_a_login_and_leaves_no_process_behind(tmp_path: Path) -> None:
    with running_unit(tmp_path / "home") as unit:
        children = psutil.Process(unit.process.pid).children(recursive=True)
        assert "nats-server" in {child.name() for child in children}
        with urllib.request.urlopen(unit.address, timeout=30) as answer:
            assert "password" in answer.read().decode()
            assert "/login" in answer.url
        listening = {
            connection.laddr.ip
            for child in children
            for connection in child.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
        assert unit.process.stdout is not None
        assert any("is flying the approved sortie" in line for line in unit.process.stdout)
        assert refused(unit.home) == []
        assert stop_unit(unit) == 0
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []
