"""The vehicle's health in flight: vibration, estimator, GPS, motors, compass.

Each rule is a limit, how long it must be exceeded while armed, and its source. What is not recorded is not judged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from mission.finding import Severity
from telemetry.logs.log import Log
from telemetry.logs.table import Floats
from telemetry.review import readings
from telemetry.review.observation import Observation, place_at, spans, while_armed
from telemetry.review.readings import Reading
from telemetry.review.summary import EARTH_RADIUS_M
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
MOTOR_SPREAD_US: Final = 150.0
"""A motor's mean this far from the mean of all: 15 % of the 1,000 µs; the airframe is out of balance or pulls."""
MOTOR_LIMIT_US: Final = 1950.0
FIELD_SHARE: Final = 0.30
"""ArduPilot, Compass setup: interference that follows the throttle above 30 % of the field needs care, 60 % is bad."""
_JOIN_S: Final = 3.0


class _Case(NamedTuple):
    check: str
    severity: Severity
    at_least_s: float
    meaning: str
    say: Callable[[float, float], str]
    """The text, by the worst value and the seconds it lasted."""


def observe_health(log: Log, track: Track | None) -> list[Observation]:
    found = [
        *_vibration(log, track),
        *_estimator(log, track),
        *_satellites(log, track),
        *_motors(log, track),
        *_field(log, track),
    ]
    return sorted(found, key=lambda one: one.from_s)


def _exceeded(
    log: Log, track: Track | None, reading: Reading, values: Floats, bad: npt.NDArray[np.bool_], case: _Case
) -> list[Observation]:
    """One observation for each time that `bad` held long enough while armed; `values` are largest when worst."""
    flagged = bad & while_armed(log, reading.time_s)
    times = reading.time_s.tolist()
    found = []
    for first, last in spans(times, flagged.tolist(), _JOIN_S):
        lasted = times[last] - times[first]
        if lasted < case.at_least_s:
            continue
        worst = float(np.nanmax(values[first : last + 1]))
        position, height = place_at(track, times[first])
        text = case.say(worst, lasted)
        evidence = f"{reading.source}, {last - first + 1} rows"
        found.append(
            Observation(
                case.check, case.severity, times[first], times[last], text, case.meaning, evidence, position, height
            )
        )
    return found


def _vibration(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.vibration(log)
    if reading is None:
        return []
    level = np.max([reading.columns[axis] for axis in "xyz"], axis=0)
    meaning = "A damaged or unbalanced propeller, a loose mount, or a worn motor bearing."
    bad = _Case(
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
    found = _exceeded(log, track, reading, level, level > VIBRATION_BAD_M_S2, bad)
    found = found or _exceeded(log, track, reading, level, level > VIBRATION_HIGH_M_S2, high)
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

        case = _Case(f"EKF {name}", Severity.WARNING, 1.0, meaning, say)
        found += _exceeded(log, track, reading, values, values >= EKF_RATIO, case)
    return found


def _satellites(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.satellites(log)
    if reading is None:
        return []
    columns = reading.columns
    meaning = "The sky was hidden, the antenna failed, or the signal was jammed."
    lost = _Case(
        "GPS fix", Severity.ERROR, 0.5, meaning, lambda _worst, lasted: f"No 3D fix of the GPS for {lasted:.1f} s."
    )
    poor = _Case(
        "GPS quality",
        Severity.WARNING,
        5.0,
        meaning,
        lambda worst, lasted: f"The GPS saw as few as {-worst:.0f} satellites for {lasted:.0f} s.",
    )
    wide = poor._replace(say=lambda worst, lasted: f"The GPS's HDOP was up to {worst:.1f} for {lasted:.0f} s.")
    fixed = columns["fix"] >= 3
    return [
        *_exceeded(log, track, reading, -columns["fix"], ~fixed, lost),
        *_exceeded(log, track, reading, -columns["satellites"], fixed & (columns["satellites"] < SATELLITES), poor),
        *_exceeded(log, track, reading, columns["hdop"], fixed & (columns["hdop"] > HDOP), wide),
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
    case = _Case(
        "GPS jump",
        Severity.WARNING,
        0.0,
        "Reflections, a change of satellites, jamming or spoofing moved the GPS position.",
        lambda worst, _lasted: f"The GPS position jumped by {worst:.0f} m more than the drone flew.",
    )
    return _exceeded(log, track, reading, excess, both & (excess > JUMP_M), case)


def _motors(log: Log, track: Track | None) -> list[Observation]:
    reading = readings.motors(log)
    if reading is None:
        return []
    outputs = np.array(list(reading.columns.values()))
    names = list(reading.columns)
    limit = _Case(
        "motor at its limit",
        Severity.WARNING,
        2.0,
        "Too heavy, too windy, a weak battery, or another motor gives less than it should.",
        lambda worst, lasted: f"A motor was told {worst:.0f} µs, its limit, for {lasted:.0f} s.",
    )
    top = outputs.max(axis=0)
    found = _exceeded(log, track, reading, top, top >= MOTOR_LIMIT_US, limit)
    flying = while_armed(log, reading.time_s) & (outputs.mean(axis=0) > 1200.0)
    if flying.sum() < 20:
        return found
    means = outputs[:, flying].mean(axis=1)
    off = means - means.mean()
    worst = int(np.abs(off).argmax())
    if abs(off[worst]) < MOTOR_SPREAD_US:
        return found
    times = reading.time_s[flying]
    text = f"Motor output {names[worst]} was told {off[worst]:+.0f} µs against the mean of all, {means.mean():.0f} µs."
    meaning = "The load is off centre, an arm is twisted, or this motor or propeller gives less than the others."
    return [
        *found,
        Observation(
            "motor balance", Severity.WARNING, float(times[0]), float(times[-1]), text, meaning, reading.source
        ),
    ]


def _field(log: Log, track: Track | None) -> list[Observation]:
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
