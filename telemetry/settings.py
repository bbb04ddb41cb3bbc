"""The settings file, `airbeat.toml`, every entry of it. `docs/administrator.md` explains each for its reader.

Environment beside it: `AIRBEAT_HOME` (folder of all data); `NATS_URL` and `DATABASE_URL` (a NATS and a PostgreSQL that
run elsewhere, instead of the embedded ones); `NATS_WEBSOCKET_URL` (where browsers find NATS).
"""

from __future__ import annotations

import ipaddress
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from mission.sora import Mitigation, Robustness
from telemetry.errors import SettingsError

PILOT_PORT_KINDS: Final = ("tcpin", "udpin", "udpout")


class LinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to vehicles. `endpoint`: ``udpin:HOST:PORT``, ``udpout:``, ``tcp:``, ``tcpin:``, ``serial:DEVICE:BAUD``."""

    name: str
    endpoint: str
    signing_key: str | None = None
    """Name of a file in ``keys/`` of the data folder: everything on the link is signed, anything else is refused."""


class VehicleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A drone of the unit. It is recognised by its MAVLink system id on one of `links` (all links when empty)."""

    callsign: str
    system_id: int
    links: tuple[str, ...] = ()
    serial: str | None = None
    model: str | None = None
    video: str | None = None
    """Where its camera is seen: HLS (``….m3u8``), WebRTC by WHEP (``…/whep``) or a file that browsers play."""
    camera_view_deg: tuple[float, float] | None = None
    """How much its camera sees across and up, for drawing that on the ground; the gimbal says where it looks."""
    pilot_port: str | None = None
    """Where its pilot's own tools attach: ``tcpin:127.0.0.1:5790``, ``udpin:``, ``udpout:``. None: nowhere."""
    pilot_key: str | None = None
    """Name of a file in ``keys/``: at the pilot port everything is signed. Needed where it is not on loopback."""


class WebSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: int = 8080
    secure_cookies: bool = True
    """False only where the pages are served without TLS on loopback (the demo)."""
    trusted_proxy: str | None = None
    """Address of the proxy that brings TLS: only its X-Forwarded-For and X-Forwarded-Proto are believed."""


class NatsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The embedded NATS: where it listens (port 0 takes a free one), and with which others it is a cluster.

    The servers of a cluster share the folder ``keys``; `replicas` says on how many of them each stream lies.
    """

    port: int = 4222
    websocket_port: int = 4223
    host: str = "127.0.0.1"
    server: str = "airbeat"
    """Its name, different on each machine of a cluster."""
    cluster_port: int | None = None
    routes: tuple[str, ...] = ()
    """``HOST:PORT`` of the cluster ports of the others."""
    replicas: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1
    raw_limit_mb: int = 8192
    """Room for raw MAVLink that the recorder has not taken yet; when it is full the gateway keeps its own and says so.
    Ten drones make about 100 MB an hour."""


class MapSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`style_url` (a MapLibre style) or `pmtiles` (a file) for the ground; without either a graticule is drawn."""

    style_url: str | None = None
    pmtiles: str | None = None
    layers: tuple[str, ...] = ()
    """GeoJSON files of the unit's own, drawn over the ground; features say `name` and `kind` (park, water, road, …)."""


class AirspaceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A `file` of airspace: yaixm (``.yaml``), OpenAir (``.txt``), GeoJSON, KML or KMZ.

    `airac` is the day it came into force, where the file itself does not say; after 28 days every plan is told.
    """

    file: str
    airac: date | None = None


class MitigationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ground risk mitigation that the unit's authorisation grants (SORA step 3): M1A, M1B, M1C or M2."""

    kind: Mitigation
    robustness: Robustness


class PlanningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The world that plans are judged in."""

    airspace: tuple[AirspaceSettings, ...] = ()
    terrain: str | None = None
    """Folder of elevation tiles, GeoTIFF or SRTM ``.hgt``."""
    permissions: tuple[str, ...] = ()
    """Ids of the zones that the unit has a standing permission for."""
    sight_range_m: float | None = None
    """How far from the pilot the authorisation allows visual line of sight."""
    radio_range_m: float | None = None
    """How far the radio link reaches in the open."""
    radio_frequency_mhz: float = 2400.0
    population: str | None = None
    """People per km²: GeoJSON areas, or a GeoTIFF in degrees."""
    mitigations: tuple[MitigationSettings, ...] = ()
    places: tuple[str, ...] = ()
    """Files of places to be found by name: GeoJSON of wards and the like, or ``.csv`` of postcodes."""


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long flights of a class are kept before somebody reviews them. Nothing is deleted by itself."""

    name: str
    review_years: Annotated[int, msgspec.Meta(ge=1, le=100)]
    basis: str = ""
    """The rule that says so."""


