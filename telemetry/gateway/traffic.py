"""Other aircraft: ADSB_VEHICLE and OPEN_DRONE_ID_* that vehicles and receivers pass on, for everyone on the bus.

What OPEN_DRONE_ID_* says without a sender's `id_or_mac` is of the vehicle itself, and no traffic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from telemetry.mavlink import remote_id
from telemetry.mavlink.enums import name
from telemetry.mavlink.messages import BY_NAME
from telemetry.wire import Aircraft, AltitudeDatum

MESSAGES: Final = frozenset(
    BY_NAME[of].id
    for of in ("ADSB_VEHICLE", "OPEN_DRONE_ID_BASIC_ID", "OPEN_DRONE_ID_LOCATION", "OPEN_DRONE_ID_MESSAGE_PACK")
)
"""Message ids that `Traffic.hear` takes."""
MOST: Final = 2000
"""Aircraft kept; beyond them the one heard first is forgotten, so that forged ones cannot fill the memory."""
FORGET_S: Final = 60.0
_COORDS, _ALTITUDE, _HEADING, _VELOCITY, _CALLSIGN, _SQUAWK, _CLIMB = 1, 2, 4, 8, 16, 32, 128
"""ADSB_FLAGS."""
_GEOMETRIC: Final = 1
"""ADSB_ALTITUDE_TYPE_GEOMETRIC."""
_GROUND: Final = 1
"""MAV_ODID_STATUS_GROUND."""


Hear = Callable[[Any, str, float], None]
"""`Traffic.hear`."""


class _Heard:
    __slots__ = ("aircraft", "at", "is_new")

    def __init__(self, aircraft: Aircraft, at: float) -> None:
        self.aircraft, self.at, self.is_new = aircraft, at, True


class Traffic:
    """All aircraft heard of lately; one heard by several receivers is there once, as last heard."""

    def __init__(self) -> None:
        self._heard: dict[str, _Heard] = {}
        self._names: dict[str, tuple[str | None, str | None]] = {}
        """Callsign and kind, by aircraft: remote identification says them apart from the position."""

    def hear(self, message: Any, by: str, now: float) -> None:
        """One decoded message of `MESSAGES`, passed on by the vehicle or receiver `by` at `time.monotonic()`."""
        match type(message).__name__:
            case "ADSB_VEHICLE":
                self._place(_of_adsb(message, by), now - message.tslc)
            case "OPEN_DRONE_ID_MESSAGE_PACK":
                for part in remote_id.of_pack(message):
                    self.hear(part, by, now)
            case "OPEN_DRONE_ID_BASIC_ID":
                self._name(message)
            case "OPEN_DRONE_ID_LOCATION":
                self._place(self._of_remote_id(message, by), now)

    def news(self, now: float) -> tuple[Aircraft, ...]:
        """Those whose position came since the last call."""
        fresh = [heard for heard in self._heard.values() if heard.is_new]
        for heard in fresh:
            heard.is_new = False
        for gone in [one for one, heard in self._heard.items() if now - heard.at > FORGET_S]:
            del self._heard[gone]
            self._names.pop(gone, None)
        return tuple(
            msgspec.structs.replace(heard.aircraft, age_ms=max(0, int((now - heard.at) * 1000))) for heard in fresh
        )

    def _place(self, aircraft: Aircraft | None, at: float) -> None:
        if aircraft is None:
            return
        known = self._heard.get(aircraft.aircraft)
        if known is not None and known.at > at:
            return  # another receiver has heard it later
        if known is None and len(self._heard) >= MOST:
            del self._heard[next(iter(self._heard))]
        self._heard[aircraft.aircraft] = _Heard(aircraft, at)

    def _name(self, message: Any) -> None:
        one = _sender(message)
        if one is None:
            return
        if one not in self._names and len(self._names) >= MOST:
            del self._names[next(iter(self._names))]
        self._names[one] = (_text(message.uas_id), _kind("MAV_ODID_UA_TYPE", message.ua_type))

    def _of_remote_id(self, message: Any, by: str) -> Aircraft | None:
        one = _sender(message)
        if one is None or not _is_place(message.latitude, message.longitude):
            return None
        callsign, kind = self._names.get(one, (None, None))
        altitude_m, datum = _known(message.altitude_geodetic, remote_id.UNKNOWN_ALTITUDE), AltitudeDatum.ELLIPSOID
        if altitude_m is None:
            altitude_m, datum = _known(message.altitude_barometric, remote_id.UNKNOWN_ALTITUDE), AltitudeDatum.PRESSURE
        return Aircraft(
            aircraft=one,
            source="remote_id",
            heard_by=by,
            lat_deg=message.latitude / 1e7,
            lon_deg=message.longitude / 1e7,
            age_ms=0,
            altitude_m=altitude_m,
            altitude_datum=None if altitude_m is None else datum,
            height_ground_m=_known(message.height, remote_id.UNKNOWN_ALTITUDE),
            ground_speed_m_s=_known(message.speed_horizontal, remote_id.UNKNOWN_SPEED, 100),
            track_deg=_known(message.direction, remote_id.UNKNOWN_DIRECTION, 100),
            climb_m_s=_known(message.speed_vertical, remote_id.UNKNOWN_CLIMB, 100),
            callsign=callsign,
            kind=kind,
            on_ground=message.status == _GROUND if message.status else None,
        )


def _of_adsb(message: Any, by: str) -> Aircraft | None:
    flags = message.flags
    if not flags & _COORDS or not _is_place(message.lat, message.lon):
        return None
    datum = AltitudeDatum.ELLIPSOID if message.altitude_type == _GEOMETRIC else AltitudeDatum.PRESSURE
    return Aircraft(
        aircraft=f"icao-{message.ICAO_address & 0xFFFFFF:06x}",
        source="adsb",
        heard_by=by,
        lat_deg=message.lat / 1e7,
        lon_deg=message.lon / 1e7,
        age_ms=0,
        altitude_m=message.altitude / 1000 if flags & _ALTITUDE else None,
        altitude_datum=datum if flags & _ALTITUDE else None,
        ground_speed_m_s=message.hor_velocity / 100 if flags & _VELOCITY else None,
        track_deg=message.heading / 100 if flags & _HEADING else None,
        climb_m_s=message.ver_velocity / 100 if flags & _CLIMB else None,
        callsign=message.callsign.strip() or None if flags & _CALLSIGN else None,
        kind=_kind("ADSB_EMITTER_TYPE", message.emitter_type),
        squawk=f"{message.squawk:04d}" if flags & _SQUAWK else None,
    )


def _sender(message: Any) -> str | None:
    sender = bytes(message.id_or_mac).rstrip(b"\0")
    return f"rid-{sender.hex()}" if sender else None


def _is_place(lat: int, lon: int) -> bool:
    return (lat != 0 or lon != 0) and abs(lat) <= 900_000_000 and abs(lon) <= 1_800_000_000


def _known(value: float, unknown: float, per_unit: int = 1) -> float | None:
    return None if value == unknown else value / per_unit


def _text(characters: tuple[int, ...]) -> str | None:
    text = bytes(characters).split(b"\0", 1)[0].decode("ascii", "replace").strip()
    return text or None


def _kind(enum: str, number: int) -> str | None:
    return name(enum, number).removeprefix(f"{enum}_").lower().replace("_", " ") if number else None
