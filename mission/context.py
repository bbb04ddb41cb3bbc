"""What a plan is judged by: the vehicle's envelope, the rules of the authorisation, and the world around.

`Vehicle` holds ArduCopter 4.6's parameters under words with units; the parameter's own name stands beside each.
`Context` gathers everything a check may need. What is not known is None, and a check that needs it says so in a
finding instead of passing silently.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from mission.airspace import Airspace
from mission.finding import Severity
from mission.plan import Plan
from mission.population import Population
from mission.position import Position
from mission.sora import Claim
from mission.terrain import Terrain


class Vehicle(msgspec.Struct, frozen=True):
    """One airframe and its parameters. Defaults are ArduCopter 4.6.3's, but for those of the airframe itself."""

    cruise_speed_m_s: float = 10.0  # WPNAV_SPEED
    climb_speed_m_s: float = 2.5  # WPNAV_SPEED_UP
    descent_speed_m_s: float = 1.5  # WPNAV_SPEED_DN
    acceleration_m_s2: float = 2.5  # WPNAV_ACCEL
    vertical_acceleration_m_s2: float = 1.0  # WPNAV_ACCEL_Z
    jerk_m_s3: float = 1.0  # WPNAV_JERK
    waypoint_radius_m: float = 2.0  # WPNAV_RADIUS
    circle_radius_m: float = 10.0  # CIRCLE_RADIUS
    land_speed_m_s: float = 0.5  # LAND_SPEED
    land_slow_below_m: float = 10.0  # LAND_ALT_LOW

    rtl_altitude_m: float = 15.0  # RTL_ALT
    rtl_climb_min_m: float = 0.0  # RTL_CLIMB_MIN
    rtl_cone_slope: float = 3.0  # RTL_CONE_SLOPE
    rtl_loiter_s: float = 5.0  # RTL_LOIT_TIME
    rally_limit_m: float = 300.0  # RALLY_LIMIT_KM
    rally_include_home: bool = True  # RALLY_INCL_HOME

    fence_altitude_max_m: float | None = 120.0
    """FENCE_ALT_MAX above home (ArduCopter's own default is 100 m); None if FENCE_TYPE has no bit 0."""
    fence_radius_m: float | None = 600.0
    """FENCE_RADIUS about home (ArduCopter's own default is 300 m); None if FENCE_TYPE has no bit 1."""
    fence_polygons: bool = True
    """FENCE_TYPE bit 2: the uploaded polygons and circles count."""
    fence_margin_m: float = 2.0  # FENCE_MARGIN
    fence_union: bool = False
    """FENCE_OPTIONS bit 1: inside any inclusion is enough. Without it the vehicle must be inside all of them."""

    mission_items_max: int = 650
    """(9,758 bytes of storage - 4) / 15, home included, on a 16 KiB board such as the Pixhawk's."""
    fence_bytes_max: int = 560
    rally_points_max: int = 46

    mass_kg: float = 6.3
    disc_area_m2: float = 0.89
    """Area swept by all rotors: four of 21 inches."""
    drag_area_m2: float = 0.06
    """Drag coefficient times frontal area."""
    characteristic_dimension_m: float = 1.43
    """The greatest distance between tips of rotors: 0.9 m between motors, and a rotor."""
    speed_max_m_s: float = 23.0
    """The fastest it can be made to fly, whatever it is told to."""
    hover_power_w: float = 760.0
    battery_wh: float = 548.0

    def fence_parameters(self) -> dict[str, float]:
        """ArduCopter's parameters under which its fence is the one that the checks judge by, in its own units."""
        kinds = {1: self.fence_altitude_max_m is not None, 2: self.fence_radius_m is not None, 4: self.fence_polygons}
        wanted: dict[str, float] = {
            "FENCE_TYPE": float(sum(bit for bit, on in kinds.items() if on)),
            "FENCE_MARGIN": self.fence_margin_m,
        }
        if self.fence_altitude_max_m is not None:
            wanted["FENCE_ALT_MAX"] = self.fence_altitude_max_m
        if self.fence_radius_m is not None:
            wanted["FENCE_RADIUS"] = self.fence_radius_m
        return wanted


