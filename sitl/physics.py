"""One tick of every vehicle's motion: the position controller, drag, wind, the ground, attitude and battery.

The numbers are ArduPilot SITL's default quadcopter: it leans 30° to fly 10 m/s, so drag is close to linear in the
airspeed (momentum drag of the propellers); it draws 28.12 A to hover.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sitl.geo import Floats
from sitl.guidance import TAKEOFF_SLEW, TAKEOFF_SPOOL_S
from sitl.shaping import approach
from sitl.state import GRAVITY, State, Xy, Z

DRAG: Final = 0.564
"""1/s."""
HOVER_AMPS: Final = 28.12
CURRENT_GROWS: Final = 0.6
"""With this power of the thrust."""
HOVER_THROTTLE: Final = 0.36
POSITION_GAIN, VELOCITY_GAIN, TRIM_GAIN = np.float64(1.0), 2.0, 1.5
"""As PSC_POSXY_P, PSC_VELXY_P and PSC_VELXY_I work out in ArduPilot SITL with its faster attitude."""
LIFT_GAIN: Final = 5.0
"""PSC_VELZ_P."""
LEAN_LAG_S, LIFT_LAG_S = 0.18, 0.1
"""How long a change of lean and of thrust takes."""
MAX_THRUST: Final = 2.6
"""Full throttle, in weights."""


def step(s: State, dt: float, rng: np.random.Generator) -> None:
    """Moves all vehicles by `dt` seconds."""
    _wind(s, dt, rng)
    commanded = _control(s, dt)
    _attitude(s, commanded, dt)
    _move(s, dt)
    _battery(s, dt)


def _wind(s: State, dt: float, rng: np.random.Generator) -> None:
    s.wind += (s.wind_goal - s.wind) * (dt / 5.0)
    if s.turbulence.any():
        noise = rng.standard_normal((s.count, 3)) * (s.turbulence * np.sqrt(2 * dt / 2.0))[:, None]
        s.gust += noise - s.gust * (dt / 2.0)
    s.error += (s.error_goal - s.error) * min(1.0, dt / 0.5)


def _control(s: State, dt: float) -> Floats:
    """The acceleration the autopilot asks of its motors, drag included, within lean and thrust."""
    believed = s.pos + s.error
    off = s.tpos - believed
    far = np.hypot(off[:, 0], off[:, 1])
    across = approach(far, POSITION_GAIN, s.accel, dt) / np.maximum(far, 1e-9)
    climb = np.copysign(approach(np.abs(off[:, 2]), POSITION_GAIN, s.accel_z, dt), off[:, 2])
    wanted = np.column_stack((s.tvel[:, :2] + off[:, :2] * across[:, None], s.tvel[:, 2] + climb))
    miss = wanted - s.vel
    free = s.xy == Xy.LEAN
    ask = s.tacc.copy()
    holding = ~(s.landed | free)
    ask[:, :2] += np.where(holding[:, None], VELOCITY_GAIN * miss[:, :2] + s.trim[:, :2], 0.0)
    lift = s.tacc[:, 2] + LIFT_GAIN * miss[:, 2] + s.trim[:, 2]
    ask[:, 2] = np.clip(lift, -0.8 * GRAVITY, (MAX_THRUST - 1) * GRAVITY)
    lean = np.hypot(ask[:, 0], ask[:, 1])
    over = np.minimum(1.0, s.lean_max / np.maximum(lean, 1e-9))
    ask[:, :2] *= over[:, None]
    learn = (holding & (over >= 1.0))[:, None]
    s.trim[:, :2] += np.where(learn, TRIM_GAIN * miss[:, :2] * dt, 0.0)
    s.trim[:, 2] += np.where(s.landed, 0.0, miss[:, 2] * dt)
    s.trim[s.landed] = 0.0
    direct = s.z == Z.THROTTLE
    if direct.any():
        ask[:, 2] = np.where(direct, ((s.throttle_goal / HOVER_THROTTLE) - 1.0) * GRAVITY, ask[:, 2])
    return ask


def _attitude(s: State, ask: Floats, dt: float) -> None:
    """Lean and thrust follow what is asked with a lag; roll and pitch are the lean seen from the nose."""
    thrust = np.where(s.z == Z.NONE, 0.0, 1.0 + ask[:, 2] / GRAVITY)
    taking_off = (s.z == Z.TAKEOFF) & s.landed
    if taking_off.any():
        throttle = np.clip((s.spool_s - TAKEOFF_SPOOL_S) * TAKEOFF_SLEW, 0.0, 0.9)
        thrust = np.where(taking_off, throttle / HOVER_THROTTLE * 0.9, thrust)
    thrust = np.where(s.armed, np.clip(thrust, 0.0, MAX_THRUST) * s.motor, 0.0)
    s.thrust += (thrust - s.thrust) * (dt / LIFT_LAG_S)
    flying = np.where(s.landed, 0.0, 1.0)[:, None]
    s.acc[:, :2] += (ask[:, :2] * flying - s.acc[:, :2]) * (dt / LEAN_LAG_S)
    cos, sin = np.cos(s.yaw), np.sin(s.yaw)
    ahead = s.acc[:, 0] * cos + s.acc[:, 1] * sin
    right = s.acc[:, 1] * cos - s.acc[:, 0] * sin
    pitch = -np.arctan2(ahead, GRAVITY)
    roll = np.arctan2(right * np.cos(pitch), GRAVITY)
    s.pitch_rate, s.roll_rate = (pitch - s.pitch) / dt, (roll - s.roll) / dt
    s.pitch, s.roll = pitch, roll


def _move(s: State, dt: float) -> None:
    air = s.vel - s.wind - s.gust
    push = s.acc - DRAG * air
    push[:, 2] = (s.thrust - 1.0) * GRAVITY - DRAG * air[:, 2]
    on_ground = s.pos[:, 2] <= s.ground + 1e-4
    resting = on_ground & (push[:, 2] <= 0.0)
    falling = resting & (s.vel[:, 2] < -0.05)
    s.impact = np.where(falling, -s.vel[:, 2], s.impact)
    moving = ~resting
    s.vel = np.where(moving[:, None], s.vel + push * dt, 0.0)
    s.pos += s.vel * dt
    s.pos[:, 2] = np.maximum(s.pos[:, 2], s.ground)
    s.acc[:, 2] = push[:, 2]
    sinking = resting & s.armed & ~s.landed & (s.z != Z.TAKEOFF)
    s.still_s = np.where(sinking, s.still_s + dt, 0.0)


def _battery(s: State, dt: float) -> None:
    """Charge drawn; the voltage sags with the current, and with the charge where the battery has a capacity."""
    lean = np.where(s.armed, np.hypot(s.acc[:, 0], s.acc[:, 1]), 0.0) / GRAVITY
    s.load = np.hypot(s.thrust, lean)
    s.amps = HOVER_AMPS * s.load**CURRENT_GROWS
    s.used_mah += s.amps * (dt / 3.6)
    s.used_j += s.amps * s.volts * dt
    rest = s.cell_rest_v
    limited = s.capacity_ah > 0
    if limited.any():
        left = np.clip(1.0 - s.used_mah * 1e-3 / np.maximum(s.capacity_ah, 1e-6), 0.0, 1.0)
        rest = np.where(limited, rest * _rest_share(left), rest)
    s.volts = np.maximum(0.0, rest - s.amps * s.resistance)


def _rest_share(left: Floats) -> Floats:
    """Open-circuit voltage of a lithium-polymer pack as a share of full, by charge left."""
    charge = np.array((0.0, 0.02, 0.1, 0.2, 0.5, 0.8, 1.0))
    share = np.array((0.60, 0.79, 0.865, 0.885, 0.915, 0.955, 1.0))
    rest: Floats = np.interp(left, charge, share)
    return rest
