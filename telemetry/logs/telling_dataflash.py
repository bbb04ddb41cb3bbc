"""What a DataFlash log tells: PARM, MODE, ARM, EV, ERR, MSG, and CMD, FNCE, RALY as they were on board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mission.commands import NAV_RALLY_POINT
from mission.errors import MissionError
from mission.items import WireItem, plan_from_items
from mission.plan import Frame, Plan
from telemetry.logs import words
from telemetry.logs.changes import armings, parameters
from telemetry.logs.story import Arming, Happening, Mode, Parameter, Story, Text
from telemetry.logs.table import Table
from telemetry.mavlink.enums import MavCmd, mode_name

if TYPE_CHECKING:
    from telemetry.logs.log import Log

_FENCE_COMMANDS: Final = {
    98: MavCmd.NAV_FENCE_POLYGON_VERTEX_INCLUSION,
    97: MavCmd.NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
    96: MavCmd.NAV_FENCE_CIRCLE_EXCLUSION,
    94: MavCmd.NAV_FENCE_CIRCLE_INCLUSION,
    93: MavCmd.NAV_FENCE_CIRCLE_EXCLUSION,
    92: MavCmd.NAV_FENCE_CIRCLE_INCLUSION,
}
"""AC_PolyFenceType → MAV_CMD."""

Row = dict[str, Any]


def tell_dataflash(log: Log) -> Story:
    return Story(
        parameters=_parameters(log),
        modes=tuple(_modes(log)),
        armings=_armings(log),
        texts=tuple(Text(time_s, None, _text(row["Message"])) for time_s, row in _rows(log, "MSG", "Message")),
        happenings=_happenings(log),
        plan=_plan(log),
    )


def _rows(log: Log, name: str, *fields: str) -> list[tuple[float, Row]]:
    """Time and those fields of each row; nothing where the log has no such message or it lacks one of them."""
    table = log.get(name)
    if table is None or not set(fields) <= set(table.fields):
        return []
    columns = [table[field].tolist() for field in fields]
    times = table.time_s.tolist()
    return [
        (at, dict(zip(fields, values, strict=True)))
        for at, values in zip(times, zip(*columns, strict=True), strict=True)
    ]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _parameters(log: Log) -> tuple[Parameter, ...]:
    rows = _rows(log, "PARM", "Name", "Value")
    return parameters((time_s, _text(row["Name"]), row["Value"]) for time_s, row in rows)


def _modes(log: Log) -> list[Mode]:
    found: list[Mode] = []
    rows = _rows(log, "MODE", "ModeNum", "Rsn") or _rows(log, "MODE", "ModeNum")
    for time_s, row in rows:
        name = mode_name(row["ModeNum"])
        if not found or found[-1].name != name:
            found.append(Mode(time_s, name, words.MODE_REASONS.get(row.get("Rsn", 0))))
    return found


def _armings(log: Log) -> tuple[Arming, ...]:
    """A log that begins at arming has no record of it: then the first disarming tells that it was armed."""
    states = [(time_s, bool(row["ArmState"])) for time_s, row in _rows(log, "ARM", "ArmState")]
    states += [
        (time_s, row["Id"] == words.ARMED)
        for time_s, row in _rows(log, "EV", "Id")
        if row["Id"] in (words.ARMED, words.DISARMED)
    ]
    if not states:
        return ()
    states.sort()
    states.insert(0, (states[0][0], not states[0][1]))
    return armings(np.array([time_s for time_s, _ in states]), np.array([armed for _, armed in states]))


def _happenings(log: Log) -> tuple[Happening, ...]:
    found = [
        Happening(time_s, "event", words.EVENTS.get(row["Id"], f"event {row['Id']}"))
        for time_s, row in _rows(log, "EV", "Id")
    ]
    for time_s, row in _rows(log, "ERR", "Subsys", "ECode"):
        kind = "fence" if row["Subsys"] == words.FENCE else "error"
        found.append(Happening(time_s, kind, words.error(row["Subsys"], row["ECode"])))
    return tuple(sorted(found, key=lambda happening: happening.time_s))


def _plan(log: Log) -> Plan | None:
    mission, fence, rally = log.get("CMD"), log.get("FNCE"), log.get("RALY")
    if mission is None and fence is None and rally is None:
        return None
    try:
        return plan_from_items(_mission(mission), _fence(fence), _rally(rally))
    except (MissionError, KeyError):
        return None  # items of an autopilot or a version that we do not know: then the log tells no plan


def _latest(table: Table | None, sequence: str) -> list[Row]:
    """The rows of the last list written: each number once, as many as the last row says there are."""
    if table is None:
        return []
    columns = {field: table[field].tolist() for field in table.fields}
    rows = {number: {field: columns[field][at] for field in columns} for at, number in enumerate(columns[sequence])}
    total = columns["CTot" if "CTot" in columns else "Tot"][-1]
    return [rows[number] for number in sorted(rows) if number < total]


def _mission(table: Table | None) -> list[WireItem]:
    return [
        WireItem(
            row["CId"],
            row["Frame"],
            row["Prm1"],
            row["Prm2"],
            row["Prm3"],
            row["Prm4"],
            round(row["Lat"] * 1e7),
            round(row["Lng"] * 1e7),
            row["Alt"],
        )
        for row in _latest(table, "CNum")
    ]


def _fence(table: Table | None) -> list[WireItem]:
    found = []
    for row in _latest(table, "Seq"):
        command = _FENCE_COMMANDS.get(row["Type"])
        if command is not None:
            first = row["Radius"] or float(row["Count"])
            found.append(_placed(int(command), Frame.GLOBAL, row, first, 0.0))
    return found


def _rally(table: Table | None) -> list[WireItem]:
    """RALY.Alt is metres above home, although 4.6's own FMTU says centimetres (AP_Rally.cpp)."""
    return [
        _placed(NAV_RALLY_POINT, Frame.GLOBAL_RELATIVE_ALT, row, 0.0, float(row["Alt"]))
        for row in _latest(table, "Seq")
    ]


def _placed(command: int, frame: Frame, row: Row, first: float, z: float) -> WireItem:
    x, y = round(row["Lat"] * 1e7), round(row["Lng"] * 1e7)
    return WireItem(command, int(frame), first, 0.0, 0.0, 0.0, x, y, z)