class Wind(msgspec.Struct, frozen=True):
    """Mean wind at flying height. `from_deg` is where it blows from, as aviation says it."""

    speed_m_s: float = 0.0
    from_deg: float = 0.0


class ZoneRule(msgspec.Struct, frozen=True):
    """What flying into a kind of airspace zone without its permission means."""

    kind: str
    severity: Severity
    remedy: str


_ASK: Final = "Obtain the permission and name it in the plan's authorisation, or move the leg."
_LOOK: Final = "Check its NOTAMs and activity before the flight."
_KNOW: Final = "No permission is needed below 120 m outside restriction zones; expect other traffic."

ZONE_RULES: Final = (
    *(ZoneRule(kind, Severity.ERROR, _ASK) for kind in ("P", "R", "FRZ", "TDA", "RA(T)")),
    *(ZoneRule(kind, Severity.WARNING, _LOOK) for kind in ("D", "DZ", "HIRTA", "LASER", "GVS", "GLIDER", "NOATZ")),
    *(ZoneRule(kind, Severity.INFO, _KNOW) for kind in ("CTR", "CTA", "TMA", "ATZ", "MATZ", "RMZ", "TMZ", "UL", "ILS")),
)
"""UK kinds. A kind that is not listed is taken for one that needs a person's look."""


class Rules(msgspec.Struct, frozen=True):
    """What an authorisation allows. Heights above the ground below."""

    name: str = "Open category limits"
    height_max_agl_m: float = 120.0
    height_min_agl_m: float = 5.0
    """Legs lower than this (take-off and landing apart) are pointed out."""
    battery_reserve_pct: float = 20.0
    distance_max_m: float | None = None
    """Furthest from the pilot within visual line of sight; None where no figure is given."""
    zones: tuple[ZoneRule, ...] = ZONE_RULES
    obstacle_distance_m: float = 30.0
    """Obstacles nearer than this to a leg, and not overflown by `obstacle_height_m`, are pointed out."""
    obstacle_height_m: float = 15.0
    people_distance_m: float = 50.0
    """From uninvolved people."""
    assembly_distance_m: float = 150.0
    """From assemblies of people."""
    one_to_one: bool = True
    """Never nearer to people, over the ground, than the height flown at."""
    night: bool = False
    """Whether the authorisation covers flight at night."""
    radio_range_m: float | None = None
    """How far the radio link reaches in the open; None where no figure is given."""
    radio_frequency_mhz: float = 2400.0
    contingency_m: float = 30.0
    """Width of SORA's contingency volume about the path."""
    mitigations: tuple[Claim, ...] = ()
    """What the authorisation grants against the ground risk (SORA step 3)."""


class PeopleArea(msgspec.Struct, frozen=True):
    """Where people are who have nothing to do with the flight. `ring` is not closed."""

    name: str
    ring: tuple[Position, ...]
    assembly: bool = False


class OtherFlight(msgspec.Struct, frozen=True):
    """Another flight that is approved. `name` as people know it; `at`: when it takes off (UTC), None if not known."""

    name: str
    plan: Plan
    at: datetime | None = None
    vehicle: Vehicle = Vehicle()


class Context(msgspec.Struct, frozen=True):
    """Everything besides the plan that a check may look at."""

    vehicle: Vehicle = Vehicle()
    rules: Rules = Rules()
    wind: Wind = Wind()
    at: datetime | None = None
    """When it takes off, UTC."""
    terrain: Terrain | None = None
    airspace: Airspace | None = None
    permissions: tuple[str, ...] = ()
    """Ids of zones that the flight has permission for."""
    people: tuple[PeopleArea, ...] = ()
    population: Population | None = None
    others: tuple[OtherFlight, ...] = ()
    pilot: Position | None = None
    """Where the pilot stands; None takes home."""


DEFAULT: Final = Context()
