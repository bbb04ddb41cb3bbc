"""Peers of the upload bench, each in a process of its own: ``python -m tests.bench.upload_peers PEER PORT COUNT``.

Prints one JSON object: ``seconds`` until the peer said that all is written, or ``problem``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mission.formats import save
from mission.items import MissionType
from telemetry.services import mission_file
from tests.telemetry.services.plans import items, plan

LIMIT_S: Final = 180.0
LINKED_S: Final = 60.0


def mavsdk(port: int, count: int) -> float:
    """MAVSDK's MissionRaw."""
    from mavsdk import ComponentType, Configuration, Mavsdk  # type: ignore[import-untyped]
    from mavsdk.plugins.mission_raw import MissionItem, MissionRaw  # type: ignore[import-untyped]

    core = Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION))
    core.add_any_connection(f"tcpout://127.0.0.1:{port}")
    system = core.first_autopilot(LINKED_S)
    wire = [
        MissionItem(
            number,
            item.frame,
            item.command,
            int(number == 0),
            item.autocontinue,
            *(item.param1, item.param2, item.param3, item.param4, item.x, item.y, item.z, 0),
        )
        for number, item in enumerate(items(count))
    ]
    started = time.monotonic()
    MissionRaw(system).upload_mission(wire)
    return time.monotonic() - started


def mavproxy(port: int, count: int) -> float:
    """MAVProxy's ``wp load``: the mission protocol."""
    return _in_mavproxy(port, "wp load", "Got MISSION_ACK: TYPE_MISSION: ACCEPTED", count)


def mavproxy_ftp(port: int, count: int) -> float:
    """MAVProxy's ``wp ftpload``: MAVFTP, without reading back."""
    return _in_mavproxy(port, "wp ftpload", " of length ", count)


def pymavlink_ftp(port: int, count: int) -> float:
    """pymavlink's mavftp module, which MAVProxy has its own version of."""
    from pymavlink import mavftp, mavutil

    master = mavutil.mavlink_connection(f"tcp:127.0.0.1:{port}", source_system=254)
    master.wait_heartbeat()
    ftp = mavftp.MAVFTP(master, target_system=1, target_component=1)
    with tempfile.NamedTemporaryFile() as file:
        file.write(mission_file.pack(MissionType.MISSION, items(count), 1, 1))
        file.flush()
        started = time.monotonic()
        ftp.cmd_put([file.name, mission_file.PATHS[MissionType.MISSION]])
        result = ftp.process_ftp_reply("CreateFile", timeout=LIMIT_S)
    if result.error_code != 0:
        raise RuntimeError(f"mavftp error {result.error_code}")
    return time.monotonic() - started


def _in_mavproxy(port: int, verb: str, done: str, count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mission.waypoints"
        file.write_bytes(save(plan(count), "waypoints"))
        program = Path(sys.executable).with_name("mavproxy.py")
        command = [sys.executable, str(program), "--master", f"tcp:127.0.0.1:{port}", "--source-system", "253"]
        process = subprocess.Popen(
            [*command, "--force-connected", "--default-modules", "wp,ftp"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            _await(process, "Detected vehicle 1:1")
            started = time.monotonic()
            assert process.stdin is not None
            process.stdin.write(f"{verb} {file}\n")
            process.stdin.flush()
            _await(process, done)
            return time.monotonic() - started
        finally:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line.strip())
        if words in line:
            return
    raise RuntimeError(f"MAVProxy ended without {words!r}: {heard[-3:]}")


PEERS: Final[dict[str, Callable[[int, int], float]]] = {
    "mavsdk": mavsdk,
    "mavproxy": mavproxy,
    "mavproxy ftpload": mavproxy_ftp,
    "pymavlink mavftp": pymavlink_ftp,
}


def run(peer: str, port: int, count: int) -> dict[str, Any]:
    """What the peer's process says, or what became of it."""
    command = [sys.executable, "-m", "tests.bench.upload_peers", peer, str(port), str(count)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S + LINKED_S, check=False)
    except subprocess.TimeoutExpired:
        return {"problem": f"not done in {LIMIT_S + LINKED_S:.0f} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {"problem": (done.stderr or done.stdout).strip()[-200:]}


def main() -> None:
    peer, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        answer: dict[str, Any] = {"seconds": round(PEERS[peer](port, count), 2)}
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result here
        answer = {"problem": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
