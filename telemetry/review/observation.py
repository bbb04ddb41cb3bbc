"""What an examiner writes down of a flight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from mission.finding import Severity
from mission.plan import Position
from telemetry.logs.log import Log
from telemetry.logs.story import Mode
from telemetry.logs.table import Floats
from telemetry.logs.telling_tlog import vehicle_of
from telemetry.mavlink.enums import MavCmd
from telemetry.review.track import Track
from telemetry.words import mode_words

JOIN_S: Final = 10.0
"""What was exceeded again this soon was so all the time: a jammed receiver flickers."""


_HEARTBEAT_S: Final = 2.0
_TOLD_S: Final = 0.5
_MODE_ORDERS: Final = (MavCmd.DO_SET_MODE, MavCmd.NAV_RETURN_TO_LAUNCH, MavCmd.NAV_LAND, MavCmd.MISSION_START)


class Observation(msgspec.Struct, frozen=True):
    """One thing that was not as it should be, with its evidence.

    `check` names the rule that found it, `text` says what happened with numbers, `meaning` what that usually means.
    Times as in `Table.time_s`; `to_s` is None for a moment, or for what had not ended when the recording did.
    """

    check: str
    severity: Severity
    from_s: float
    to_s: float | None
    text: str
    meaning: str
    evidence: str
    """Which messages or columns of the recording it rests on."""
    position: Position | None = None
    height_home_m: float | None = None


class Case(NamedTuple):
    """A limit that was exceeded: `say` gives the text, by the worst value and the seconds it lasted."""

    check: str
    severity: Severity
    at_least_s: float
    meaning: str
    say: Callable[[float, float], str]
    join_s: float = JOIN_S


def place_at(track: Track | None, time_s: float) -> tuple[Position | None, float | None]:
    """Where the vehicle was, and how high above home; None where the recording does not tell within two seconds."""
    if track is None:
        return None, None
    row = int(abs(track.time_s - time_s).argmin())
    if abs(float(track.time_s[row]) - time_s) > 2.0:
        return None, None
    height = float(track.height_home_m[row])
    position = Position(round(float(track.lat_deg[row]), 7), round(float(track.lon_deg[row]), 7))
    return position, None if height != height else round(height, 2)


def action_after(log: Log, time_s: float, within_s: float) -> str | None:
    """What was done within that time; None: nothing.

    ``The mode changed from Mission to Returning (battery failsafe) at once, and 12 s later to Loiter``, the latter
    being how that ended if not by landing; or ``the motors were stopped at once``. A .tlog tells of a mode and of
    disarming with the next HEARTBEAT, so up to a second late.
    """
    modes = log.story.modes
    stopped = next((a.to_s for a in log.story.armings if a.to_s is not None and a.to_s >= time_s), None)
    for number, (before, after) in enumerate(pairwise(modes), 2):
        waited = after.time_s - time_s
        if -_TOLD_S <= waited <= within_s:
            modes_told = f"{mode_words(before.name)} to {mode_words(after.name)}"
            change = f"the mode changed from {modes_told}{because(log, after)} {_soon(waited)}"
            then = next((mode for mode in modes[number:] if stopped is None or mode.time_s < stopped), None)
            if then is None:
                return change
            return (
                f"{change}, and {then.time_s - after.time_s:.0f} s later to {mode_words(then.name)}{because(log, then)}"
            )
    if stopped is not None and stopped - time_s <= within_s:
        return f"the motors were stopped {_soon(stopped - time_s)}"
    return None


def stayed(log: Log, time_s: float) -> str:
    """``The mode stayed Returning``, where nothing was done."""
    mode = next((mode.name for mode in reversed(log.story.modes) if mode.time_s <= time_s + _TOLD_S), None)
    return f"the mode stayed {mode_words(mode)}" if mode else "the mode did not change"


def _soon(after_s: float) -> str:
    return "at once" if after_s < 1.0 else f"after {after_s:.1f} s"


def because(log: Log, mode: Mode) -> str:
    """``" (battery failsafe)"``: why the mode was entered; empty where the recording does not tell."""
    reason = mode.reason or ("by the ground station" if was_ordered(log, mode.time_s, _MODE_ORDERS) else None)
    return f" ({reason})" if reason else ""


def was_ordered(log: Log, at: float, commands: tuple[MavCmd, ...]) -> bool:
    """Whether a .tlog holds one of these orders from elsewhere shortly before HEARTBEAT told of it.

    SET_MODE counts as DO_SET_MODE.
    """
    vehicle = vehicle_of(log) if log.kind == "tlog" else None
    names = ("COMMAND_LONG", "COMMAND_INT", *(("SET_MODE",) if MavCmd.DO_SET_MODE in commands else ()))
    for name in names:
        table = log.get(name) if vehicle is not None else None
        if table is not None:
            ordered = np.isin(table["command"], commands) if "command" in table else np.ones(len(table), np.bool_)
            since = at - table.time_s
            if (ordered & (table["src_system"] != vehicle) & (since >= 0.0) & (since <= _HEARTBEAT_S)).any():
                return True
    return False


def while_armed(log: Log, time_s: Floats) -> npt.NDArray[np.bool_]:
    """Which of the times lie between arming and disarming.

    Where the recording tells of neither: all of a .bin that begins at arming (LOG_DISARMED 0), and of other logs; none
    of a .tlog, whose HEARTBEATs all said disarmed.
    """
    armings = log.story.armings
    never = log.kind == "tlog" or bool(log.story.parameter("LOG_DISARMED"))
    inside = np.full(len(time_s), not armings and not never)
    for arming in armings:
        first = -np.inf if arming.from_s is None else arming.from_s
        last = np.inf if arming.to_s is None else arming.to_s
        inside |= (time_s >= first) & (time_s <= last)
    return inside


def exceeded(
    log: Log, track: Track | None, clock: Floats, values: Floats, bad: npt.NDArray[np.bool_], case: Case, source: str
) -> list[Observation]:
    """One observation for each time that `bad` held long enough while armed; `values` are largest when worst.

    All columns are over `clock`; `source` names the message they are from.
    """
    found = []
    for first, last in spans(clock, bad & while_armed(log, clock), case.join_s):
        begin, end = float(clock[first]), float(clock[last])
        lasted = end - begin
        if lasted < case.at_least_s:
            continue
        text = case.say(float(np.nanmax(values[first : last + 1])), lasted)
        evidence = f"{source}, {last - first + 1} rows"
        position, height = place_at(track, begin)
        found.append(Observation(case.check, case.severity, begin, end, text, case.meaning, evidence, position, height))
    return found


def spans(time_s: Sequence[float] | Floats, flagged: npt.ArrayLike, join_s: float) -> list[tuple[int, int]]:
    """First and last row of each run of flagged rows; runs less than `join_s` apart are one."""
    rows = np.flatnonzero(flagged)
    if not len(rows):
        return []
    at = np.asarray(time_s)[rows]
    ends = np.flatnonzero(at[1:] - at[:-1] > join_s)
    return list(zip(rows[[0, *(ends + 1)]].tolist(), rows[[*ends, len(rows) - 1]].tolist(), strict=True))
