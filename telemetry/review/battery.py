"""The battery over a flight."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
import numpy as np

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.logs.telling_tlog import said_by_vehicle
from telemetry.review.observation import Case, Observation, exceeded, while_armed
from telemetry.review.track import Track

_MINUTE_S: Final = 60.0
CELL_FULL_V: Final = 4.4
"""No lithium cell is charged higher; a full one of the usual kind has 4.2 V."""
CELL_LOW_V: Final = 3.3
"""ArduPilot, Failsafe: a low-voltage limit of 3.5 V a cell, of which the load takes some tenths (common 3.3 V)."""


class BatteryColumns(NamedTuple):
    """One battery's reports; NaN is unknown."""

    time_s: Floats
    voltage_v: Floats
    current_a: Floats
    used_ah: Floats
    remaining_pct: Floats


class BatterySummary(msgspec.Struct, frozen=True):
    """None is unknown. `sag_v`: voltage without load (by the resistance) less the lowest under load."""

    used_ah: float | None
    capacity_ah: float | None
    lowest_v: float | None
    sag_v: float | None
    resistance_ohm: float | None
    left_pct: float | None
    """At the end, as the autopilot counted."""
    time_left_s: float | None
    """At the end, at the mean current of the last minute."""


def battery_of(log: Log) -> BatteryColumns | None:
    """The first battery: BATTERY_STATUS with SYS_STATUS's voltage, or BAT."""
    return _from_tlog(log) if log.kind == "tlog" else _from_dataflash(log)


def _from_tlog(log: Log) -> BatteryColumns | None:
    status, reports = said_by_vehicle(log, "SYS_STATUS"), said_by_vehicle(log, "BATTERY_STATUS")
    if reports is None or status is None:
        return None
    reports = reports.of(0)
    clock = reports.time_s
    if not len(clock):
        return None
    row = np.clip(np.searchsorted(status.time_s, clock, side="right") - 1, 0, None)
    return BatteryColumns(
        clock,
        _known(status.si("voltage_battery"), status["voltage_battery"] == 65535)[row],
        _known(reports.si("current_battery"), reports["current_battery"] == -1),
        _known(reports.si("current_consumed"), reports["current_consumed"] == -1),
        _known(reports.si("battery_remaining"), reports["battery_remaining"] == -1),
    )


def _from_dataflash(log: Log) -> BatteryColumns | None:
    table = log.get("BAT")
    if table is None or not {"Volt", "Curr", "CurrTot"} <= set(table.fields):
        return None
    table = table.of(0)
    unknown = np.full(len(table), np.nan)
    remaining = table.si("RemPct") if "RemPct" in table else unknown
    return BatteryColumns(table.time_s, table.si("Volt"), table.si("Curr"), table.si("CurrTot"), remaining)