RETENTION: Final = (
    RetentionSettings("Operator's record", 3, "UK Reg. (EU) 2019/947, AMC1 UAS.SPEC.050(1)(g)"),
    RetentionSettings("MoPI group 1", 10, "Public protection matters: review every 10 years"),
    RetentionSettings("MoPI group 2", 10, "Other sexual, violent or serious offences: 10 clear years"),
    RetentionSettings("MoPI group 3", 6, "All other offences: 6 clear years"),
)
"""For a unit whose force has no schedule of its own; the first one holds until somebody chooses another."""


class EvidenceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`publish_to`: second parties that keep the head of our logs.

    Each is an https address that it is posted to (http on this machine only), or a file or folder to append to.
    """

    publish_to: tuple[str, ...] = ()


class CotSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where Cursor-on-Target goes. `url`: ``udp://HOST:PORT`` (multicast too), ``tcp://…``, ``tls://…`` (TAK servers).

    `certificate`, `private_key`, `authority`: PEM files for ``tls``, ours and the server's authority's.
    """

    url: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    authority: str | None = None
    geoid_m: float | None = None
    """How far the geoid (mean sea level) lies above the WGS 84 ellipsoid where the unit flies; London: 46."""
    stale_s: float = 15.0


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where alerts are posted to. `secret` signs what is posted."""

    name: str
    url: str
    secret: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unit: str = "Drone Unit"
    authorisation: str | None = None
    """Number of the operational authorisation that the unit flies under."""
    gateway: str = "gateway"
    links: tuple[LinkSettings, ...] = ()
    vehicles: tuple[VehicleSettings, ...] = ()
    web: WebSettings = WebSettings()
    nats: NatsSettings = NatsSettings()
    map: MapSettings = MapSettings()
    planning: PlanningSettings = PlanningSettings()
    retention: tuple[RetentionSettings, ...] = RETENTION
    evidence: EvidenceSettings = EvidenceSettings()
    cot: CotSettings = CotSettings()
    webhooks: tuple[WebhookSettings, ...] = ()

    @property
    def callsigns(self) -> tuple[str, ...]:
        return tuple(vehicle.callsign for vehicle in self.vehicles)

    def vehicle(self, callsign: str) -> VehicleSettings | None:
        return next((vehicle for vehicle in self.vehicles if vehicle.callsign == callsign), None)


def load(path: Path) -> Settings:
    """Reads `path`. Raises `SettingsError` that names the entry."""
    try:
        settings = msgspec.toml.decode(path.read_bytes(), type=Settings)
    except OSError as error:
        raise SettingsError(str(path), error.strerror or str(error)) from error
    except msgspec.DecodeError as error:
        raise SettingsError(str(path), str(error)) from error
    if not settings.retention:
        raise SettingsError(f"{path}: retention", "is empty: every flight has a class")
    for number, address in enumerate(settings.evidence.publish_to):
        _check_second_party(address, f"{path}: evidence.publish_to[{number}]")
    for number, vehicle in enumerate(settings.vehicles):
        if vehicle.pilot_port is not None:
            _check_pilot_port(vehicle.pilot_port, vehicle.pilot_key, f"{path}: vehicles[{number}].pilot_port")
    return settings


def _check_pilot_port(endpoint: str, key: str | None, where: str) -> None:
    """Whoever reaches the port flies the drone: so it is on this machine only, or signed."""
    kind, _, rest = endpoint.partition(":")
    host, _, port = rest.rpartition(":")
    if kind not in PILOT_PORT_KINDS or not port.isdigit():
        kinds = ", ".join(f"{kind}:127.0.0.1:PORT" for kind in PILOT_PORT_KINDS)
        raise SettingsError(where, f"{endpoint!r} is none of {kinds}")
    if not _is_here(host.strip("[]")) and key is None:
        raise SettingsError(
            where, f"{host or 'no host'} is not this machine: orders need a pilot_key to be signed with"
        )


def _check_second_party(address: str, where: str) -> None:
    """What proves that nothing was taken away goes over no wire that somebody may change it on."""
    parts = urlsplit(address)
    if not address or (parts.scheme == "http" and not _is_here(parts.hostname or "")):
        raise SettingsError(where, f"{address!r} is neither an https address nor a file or folder")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def nats_url(settings: Settings) -> str:
    """Where NATS answers services: `NATS_URL`, or the embedded one."""
    return os.environ.get("NATS_URL") or f"nats://127.0.0.1:{settings.nats.port}"


def websocket_url(settings: Settings) -> str:
    """Where browsers find NATS: `NATS_WEBSOCKET_URL` (behind a proxy with TLS), or the embedded one."""
    return os.environ.get("NATS_WEBSOCKET_URL") or f"ws://127.0.0.1:{settings.nats.websocket_port}"


def home() -> Path:
    """The folder of all data: `AIRBEAT_HOME`, or ``~/.local/share/airbeat``."""
    return Path(os.environ.get("AIRBEAT_HOME") or Path.home() / ".local" / "share" / "airbeat")
