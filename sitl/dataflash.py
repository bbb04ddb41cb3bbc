"""The vehicle's own log in ArduPilot's DataFlash format, self-describing: FMT records first, then what happened.

Every record is A3 95, the type, then packed fields; FMT names the type, its length, its field types and labels.
One log is written per flight, from arming to disarming, into a folder of the fleet's; newest last.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle

HEAD: Final = b"\xa3\x95"
FORMAT_TYPE: Final = 128
NUMBERS: Final = {
    "b": "b",
    "B": "B",
    "h": "h",
    "H": "H",
    "i": "i",
    "I": "I",
    "f": "f",
    "d": "d",
    "n": "4s",
    "N": "16s",
    "Z": "64s",
    "c": "h",
    "C": "H",
    "e": "i",
    "E": "I",
    "L": "i",
    "M": "B",
    "q": "q",
    "Q": "Q",
}
"""DataFlash field types and what packs them."""


class Record:
    """One kind of record."""

    def __init__(self, kind: int, name: str, types: str, labels: str) -> None:
        self.kind, self.name, self.types, self.labels = kind, name, types, labels
        self._struct = struct.Struct("<" + "".join(NUMBERS[t] for t in types))
        self.size = self._struct.size + 3

    def pack(self, *values: Any) -> bytes:
        return HEAD + bytes((self.kind,)) + self._struct.pack(*values)

    def definition(self) -> bytes:
        body = struct.pack(
            "<BB4s16s64s", self.kind, self.size, self.name.encode(), self.types.encode(), self.labels.encode()
        )
        return HEAD + bytes((FORMAT_TYPE,)) + body


FMT: Final = Record(FORMAT_TYPE, "FMT", "BBnNZ", "Type,Length,Name,Format,Columns")
PARM: Final = Record(64, "PARM", "QNff", "TimeUS,Name,Value,Default")
MSG: Final = Record(65, "MSG", "QZ", "TimeUS,Message")
MODE: Final = Record(66, "MODE", "QMBB", "TimeUS,Mode,ModeNum,Rsn")
EV: Final = Record(67, "EV", "QB", "TimeUS,Id")
GPS: Final = Record(68, "GPS", "QBBIHBcLLeffffB", "TimeUS,I,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt,Spd,GCrs,VZ,Yaw,U")
ATT: Final = Record(69, "ATT", "QffffffB", "TimeUS,DesRoll,Roll,DesPitch,Pitch,DesYaw,Yaw,AEKF")
BAT: Final = Record(70, "BAT", "QBffffffcfB", "TimeUS,Inst,Volt,VoltR,Curr,CurrTot,EnrgTot,Res,Temp,SH,RemPct")
POS: Final = Record(71, "POS", "QLLfff", "TimeUS,Lat,Lng,Alt,RelHomeAlt,RelOriginAlt")
CTUN: Final = Record(72, "CTUN", "Qffffff", "TimeUS,ThO,DAlt,Alt,BAlt,DCRt,CRt")
CMD: Final = Record(73, "CMD", "QHHHffffLLfB", "TimeUS,CTot,CNum,CId,Prm1,Prm2,Prm3,Prm4,Lat,Lng,Alt,Frame")
FNCE: Final = Record(74, "FNCE", "QBBBLLBf", "TimeUS,Tot,Seq,Type,Lat,Lng,Count,Radius")
ORGN: Final = Record(75, "ORGN", "QBLLe", "TimeUS,Type,Lat,Lng,Alt")
RECORDS: Final = (FMT, PARM, MSG, MODE, EV, GPS, ATT, BAT, POS, CTUN, CMD, FNCE, ORGN)
EVENTS: Final = {"armed": 10, "disarmed": 11, "land complete": 18, "not landed": 28, "set home": 25}
"""LogEvent numbers."""
EVERY_S: Final = 0.1
GPS_EVERY_S: Final = 0.2
GPS_EPOCH, WEEK_S = 315964800 - 18, 604800
FENCE_TYPES: Final = {5001: 98, 5002: 97, 5003: 92, 5004: 93, 5000: 95}


class LogBook:
    """One vehicle's logs. Without a `folder` it keeps none."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.folder: Path | None = None
        self.every_s = EVERY_S
        self.started = False
        self._file: BinaryIO | None = None
        self._next = self._next_gps = 0.0

    def logs(self) -> list[Path]:
        """All logs, oldest first; their number is their place counted from 1."""
        return sorted(self.folder.glob("*.bin")) if self.folder is not None and self.folder.exists() else []

    def erase(self) -> None:
        for path in self.logs():
            if self._file is None or path.name != Path(self._file.name).name:
                path.unlink(missing_ok=True)

    @property
    def _us(self) -> int:
        return int(self.v.now * 1e6)

    def start(self) -> None:
        """A new log: what the vehicle is, its parameters, mission and fence."""
        self.started = True
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = (self.folder / f"{len(self.logs()) + 1:08d}.bin").open("wb")
        write, now = self._file.write, self._us
        write(b"".join(record.definition() for record in RECORDS))
        write(MSG.pack(now, b"ArduCopter V4.6.3 (92b0cd78)"))
        for name in self.v.params:
            write(PARM.pack(now, name.encode(), self.v.params[name], math.nan))
        home = self.v.home or self.v.origin
        for kind, place in ((0, self.v.origin), (1, home)):
            write(ORGN.pack(now, kind, place.lat, place.lon, round(place.amsl * 100)))
        total = len(self.v.mission)
        for number, item in enumerate(self.v.mission):
            params = (item.param1, item.param2, item.param3, item.param4)
            write(CMD.pack(now, total, number, item.command, *params, item.x, item.y, item.z, item.frame))
        fence = self.v.fence_items
        for number, item in enumerate(fence):
            corner = item.command in (5001, 5002)
            count, radius = (int(item.param1), 0.0) if corner else (0, item.param1)
            kind = FENCE_TYPES[item.command]
            write(FNCE.pack(now, len(fence) & 0xFF, number & 0xFF, kind, item.x, item.y, count, radius))
        self.mode(self.v.mode.number, "start")
        self.event("armed")

    def stop(self) -> None:
        self.event("disarmed")
        if self._file is not None:
            self._file.close()
            self._file = None

    def message(self, text: str) -> None:
        if self._file is not None:
            self._file.write(MSG.pack(self._us, text.encode("ascii", "replace")))

    def parameter(self, name: str, value: float) -> None:
        if self._file is not None:
            self._file.write(PARM.pack(self._us, name.encode(), value, math.nan))

    def mode(self, number: int, reason: str) -> None:
        if self._file is not None:
            reasons = {"gcs": 2, "battery": 4, "gcs failsafe": 5, "radio failsafe": 3, "fence": 10}
            self._file.write(MODE.pack(self._us, number, number, reasons.get(reason, 0)))

    def event(self, what: str) -> None:
        if self._file is not None:
            self._file.write(EV.pack(self._us, EVENTS[what]))

    def run(self) -> None:
        """Attitude, place, height and battery every `every_s`, GPS five times a second at most, while armed."""
        if self._file is None or self.v.now < self._next:
            return
        self._next = self.v.now + self.every_s - 1e-3
        v, s, i, now = self.v, self.v.s, self.v.row, self._us
        place = v.globe(v.nav.position)
        roll, pitch, yaw = (math.degrees(float(a[i])) for a in (s.roll, s.pitch, s.yaw))
        wanted_yaw = math.degrees(float(s.yaw_goal[i])) % 360.0
        amps, volts, used = float(s.amps[i]), float(s.volts[i]), float(s.used_mah[i])
        left = max(0, min(100, round(100 * (1 - used / max(1.0, v.params["BATT_CAPACITY"])))))
        up, climb = v.nav.position[2], float(s.vel[i, 2])
        throttle = 0.36 * max(0.0, float(s.load[i])) ** 0.8
        write = self._file.write
        write(ATT.pack(now, roll, roll, pitch, pitch, wanted_yaw, yaw, 3))
        write(POS.pack(now, place.lat, place.lon, place.amsl, v.height, up))
        write(CTUN.pack(now, throttle, float(s.tpos[i, 2]), up, up, float(s.tvel[i, 2]) * 100, climb * 100))
        write(BAT.pack(now, 0, volts, volts, amps, used, float(s.used_j[i]) / 3600.0, 0.0, 0, 100.0, left))
        if self.v.now >= self._next_gps:
            self._next_gps = self.v.now + max(GPS_EVERY_S, self.every_s) - 1e-3
            self._gps(now, place)

    def _gps(self, now: int, place: Any) -> None:
        v, s = self.v, self.v.s
        if self._file is None:
            return
        week, second = divmod(s.epoch + s.time - GPS_EPOCH, WEEK_S)
        north, east, up = v.nav.velocity
        speed, course = math.hypot(north, east), math.degrees(math.atan2(east, north)) % 360.0
        satellites = v.params.integer("SIM_GPS_NUMSATS")
        fields = (round(second * 1000), round(week), satellites, 121, place.lat, place.lon, round(place.amsl * 100))
        self._file.write(GPS.pack(now, 0, v.boot.gps_fix, *fields, speed, course, -up, 0.0, 1))
