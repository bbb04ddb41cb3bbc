"""The names of the files in the folder of one flight. The recorder writes them; everybody else only reads.

A folder without the manifest is a flight still open. ``seal.json`` over all of them (`telemetry.evidence`) comes last.
"""

from __future__ import annotations

from typing import Final

TLOG: Final = "telemetry.tlog"
"""Every frame, both directions."""
PLAN: Final = "plan.json"
"""What was on board at arming; this and the next two are absent where nothing was uploaded."""
QGC_PLAN: Final = "plan.plan"
"""The same for QGroundControl."""
RECEIPT: Final = "receipt.json"
"""The proof of its upload."""
EVENTS: Final = "events.jsonl"
MANIFEST: Final = "manifest.json"
"""`wire.FlightRecord`."""
