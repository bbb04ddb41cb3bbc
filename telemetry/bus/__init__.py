"""The bus: NATS behind a small typed face. The only package that imports `nats`.

Three ways to say something, each with its own promise:
- `publish`: core NATS, at most once, for what is stale a moment later (live frames, progress);
- `store`: JetStream, tried for ever until it lies on the server's disk, once, in order (raw MAVLink, events);
- `put`: the latest value under a key (vehicles, onboard plans, open alerts and flights).

And three to hear: `subscribe`, `serve` (requests) and `follow`, which yields every message of a stream from a
sequence on, in order and none left out, over any outage of the server.
"""

from telemetry.bus.blocking import SyncBus
from telemetry.bus.connection import Bus, new_id
from telemetry.bus.joining import joined
from telemetry.bus.stored import Stored
from telemetry.bus.stores import Usage

__all__ = ["Bus", "Stored", "SyncBus", "Usage", "joined", "new_id"]
