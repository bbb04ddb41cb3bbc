"""The gateway: MAVLink in and out. One visible loop, in `service`.

links → frames → contacts (recorded, then taken into the vehicle's state) → every 100 ms the bus:
raw chunk, live frames, events; and from the bus: requests → services → frames out.
"""

from telemetry.gateway.service import Gateway, main, run

__all__ = ["Gateway", "main", "run"]
