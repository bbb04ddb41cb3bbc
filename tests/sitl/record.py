"""Flies sorties on ArduCopter and keeps what it said: `python -m tests.sitl.record [SORTIE …]`.

$ARDUPILOT_SITL names the program, $ARDUPILOT_DEFAULTS its parameter file.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sitl.ardupilot import Ardupilot, ArdupilotOptions, find
from telemetry.mavlink import tlog
from tests.sitl.conftest import running
from tests.sitl.flown import SORTIES, Sortie
from tests.sitl.sorties import RECORDINGS
from tests.sitl.station import Station

SPEEDUP: Final = 5.0
FIRST_INSTANCE: Final = 20
EVERY_S: Final = {"LOCAL_POSITION_NED": 0.3, "ATTITUDE": 1.0, "EKF_STATUS_REPORT": 2.0}
KEPT: Final = frozenset(("STATUSTEXT", "COMMAND_ACK", "MISSION_ITEM_REACHED", "CAMERA_FEEDBACK"))
CHANGES: Final = {"HEARTBEAT": ("base_mode", "custom_mode", "system_status"), "MISSION_CURRENT": ("seq",)}


@contextmanager
def on_arducopter(sortie: Sortie, instance: int) -> Iterator[Station]:
    """The sortie flown on ArduCopter: the station that heard it."""
    defaults = os.environ.get("ARDUPILOT_DEFAULTS")
    options = ArdupilotOptions(
        find(None),
        speedup=SPEEDUP,
        defaults=Path(defaults) if defaults else None,
        first_instance=instance,
        parameters=sortie.parameters,
    )
    with running(Ardupilot(options)) as backend:
        station = Station(backend.ports[0], instance % 255 + 1)
        try:
            sortie.fly(station)
            yield station
        finally:
            station.close()


def thinned(station: Station) -> bytes:
    """A tlog, its times since power-on, of what is compared, from arming on."""
    begin = next(k for k, (_, m) in enumerate(station.said) if getattr(m, "text", None) == "Arming motors")
    due = dict.fromkeys(EVERY_S, 0.0)
    last: dict[str, Any] = {}
    kept = []
    for (at, message), raw in zip(station.said[begin:], station.frames[begin:], strict=True):
        name = type(message).__name__
        if name in EVERY_S:
            if at < due[name]:
                continue
            due[name] = at + EVERY_S[name] - 0.01
        elif name in CHANGES:
            state = tuple(getattr(message, key) for key in CHANGES[name])
            if last.get(name) == state:
                continue
            last[name] = state
        elif name not in KEPT:
            continue
        kept.append(tlog.record(round(at * 1e6), [raw]))
    return b"".join(kept)


def main() -> None:
    for name in sys.argv[1:] or SORTIES:
        with on_arducopter(SORTIES[name], FIRST_INSTANCE) as station:
            path = RECORDINGS / f"{name}.tlog.gz"
            path.write_bytes(gzip.compress(thinned(station), mtime=0))
            print(f"{name}: {station.now:.0f} s, {path.stat().st_size} bytes", flush=True)


if __name__ == "__main__":
    main()
