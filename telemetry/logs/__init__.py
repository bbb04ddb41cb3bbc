"""Recordings of flights as columns: MAVLink .tlog, ArduPilot DataFlash .bin and .log, PX4 .ulg.

`read(path)` gives a `Log`: a `Table` for each message, made of columns that are only built when asked for.
"""

from telemetry.logs.log import Log as Log
from telemetry.logs.reading import read as read
from telemetry.logs.table import Table as Table