def _known(values: Floats, unknown: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    return np.where(unknown, np.nan, values)


def summarise(battery: BatteryColumns, capacity_ah: float | None) -> BatterySummary:
    """Used, sag and what was left.

    Resistance: least squares of V = V0 - R · I over the reports whose current differs (Ohm's law; V0 is taken as
    constant, so a long discharge makes it look larger). Time left: `time_left_s` to the last drop.
    """
    resistance, open_v = _resistance(battery)
    lowest = _least(battery.voltage_v)
    left_s = _last(time_left_s(battery, capacity_ah, reserve_pct=0.0)[-1:])
    return BatterySummary(
        used_ah=_last(battery.used_ah),
        capacity_ah=capacity_ah,
        lowest_v=lowest,
        sag_v=None if resistance is None or open_v is None or lowest is None else round(open_v - lowest, 3),
        resistance_ohm=resistance,
        left_pct=_last(battery.remaining_pct),
        time_left_s=None if left_s is None else round(left_s),
    )


def capacity_of(log: Log) -> float | None:
    """BATT_CAPACITY in Ah."""
    capacity = log.story.parameter("BATT_CAPACITY")
    return capacity / 1000.0 if capacity else None


def state_at(battery: BatteryColumns | None, capacity_ah: float | None, time_s: float) -> str:
    """What was left at a moment, in words with numbers; empty where the recording does not tell."""
    if battery is None or not len(battery.time_s) or time_s < battery.time_s[0]:
        return ""
    row = int(np.searchsorted(battery.time_s, time_s, side="right")) - 1
    pct, used, volt = (float(c[row]) for c in (battery.remaining_pct, battery.used_ah, battery.voltage_v))
    parts = [] if pct != pct else [f"{pct:.0f} %"]
    if capacity_ah and used == used:
        parts.append(f"{max(0.0, capacity_ah - used) * 1000:.0f} of {capacity_ah * 1000:.0f} mAh")
    elif used == used:
        parts.append(f"{used * 1000:.0f} mAh used")
    parts += [] if volt != volt else [f"{volt:.2f} V"]
    return ", ".join(parts)


def time_left_s(battery: BatteryColumns, capacity_ah: float | None, reserve_pct: float) -> Floats:
    """At each report: seconds until `reserve_pct` of the capacity, at the mean current of the minute before it.

    t = (C · (1 - reserve) - used) / mean I, the coulomb count that ArduPilot keeps too (AP_BattMonitor,
    `time_remaining`), but over a minute and to a reserve. 0 from the reserve on; NaN without capacity or current.
    """
    if not capacity_ah or len(battery.time_s) < 2:
        return np.full(len(battery.time_s), np.nan)
    steps = np.diff(battery.time_s, prepend=battery.time_s[0])
    drawn = np.cumsum(np.nan_to_num(battery.current_a) * steps)
    before = np.searchsorted(battery.time_s, battery.time_s - _MINUTE_S)
    spent = battery.time_s - battery.time_s[before]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_a = (drawn - drawn[before]) / spent
        left = (capacity_ah * (1.0 - reserve_pct / 100.0) - battery.used_ah) * 3600.0 / mean_a
    return np.where((mean_a > 0.0) & np.isfinite(left), np.maximum(left, 0.0), np.nan)


def observe_battery(log: Log, track: Track | None) -> list[Observation]:
    """Counted empty, or its cells too low, while armed. Quiet on a battery of which nobody said how much it holds.

    Cells are told by the voltage at arming over `CELL_FULL_V`, rounded up, so a battery flown half empty seems to have
    fewer and the limit lies lower: that errs to the quiet side.
    """
    battery = battery_of(log)
    if battery is None:
        return []
    clock, volt = battery.time_s, battery.voltage_v
    source = "SYS_STATUS" if log.kind == "tlog" else "BAT"
    known = volt[while_armed(log, clock) & (volt > 0)]
    cells = int(np.ceil(known[0] / CELL_FULL_V)) if len(known) else 0
    low = Case(
        "battery voltage",
        Severity.WARNING,
        5.0,
        "An old, cold or small battery, or too hard a flight: its voltage gives way under the load.",
        lambda worst, lasted: (
            f"The battery's voltage fell to {-worst:.2f} V, {-worst / cells:.2f} V for each of {cells} cells, and was "
            f"below {CELL_LOW_V} V a cell for {lasted:.0f} s."
        ),
    )
    empty = Case(
        "battery empty",
        Severity.ERROR,
        1.0,
        "More was drawn than the battery holds by BATT_CAPACITY: flown too long, or the capacity or current is not set "
        "right.",
        lambda worst, lasted: f"The autopilot counted 0 % left ({1000 * worst:.0f} mAh used) for {lasted:.0f} s.",
    )
    gone = (battery.remaining_pct <= 0) & (battery.used_ah > 0)
    return [
        *exceeded(log, track, clock, -volt, (volt > 0) & (volt < cells * CELL_LOW_V), low, source),
        *exceeded(log, track, clock, battery.used_ah, gone, empty, source),
    ]


def _resistance(battery: BatteryColumns) -> tuple[float | None, float | None]:
    known = ~(np.isnan(battery.voltage_v) | np.isnan(battery.current_a))
    current, voltage = battery.current_a[known], battery.voltage_v[known]
    if len(current) < 10 or np.ptp(current) < 1.0:
        return None, None
    slope, open_v = np.polyfit(current, voltage, 1)
    return (round(-float(slope), 4), float(open_v)) if slope < 0 else (None, None)


def _least(values: Floats) -> float | None:
    positive = values[values > 0]
    return round(float(positive.min()), 2) if len(positive) else None


def _last(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(known[-1]), 3) if len(known) else None
