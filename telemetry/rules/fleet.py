"""What the rules look at: every drone's latest state with its age, its plan, and what was ordered.

Times are seconds of one monotonic clock, `Fleet.now`. Ages grow while nothing is heard, also while the gateway is
away: `age_s` adds the time since the frame that brought the state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from telemetry.rules.ground import Ground, PlanGround, Standing
from telemetry.rules.pairs import Pairs, pairs_of
from telemetry.wire import Aircraft, LiveVehicle

AIRCRAFT: Final = ("icao-", "rid-")
"""How ids of other aircraft begin."""
FRESH_S: Final = 3.0
"""A position older than this says nothing about where a drone is."""


@dataclass(slots=True)
class Drone:
    live: LiveVehicle
    heard_at: float
    """When the frame with `live` came."""
    plan: PlanGround | None = None
    """What is on board, if an upload put it there; also after one that was not verified."""
    known: bool = True
    ordered_at: float = float("-inf")
    """When a person last ordered it something."""
    mode_before: str | None = None
    mode_changed_at: float = float("-inf")

    def age_s(self, age_ms: int | None, now: float) -> float | None:
        """The age now of a part of the state that was `age_ms` old when it was sent."""
        return None if age_ms is None else age_ms / 1000.0 + now - self.heard_at

    def has_place(self, now: float) -> bool:
        age_s = self.age_s(self.live.position_age_ms, now)
        return self.live.lat_deg is not None and age_s is not None and age_s < FRESH_S

    @property
    def height_m(self) -> float | None:
        """Above ground where it is measured, else above home."""
        live = self.live
        return live.height_home_m if live.height_ground_m is None else live.height_ground_m


@dataclass(frozen=True, slots=True)
class Heard:
    """Another aircraft, and when it was told."""

    aircraft: Aircraft
    heard_at: float

    def age_s(self, now: float) -> float:
        """Of its position."""
        return self.aircraft.age_ms / 1000.0 + now - self.heard_at


@dataclass(frozen=True, slots=True)
class Notice:
    """What a gateway told of as an event, and when that was heard."""

    text: str
    heard_at: float


@dataclass(frozen=True, slots=True)
class Disk:
    """Of the data folder of the machine `host`."""

    host: str
    free_bytes: int
    total_bytes: int


@dataclass
class Fleet:
    """One moment: what several rules ask for is worked out once. `ground` keeps what is costly between moments."""

    now: float
    drones: dict[str, Drone]
    ground: Ground
    raw_share: float | None = None
    """How much of the room for raw MAVLink is taken by what the recorder has not recorded yet; 0 to 1."""
    traffic: dict[str, Heard] = field(default_factory=dict)
    """Other aircraft, by their id."""
    notices: dict[tuple[str, str], Notice] = field(default_factory=dict)
    """The last of each kind of event that is an alert as long as it goes on, by kind and vehicle."""
    disk: Disk | None = None

    def knows(self, pair: str) -> bool:
        """Whether its drones have been heard of; of other aircraft silence is news enough."""
        return all(part in self.drones or part.startswith(AIRCRAFT) for part in pair.split("+"))

    @cached_property
    def flying(self) -> list[Drone]:
        """Those armed: the others are somebody's business on the ground."""
        return [drone for drone in self.drones.values() if drone.live.armed]

    @cached_property
    def grounded(self) -> list[str]:
        """Those known to be disarmed."""
        return [name for name, drone in self.drones.items() if drone.live.armed is False]

    @cached_property
    def placed(self) -> dict[str, Drone]:
        """Those armed whose place is known now."""
        return {drone.live.vehicle: drone for drone in self.flying if drone.has_place(self.now)}

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Where each of `placed` lies to its fence and path."""
        return self.ground.standings([(name, drone.live, drone.plan) for name, drone in self.placed.items()])

    @cached_property
    def pairs(self) -> Pairs:
        """How near those in the air come to each other."""
        return pairs_of([(place, self.drones[name].live) for name, place in self.standings.items()])
