"""Which drones could go to an incident: the planner's reckoning, and what is known of each drone besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from mission import errand as drawing
from mission.context import Context
from mission.plan import Home, Plan, Position
from mission.tasking import Errand, Standby, Way, ranked, ways
from telemetry.wire import LiveVehicle, VehicleInfo
from web.api_incidents import Candidate, Candidates, Task
from web.errors import Conflict
from web.picture import Seen
from web.store.uploads import Holder

SILENT_S: Final = 5.0
STALE_S: Final = 5.0
FIX_3D: Final = 3
LOSSY_PCT: Final = 20.0
PREARM: Final = "PreArm:"


class Unit(msgspec.Struct, frozen=True):
    """What is known of the unit's drones now, each by name. `names` are those of the settings, `people` what
    pilots are called, by their accounts."""

    names: tuple[str, ...]
    seen: Mapping[str, Seen]
    infos: Mapping[str, VehicleInfo]
    holders: Mapping[str, Holder]
    people: Mapping[str, str]


def candidates(errand: Errand, unit: Unit, world: Context) -> list[Candidate]:
    """Every drone of the unit and every other that is heard, best first."""
    names = sorted({*unit.names, *unit.seen})
    found = {way.name: way for way in ways(errand, [_standby(name, unit.seen.get(name)) for name in names], world)}
    judged = [_with_state(found[name], unit) for name in names]
    return [_candidate(way, unit) for way in ranked(judged)]


def answer(incident_id: str, errand: Errand, unit: Unit, world: Context) -> Candidates:
    """As `candidates`, with what the reckoning did not know; the pilots are for the caller to fill in."""
    limits = ["Times are from the start of the motors: asking, approving and uploading come on top."]
    if world.wind.speed_m_s == 0.0:
        limits.append("The wind is not known: reckoned for still air.")
    if world.airspace is None:
        limits.append("No airspace files are loaded: every way is straight.")
    return Candidates(
        incident_id, tuple(candidates(errand, unit, world)), errand.stay_s, errand.height_m, tuple(limits), ()
    )


def offered(errand: Errand, vehicle: str, task: Task, unit: Unit, world: Context) -> tuple[Plan, Way]:
    """The plan to offer. Raises `Conflict` where none can be drawn."""
    seen = unit.seen.get(vehicle)
    standby = _standby(vehicle, seen)
    (way,) = ways(errand, [standby], world)
    if seen is None or standby.home is None or not way.route:
        raise Conflict(" ".join(_with_state(way, unit).against) or f"{vehicle} cannot go there.", "vehicle")
    plan = drawing.plan(errand, way, Home(standby.home, seen.live.home_amsl_m), task, world)
    return plan, _with_state(way, unit)


def _standby(name: str, seen: Seen | None) -> Standby:
    if seen is None or seen.position_s is None or seen.position_s > STALE_S:
        return Standby(name, None, None, None, False, None)
    live = seen.live
    here = _position(live.lat_deg, live.lon_deg)
    airborne = _airborne(live)
    home = _position(live.home_lat_deg, live.home_lon_deg) if airborne else here
    return Standby(name, here, home, live.height_home_m, airborne, live.battery_pct)


def _airborne(live: LiveVehicle) -> bool:
    return bool(live.armed) and live.landed is not True


def _position(lat_deg: float | None, lon_deg: float | None) -> Position | None:
    return None if lat_deg is None or lon_deg is None else Position(lat_deg, lon_deg)


def _with_state(way: Way, unit: Unit) -> Way:
    """Reasons of the drone's own come before those of the way."""
    against = [*_against(way.name, unit), *way.against]
    return msgspec.structs.replace(
        way, against=tuple(dict.fromkeys(against)), remarks=(*way.remarks, *_remarks(way.name, unit))
    )


def _against(name: str, unit: Unit) -> Iterable[str]:
    seen, info = unit.seen.get(name), unit.infos.get(name)
    if seen is None or seen.heartbeat_s is None:
        yield "Not switched on, or out of reach of every link."
        return
    live = seen.live
    if seen.heartbeat_s > SILENT_S:
        yield f"Nothing heard of it for {seen.heartbeat_s:.0f} s."
    if info is not None and not info.known:
        yield "It is none of the unit's drones."
    if live.gps_fix is not None and live.gps_fix < FIX_3D:
        yield "Its GPS has no 3D fix."
    if live.ekf_ok is False:
        yield "Its position estimate (EKF) is bad."
    if live.armed is False and live.prearm_ok is False:
        said = [text for text in (info.statustexts if info else ()) if text.startswith(PREARM)]
        yield f"It would not arm: {said[-1].removeprefix(PREARM).strip()}." if said else "It would not arm."


def _remarks(name: str, unit: Unit) -> Iterable[str]:
    seen, holder = unit.seen.get(name), unit.holders.get(name)
    if seen is None:
        return
    if _airborne(seen.live) and holder is not None:
        pilot = unit.people.get(holder.pilot, holder.pilot)
        yield f"In the air on sortie {holder.sortie_id} of {pilot}, which would end."
    elif _airborne(seen.live):
        yield f"In the air, in {seen.live.mode}."
    loss = seen.live.link_loss_pct
    if loss is not None and loss > LOSSY_PCT:
        yield f"Its link loses {loss:.0f} % of what it sends."


def _candidate(way: Way, unit: Unit) -> Candidate:
    seen, holder = unit.seen.get(way.name), unit.holders.get(way.name)
    return Candidate(
        vehicle=way.name,
        possible=not way.against,
        against=way.against,
        remarks=way.remarks,
        eta_s=way.eta_s,
        distance_m=way.distance_m,
        route=way.route,
        stay_s=way.stay_s,
        reserve_pct=way.reserve_pct,
        battery_pct=seen.live.battery_pct if seen else None,
        armed=seen.live.armed if seen else None,
        sortie_id=holder.sortie_id if holder else None,
        pilot=holder.pilot if holder else None,
    )
