"""The health of the vehicle's sensors in flight: vibration, estimator, GPS, height, compass, what failed.

Each rule is a limit, how long it must be exceeded while armed, and its source. What is not recorded is not judged.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mission.finding import Severity
from mission.geodesy import EARTH_RADIUS_M
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.review import readings
from telemetry.review.observation import Case, Observation, exceeded, place_at, while_armed
from telemetry.review.readings import Reading
from telemetry.review.track import Track

VIBRATION_BAD_M_S2: Final = 60.0
VIBRATION_HIGH_M_S2: Final = 30.0
"""ArduPilot, Measuring Vibration: below 30 m/s² is good, above 60 position and height hold nearly always suffer."""
CLIPS: Final = 100
"""The same page: an accelerometer that reaches its limit more than some 100 times in a flight is in trouble."""
EKF_RATIO: Final = 0.8
"""FS_EKF_THRESH's default; from 1 on the EKF throws the measurement away."""
SATELLITES: Final = 6
HDOP: Final = 2.0
"""ArduPilot's common GPS checks: fewer satellites or a worse HDOP is no good fix."""
JUMP_M: Final = 10.0
"""A receiver's step further than its speed explains (GPS glitch radius, EK3_GLITCH_RAD 25 m, is the EKF's limit)."""
HEIGHT_M: Final = 15.0
"""A GPS height is good to some 10 m (95 %, GPS SPS Performance Standard 2020: 8 m of signal error and the receiver)."""
FIELD_SHARE: Final = 0.30
"""ArduPilot, Compass setup: interference that follows the throttle above 30 % of the field needs care, 60 % is bad."""


def observe_health(log: Log, track: Track | None) -> list[Observation]:
    found = [
        *_vibration(log, track),
        *_estimator(log, track),
        *_satellites(log, track),
        *_heights(log, track),
        *_failed(log, track),
        *_field(log),
    ]
    return sorted(found, key=lambda one: one.from_s)


def _found(
    log: Log, track: Track | None, reading: Reading, values: Floats, bad: npt.NDArray[np.bool_], case: Case
) -> list[Observation]:
    return exceeded(log, track, reading.time_s, values, bad, case, reading.source)


