"""What travels on the bus. Everything is msgpack of these structs; TypeScript types are generated from them.

Units are in the names. Unknown is None. Times are UTC (`datetime` with timezone); ages are milliseconds at the
moment the frame was sent, taken from a monotonic clock, so that a stepped wall clock never makes old data fresh.

- `live`: state, ten times a second; `recording`: every frame, and the flights made of them
- `orders`: what people ask of a vehicle; `facts`: what happened and what holds
"""

from telemetry.wire.encoded import filled
from telemetry.wire.facts import (
    Alert,
    Event,
    Grade,
    GuestView,
    Incident,
    VehicleInfo,
)
from telemetry.wire.live import (
    AREA_ZOOM,
    Aircraft,
    AltitudeDatum,
    LinkQuality,
    LiveFrame,
    LiveVehicle,
    Pulse,
    TrafficFrame,
    area,
    area_of,
    tile_of,
)
from telemetry.wire.orders import (
    Actor,
    FormerPlan,
    LogFetch,
    LogOrder,
    LogReceipt,
    Onboard,
    Progress,
    Reply,
    Request,
    TransferReceipt,
    UploadOrder,
    UploadReceipt,
    UploadUnderWay,
)
from telemetry.wire.recording import (
    FlightRecord,
    OpenFlight,
    RawChunk,
    RawVehicle,
    RecordedFile,
    RecordingHole,
)

__all__ = [
    "AREA_ZOOM",
    "Actor",
    "Aircraft",
    "Alert",
    "AltitudeDatum",
    "Event",
    "FlightRecord",
    "FormerPlan",
    "Grade",
    "GuestView",
    "Incident",
    "LinkQuality",
    "LiveFrame",
    "LiveVehicle",
    "LogFetch",
    "LogOrder",
    "LogReceipt",
    "Onboard",
    "OpenFlight",
    "Progress",
    "Pulse",
    "RawChunk",
    "RawVehicle",
    "RecordedFile",
    "RecordingHole",
    "Reply",
    "Request",
    "TrafficFrame",
    "TransferReceipt",
    "UploadOrder",
    "UploadReceipt",
    "UploadUnderWay",
    "VehicleInfo",
    "area",
    "area_of",
    "filled",
    "tile_of",
]
