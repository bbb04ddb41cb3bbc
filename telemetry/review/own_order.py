"""What a vehicle says over several links, in the order in which it said it."""

from __future__ import annotations

from typing import Final

import numpy as np

from telemetry.logs.log import Log
from telemetry.logs.table import Table
from telemetry.logs.telling_tlog import said_by_vehicle

_CLOCK: Final = "time_boot_ms"
_REBOOT_MS: Final = 10_000
"""A clock that falls by more begins anew: no link is so late, and no autopilot is so soon at its first position."""
_CLOCK_ENDS_MS: Final = 1 << 32


def said_in_order(log: Log, name: str) -> Table | None:
    """The rows of a message that the autopilot itself sent, by its own clock where the message tells that.

    A recording holds what each link brought when it brought it, so the slower link's rows stand among newer ones. Rows
    that came in order keep their receive time; one that was overtaken gets the time between its neighbours that the
    vehicle's clock says.
    """
    table = said_by_vehicle(log, name)
    return table if table is None or _CLOCK not in table else _in_order(table)


def _in_order(table: Table) -> Table:
    boot_ms = table[_CLOCK].astype(np.int64)
    reboots = np.cumsum(np.diff(boot_ms, prepend=boot_ms[0]) < -_REBOOT_MS)
    clock = boot_ms + reboots * _CLOCK_ENDS_MS
    overtaken = clock < np.maximum.accumulate(clock)
    if not overtaken.any():
        return table
    time_s = table.time_s.copy()
    time_s[overtaken] = np.interp(clock[overtaken], clock[~overtaken], time_s[~overtaken])
    order = np.argsort(clock, kind="stable")
    return table.where(order).timed(time_s[order])