def _vibration(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.vibration(log)
    if reading is None:
        return []
    level = np.max([reading.columns[axis] for axis in "xyz"], axis=0)
    meaning = "A damaged or unbalanced propeller, a loose mount, or a worn motor bearing."
    bad = Case(
        "vibration",
        Severity.ERROR,
        1.0,
        meaning,
        lambda worst, lasted: f"Vibration up to {worst:.0f} m/s² (above {VIBRATION_BAD_M_S2:.0f}) for {lasted:.0f} s.",
    )
    high = bad._replace(
        severity=Severity.WARNING,
        at_least_s=5.0,
        say=lambda worst, lasted: (
            f"Vibration up to {worst:.0f} m/s² (above {VIBRATION_HIGH_M_S2:.0f}) for {lasted:.0f} s."
        ),
    )
    found = _found(log, track, reading, level, level > VIBRATION_BAD_M_S2, bad)
    found = found or _found(log, track, reading, level, level > VIBRATION_HIGH_M_S2, high)
    return found + _clipping(log, track, reading)


def _clipping(log: Log, track: Track | None, reading: Reading) -> list[Observation]:
    armed = np.flatnonzero(while_armed(log, reading.time_s))
    if not len(armed):
        return []
    clips = reading.columns["clips"][armed]
    added = float(clips[-1] - clips[0])
    if added < CLIPS:
        return []
    first = int(armed[np.argmax(clips > clips[0])])
    at = float(reading.time_s[first])
    position, height = place_at(track, at)
    return [
        Observation(
            check="accelerometer clipping",
            severity=Severity.WARNING,
            from_s=at,
            to_s=float(reading.time_s[armed[-1]]),
            text=f"The accelerometer reached its limit {added:.0f} times.",
            meaning="Hard vibration or a blow; the height estimate drifts while it lasts.",
            evidence=reading.source,
            position=position,
            height_home_m=height,
        )
    ]


def _estimator(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.estimator(log)
    if reading is None:
        return []
    meanings = {
        "velocity": "GPS velocity did not fit the accelerometers: GPS trouble or vibration.",
        "position": "GPS position did not fit the estimate: a glitch, reflections, or jamming.",
        "height": "The height sensor did not fit the accelerometers: wind on the barometer, or vibration.",
        "compass": "The compass did not fit the gyroscopes: magnetic interference.",
    }
    found: list[Observation] = []
    for name, meaning in meanings.items():
        values = reading.columns[name]

        def say(worst: float, lasted: float, name: str = name) -> str:
            return f"The EKF's {name} test ratio was up to {worst:.2f} (limit {EKF_RATIO}) for {lasted:.0f} s."

        case = Case(f"EKF {name}", Severity.WARNING, 1.0, meaning, say)
        found += _found(log, track, reading, values, values >= EKF_RATIO, case)
    return found


def _satellites(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.satellites(log)
    if reading is None:
        return []
    columns = reading.columns
    meaning = "The sky was hidden, the antenna failed, or the signal was jammed."
    lost = Case(
        "GPS fix", Severity.ERROR, 0.5, meaning, lambda _worst, lasted: f"No 3D fix of the GPS for {lasted:.1f} s."
    )
    poor = Case(
        "GPS quality",
        Severity.WARNING,
        5.0,
        meaning,
        lambda worst, lasted: f"The GPS saw as few as {-worst:.0f} satellites for {lasted:.0f} s.",
    )
    wide = poor._replace(say=lambda worst, lasted: f"The GPS's HDOP was up to {worst:.1f} for {lasted:.0f} s.")
    fixed = columns["fix"] >= 3
    return [
        *_found(log, track, reading, -columns["fix"], ~fixed, lost),
        *_found(log, track, reading, -columns["satellites"], fixed & (columns["satellites"] < SATELLITES), poor),
        *_found(log, track, reading, columns["hdop"], fixed & (columns["hdop"] > HDOP), wide),
        *_jumps(log, track, reading, fixed),
    ]


def _jumps(log: Log, track: Track | None, reading: Reading, fixed: npt.NDArray[np.bool_]) -> list[Observation]:
    """Steps of the receiver's position that the flown speed does not explain (equirectangular distance)."""
    if track is None or len(reading.time_s) < 2:
        return []
    lat, lon = np.radians(reading.columns["lat_deg"]), np.radians(reading.columns["lon_deg"])
    step = EARTH_RADIUS_M * np.hypot(np.diff(lat), np.diff(lon) * np.cos(lat[1:]))
    took = np.diff(reading.time_s)
    speed = np.interp(reading.time_s[1:], track.time_s, np.nan_to_num(track.ground_speed_m_s))
    excess = np.concatenate(([0.0], step - (speed + 5.0) * np.clip(took, 0.0, None)))
    both = np.concatenate(([False], fixed[1:] & fixed[:-1]))
    case = Case(
        "GPS jump",
        Severity.WARNING,
        0.0,
        "Reflections, a change of satellites, jamming or spoofing moved the GPS position.",
        lambda worst, _lasted: f"The GPS position jumped by {worst:.0f} m more than the drone flew.",
    )
    return _found(log, track, reading, excess, both & (excess > JUMP_M), case)


def _heights(log: Log, track: Track | None) -> list[Observation]:
    """How far the height flown, mostly the barometer's, and the GPS's went apart since arming."""
    reading = readings.satellites(log)
    if reading is None or track is None:
        return []
    away = reading.columns["altitude_m"] - np.interp(reading.time_s, track.time_s, track.altitude_amsl_m)
    fixed = reading.columns["fix"] >= 3
    known = np.flatnonzero(fixed & while_armed(log, reading.time_s))
    if not len(known):
        return []
    apart = np.abs(away - away[known[0]])
    case = Case(
        "height",
        Severity.WARNING,
        5.0,
        "The barometer drifted (weather, heat, the propellers' wash) or the GPS was wrong: the height is not certain.",
        lambda worst, lasted: (
            f"The heights by barometer and by GPS differed by up to {worst:.0f} m, and by over {HEIGHT_M:.0f} m for "
            f"{lasted:.0f} s."
        ),
    )
    return _found(log, track, reading, apart, fixed & (apart > HEIGHT_M), case)


def _failed(log: Log, track: Track | None) -> list[Observation]:
    """Sensors that the autopilot itself called unhealthy."""
    found: list[Observation] = []
    for name, reading in readings.failed(log):
        bad = reading.columns["failed"] > 0

        def say(_worst: float, lasted: float, name: str = name) -> str:
            return f"{name[0].upper()}{name[1:]} failed, by the autopilot's own word, for {lasted:.0f} s."

        meaning = "A sensor broke, came loose, was disturbed, or told something impossible."
        kind = name.rpartition(" ")[0] if name[-1].isdigit() else name
        found += _found(
            log, track, reading, reading.columns["failed"], bad, Case(kind, Severity.WARNING, 1.0, meaning, say)
        )
    return found


def _field(log: Log) -> list[Observation]:
    """How much of the field's strength follows the motors: slope of |field| over mean output, times its range."""
    field, outputs = readings.magnetic_field(log), readings.motors(log)
    if field is None or outputs is None:
        return []
    strength = np.sqrt(sum(field.columns[axis] ** 2 for axis in "xyz"))
    throttle = np.interp(field.time_s, outputs.time_s, np.mean(list(outputs.columns.values()), axis=0))
    armed = while_armed(log, field.time_s)
    median = float(np.median(strength[armed])) if armed.any() else 0.0
    if armed.sum() < 50 or median <= 0 or np.ptp(throttle[armed]) < 100:
        return []
    slope = float(np.polyfit(throttle[armed], strength[armed], 1)[0])
    share = abs(slope) * float(np.ptp(throttle[armed])) / median
    if share < FIELD_SHARE:
        return []
    times = field.time_s[armed]
    text = f"The magnetic field of {median:.0f} mGauss changed by {100 * share:.0f} % with the motors."
    meaning = "Power wires too near the compass; headings and position hold suffer at high throttle."
    return [
        Observation(
            "magnetic interference", Severity.WARNING, float(times[0]), float(times[-1]), text, meaning, field.source
        )
    ]
