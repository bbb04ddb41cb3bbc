"""Rules about where a drone is: its height, its fence, its path, the others."""

from __future__ import annotations

from typing import Final

from telemetry.rules.fleet import Drone, Fleet
from telemetry.rules.ground import Standing
from telemetry.rules.verdict import GOOD, Verdicts, on_ground
from telemetry.words import mode_words

HEIGHT_M, HEIGHT_GOOD_M = 120.0, 117.0
"""120 m above the surface (UK Reg (EU) 2019/947, UAS.OPEN.010)."""
MARGIN_M, MARGIN_GOOD_M = 5.0, 8.0
BACK_INSIDE_M: Final = 1.0
ON_PATH_M: Final = 10.0
"""A drone in AUTO this near to its path turns with it: its velocity does not say where it is going."""
OFF_TRACK_M, OFF_TRACK_GOOD_M = 30.0, 20.0
NEAR_M, NEAR_UP_M = 30.0, 15.0
"""Apart less than this in the plane and in height is too near."""
APPROACH_S: Final = 12.0
APART: Final = 1.5
"""Apart by this many times as much again, it is over."""


def height(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for name, drone in fleet.placed.items():
        above_m = drone.height_m
        if above_m is None:
            continue
        if above_m > HEIGHT_M:
            where = "home" if drone.live.height_ground_m is None else "the ground"
            found[name] = f"{name}: {above_m:.0f} m above {where}, over the limit of {HEIGHT_M:.0f} m."
        elif above_m < HEIGHT_GOOD_M:
            found[name] = GOOD
    return found


def breach(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for name, standing in fleet.standings.items():
        if standing.margin_m is None or standing.margin_m >= BACK_INSIDE_M:
            found[name] = GOOD
        elif standing.margin_m < 0.0:
            found[name] = f"{name}: {-standing.margin_m:.0f} m beyond its geofence ({standing.fence})."
    return found


def fence_margin(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for name, standing in fleet.standings.items():
        if standing.margin_m is None or standing.margin_m > MARGIN_GOOD_M:
            found[name] = GOOD
        elif 0.0 <= standing.margin_m < MARGIN_M:
            found[name] = f"{name}: only {standing.margin_m:.1f} m from its geofence ({standing.fence})."
    return found


def breach_predicted(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for name, standing in fleet.standings.items():
        live = fleet.drones[name].live
        if standing.breach_in_s is None or _follows_path(fleet.drones[name], standing):
            found[name] = GOOD
        else:
            found[name] = (
                f"{name}: breaches its geofence ({standing.breach_of}) in {standing.breach_in_s:.0f} s if it goes on "
                f"at {live.ground_speed_m_s or 0.0:.0f} m/s."
            )
    return found


def off_track(fleet: Fleet) -> Verdicts:
    found = on_ground(fleet)
    for name, standing in fleet.standings.items():
        if fleet.drones[name].live.mode != "AUTO" or standing.off_path_m is None:
            found[name] = GOOD
        elif standing.off_path_m > OFF_TRACK_M:
            found[name] = (
                f"{name}: its mode is {mode_words('AUTO')}, but it is {standing.off_path_m:.0f} m off its planned path."
            )
        elif standing.off_path_m < OFF_TRACK_GOOD_M:
            found[name] = GOOD
    return found


def separation(fleet: Fleet) -> Verdicts:
    """Of pairs; one that is not in the answer is well apart."""
    found: dict[str, str | None] = {}
    pairs = fleet.pairs
    for near in pairs.where((pairs.now_m < NEAR_M * APART) & (pairs.now_up_m < NEAR_UP_M * APART)):
        bad = near.now_m < NEAR_M and near.now_up_m < NEAR_UP_M
        text = f"{near.first} and {near.second} are {near.now_m:.0f} m apart, {near.now_up_m:.0f} m in height."
        found[near.pair] = text if bad else None
    return found


def approach(fleet: Fleet) -> Verdicts:
    """Of pairs: the closest they will come at the velocities they have now."""
    pairs = fleet.pairs
    meeting = (pairs.closest_m < NEAR_M) & (pairs.closest_up_m < NEAR_UP_M)
    return {
        near.pair: f"{near.first} and {near.second} come within {near.closest_m:.0f} m in {near.in_s:.0f} s, "
        f"{near.closest_up_m:.0f} m in height."
        for near in pairs.where(meeting & (pairs.in_s > 0.0) & (pairs.in_s <= APPROACH_S))
    }


def _follows_path(drone: Drone, standing: Standing) -> bool:
    return drone.live.mode == "AUTO" and standing.off_path_m is not None and standing.off_path_m < ON_PATH_M
