"""Every NATS subject, stream and bucket, spelt once. A token made from a name is passed through `token`.

| subject                    | carries            | kind                              |
|----------------------------|--------------------|-----------------------------------|
| ``live.<area>``            | `wire.LiveFrame`   | core, 10 Hz, all changed vehicles |
| ``fleet.<gateway>``        | `wire.LiveFrame`   | core, 1 Hz, all its vehicles; kept for an hour in the stream PAST |
| ``traffic.<gateway>``      | `wire.TrafficFrame` | core, 1 Hz, the other aircraft it has heard of since the last |
| ``guest.<guest>``          | `wire.LiveFrame`   | core, 1 Hz, what a guest link names (`telemetry.guests`) |
| ``pulse.<service>``        | `wire.Pulse`       | core, as often as it says itself  |
| ``progress.<vehicle>``     | `wire.Progress`    | core                              |
| ``raw.<gateway>``          | `wire.RawChunk`    | stream RAW                        |
| ``event.<vehicle>.<kind>`` | `wire.Event`       | stream EVENTS                     |
| ``request.<vehicle>.<verb>`` | `wire.Request` → `wire.Reply` | request/reply to the gateway that owns the vehicle |

The monitor answers ``request.monitor.acknowledge`` with `arguments` ``{"alert_id": …}``: the request's actor has seen
that alert.

Buckets: ``vehicles`` (`wire.VehicleInfo`), ``onboard`` (`wire.Onboard`), ``alerts`` (`wire.Alert`, active ones),
``flights`` (`wire.OpenFlight`), ``uploads`` (`wire.UploadUnderWay`), each keyed by vehicle, alerts by rule and vehicle;
``incidents`` (`wire.Incident`, open ones) keyed by incident id, ``guests`` (`wire.GuestView`) by guest id, ``webhooks``
(how far each has posted) by name. A change of an incident is heard on ``$KV.incidents.<id>``; one that was closed comes
once more with `closed_at`, then its key is deleted (an empty message).
"""

from __future__ import annotations

import re
from typing import Final

RAW_STREAM: Final = "RAW"
EVENTS_STREAM: Final = "EVENTS"
PAST_STREAM: Final = "PAST"
VEHICLES_BUCKET: Final = "vehicles"
ONBOARD_BUCKET: Final = "onboard"
ALERTS_BUCKET: Final = "alerts"
FLIGHTS_BUCKET: Final = "flights"
UPLOADS_BUCKET: Final = "uploads"
INCIDENTS_BUCKET: Final = "incidents"
GUESTS_BUCKET: Final = "guests"
WEBHOOKS_BUCKET: Final = "webhooks"

LIVE_ALL: Final = "live.>"
FLEET_ALL: Final = "fleet.>"
TRAFFIC_ALL: Final = "traffic.>"
RAW_ALL: Final = "raw.>"
EVENTS_ALL: Final = "event.>"
REQUESTS_ALL: Final = "request.*.*"
PROGRESS_ALL: Final = "progress.>"
PULSES_ALL: Final = "pulse.>"
INCIDENTS_ALL: Final = "$KV.incidents.*"

MONITOR: Final = "monitor"
RECORDER: Final = "recorder"
WEB: Final = "web"
"""Services that say by their pulse that they are at work, besides the gateways."""
ACKNOWLEDGE: Final = "acknowledge"

ALERT_CHANGES: Final = ("alert_raised", "alert_ended", "alert_acknowledged")
"""Kinds of the events that tell of an alert."""

NOWHERE: Final = "nowhere"
"""The area of vehicles whose position is unknown."""
EVERYWHERE: Final = "everywhere"
"""The area of a frame that holds all vehicles of its gateway."""


def token(name: str) -> str:
    """`name` as one NATS subject token: letters, digits, ``-`` and ``_``; anything else becomes ``_``."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name) or "_"


def alert_key(alert_id: str) -> str:
    """Of an alert in its bucket: one for each rule about each drone, since there is never more than one alert of a
    matter. An id is rule, drone or pair, and time, with full stops between."""
    return token(alert_id.rpartition(".")[0])


def live(area: str) -> str:
    """`area` is a Web Mercator tile at zoom 12, ``x-y``, or `NOWHERE` (see `wire.area_of`)."""
    return f"live.{area}"


def fleet(gateway: str) -> str:
    return f"fleet.{token(gateway)}"


def traffic(gateway: str) -> str:
    return f"traffic.{token(gateway)}"


def pulse(service: str) -> str:
    return f"pulse.{token(service)}"


def raw(gateway: str) -> str:
    return f"raw.{token(gateway)}"


def event(vehicle: str, kind: str) -> str:
    return f"event.{token(vehicle)}.{token(kind)}"


def events_of(vehicle: str) -> str:
    return f"event.{token(vehicle)}.>"


def event_of_all(kind: str) -> str:
    """One kind of event, of whichever vehicle."""
    return f"event.*.{token(kind)}"


def progress(vehicle: str) -> str:
    return f"progress.{token(vehicle)}"


def guest(guest_id: str) -> str:
    return f"guest.{token(guest_id)}"


def incident(incident_id: str) -> str:
    """Where the changes of one incident are heard."""
    return f"$KV.incidents.{token(incident_id)}"


def request(vehicle: str, verb: str) -> str:
    return f"request.{token(vehicle)}.{token(verb)}"


def requests_of(vehicle: str) -> str:
    return f"request.{token(vehicle)}.*"
