"""The recorder: raw MAVLink from the bus into one folder per flight, nothing lost and nothing twice.

Armed to disarmed is a flight. It takes RAW in order from where its journal ends, appends to ``telemetry.tlog`` of the
open flights, forces the files to the disk, then writes the journal, and only then lets the bus forget. Killed at any
moment, it cuts each file back to what the journal says and takes the rest from the bus again.

- `recording`: one open flight and what is learnt from its frames
- `journal`: what is safe on disk
- `bundle`: the closed flight's folder and its manifest
- `service`: the loop
"""

from telemetry.recorder.service import main, run

__all__ = ["main", "run"]
