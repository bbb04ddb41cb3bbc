"""What a .tlog tells: HEARTBEAT, STATUSTEXT, PARAM_VALUE and the mission protocol's items, of its one autopilot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from mission.errors import MissionError
from mission.items import WireItem, plan_from_items
from mission.plan import Plan
from telemetry.logs.changes import armings, changes, parameters
from telemetry.logs.story import Happening, Mode, Parameter, Story, Text
from telemetry.logs.table import Table
from telemetry.mavlink.enums import MavAutopilot, MavMissionType, MavModeFlag, mode_name
from telemetry.services.statustext import StatusTexts

if TYPE_CHECKING:
    from telemetry.logs.log import Log

_AUTOPILOT: Final = 1
"""MAV_COMP_ID_AUTOPILOT1."""
_WIRE: Final = ("command", "frame", "param1", "param2", "param3", "param4", "x", "y", "z", "autocontinue")
_BREACHES: Final = {1: "minimum height", 2: "maximum height", 3: "boundary"}
"""FENCE_BREACH."""


class _Chunk(NamedTuple):
    text: str
    id: int
    chunk_seq: int


def vehicle_of(log: Log) -> int | None:
    """The system id of the autopilot heard most often; None where the recording has no autopilot's HEARTBEAT."""
    beats = log.get("HEARTBEAT")
    if beats is None:
        return None
    systems = beats["src_system"][_is_autopilot(beats)]
    return int(np.bincount(systems).argmax()) if len(systems) else None


def said_by_vehicle(log: Log, name: str) -> Table | None:
    """The rows of a message that the autopilot itself sent; None where there is none."""
    table = log.get(name)
    if table is None:
        return None
    rows = (table["src_system"] == vehicle_of(log)) & (table["src_component"] == _AUTOPILOT)
    if rows.all():
        return table
    return table.where(rows) if rows.any() else None


def tell_tlog(log: Log) -> Story:
    beats = said_by_vehicle(log, "HEARTBEAT")
    beats = beats.where(_is_autopilot(beats)) if beats else None
    return Story(
        parameters=_parameters(said_by_vehicle(log, "PARAM_VALUE")),
        modes=_modes(beats) if beats else (),
        armings=armings(beats.time_s, beats["base_mode"] & MavModeFlag.SAFETY_ARMED != 0) if beats else (),
        texts=_texts(said_by_vehicle(log, "STATUSTEXT")),
        happenings=_breaches(said_by_vehicle(log, "FENCE_STATUS")),
        plan=_plan(log),
    )


def _is_autopilot(beats: Table) -> Any:
    return (beats["autopilot"] != MavAutopilot.INVALID) & (beats["src_component"] == _AUTOPILOT)


def _parameters(table: Table | None) -> tuple[Parameter, ...]:
    if table is None:
        return ()
    names = [name.decode("ascii", "replace") for name in table["param_id"].tolist()]
    return parameters(zip(table.time_s.tolist(), names, table["param_value"].tolist(), strict=True))


def _modes(beats: Table) -> tuple[Mode, ...]:
    modes = beats["custom_mode"]
    return tuple(Mode(float(beats.time_s[row]), mode_name(int(modes[row]))) for row in changes(modes).tolist())


def _texts(table: Table | None) -> tuple[Text, ...]:
    if table is None:
        return ()
    joined = StatusTexts()
    found: list[Text] = []
    columns = (table.time_s, table["severity"], table["text"], table["id"], table["chunk_seq"])
    for time_s, severity, text, number, chunk in zip(*(column.tolist() for column in columns), strict=True):
        done = joined.add(_Chunk(text.decode("utf-8", "replace"), number, chunk))
        found.extend(Text(time_s, severity, whole) for whole in done)
    return tuple(found)


def _breaches(table: Table | None) -> tuple[Happening, ...]:
    if table is None:
        return ()
    status, kinds = table["breach_status"], table["breach_type"]
    found: list[Happening] = []
    for row in changes(status).tolist():
        if status[row]:
            kind = _BREACHES.get(int(kinds[row]), "unknown kind")
            found.append(Happening(float(table.time_s[row]), "fence", f"fence breached: {kind}"))
        elif row:
            found.append(Happening(float(table.time_s[row]), "fence", "fence breach ended"))
    return tuple(found)


def _plan(log: Log) -> Plan | None:
    """What was last sent or read back whole, by either side; None where no mission went over the link."""
    mission, fence, rally = (
        _items(log, kind) for kind in (MavMissionType.MISSION, MavMissionType.FENCE, MavMissionType.RALLY)
    )
    if mission is None and fence is None and rally is None:
        return None
    try:
        return plan_from_items(mission or (), fence or (), rally or ())
    except MissionError:
        return None  # items of an autopilot or a version that we do not know: then the log tells no plan


def _items(log: Log, kind: MavMissionType) -> list[WireItem] | None:
    items, counts = log.get("MISSION_ITEM_INT"), log.get("MISSION_COUNT")
    if counts is None:
        return None
    announced = counts["count"][counts["mission_type"] == kind]
    if not len(announced):
        return None
    if not announced[-1]:
        return []
    if items is None:
        return None
    rows = items.where(items["mission_type"] == kind)
    columns = [rows[name].tolist() for name in _WIRE]
    latest = {
        seq: WireItem(*values) for seq, values in zip(rows["seq"].tolist(), zip(*columns, strict=True), strict=True)
    }
    wanted = range(int(announced[-1]))
    return [latest[seq] for seq in wanted] if all(seq in latest for seq in wanted) else None
