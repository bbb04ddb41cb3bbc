"""What a leg costs: power of a multirotor by airspeed and climb, and the wind's part in it.

    P = P_hover · [κ · v_i / v_h + (1 - κ) · (1 + 3 v² / U²)] + (½ ρ C_d A v³ + m g w) / η

induced, profile and parasite power and the power of climbing at w (Zeng, Xu, Zhang, *Energy Minimization for
Wireless Communication with Rotary-Wing UAV*, IEEE TWC 2019, eq. 12; induced velocity v_i by Glauert's formula,
v_h in hover). κ, the tip speed U and η are typical of small multirotors; hover power and battery are the airframe's.
ArduCopter holds its ground speed, so wind costs power, not time.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mission.context import Vehicle, Wind
from mission.geodesy import FloatArray

AIR_DENSITY_KG_M3: Final = 1.225
GRAVITY_M_S2: Final = 9.80665
INDUCED_SHARE: Final = 0.7
TIP_SPEED_M_S: Final = 120.0
EFFICIENCY: Final = 0.7


def power_w(vehicle: Vehicle, airspeed_m_s: FloatArray, climb_m_s: FloatArray) -> FloatArray:
    """Electrical power in W at each pair of airspeed and rate of climb; descending is not credited."""
    weight = vehicle.mass_kg * GRAVITY_M_S2
    hover = math.sqrt(weight / (2.0 * AIR_DENSITY_KG_M3 * vehicle.disc_area_m2))
    induced = np.sqrt(np.sqrt(airspeed_m_s**4 / 4.0 + hover**4) - airspeed_m_s**2 / 2.0) / hover
    profile = 1.0 + 3.0 * (airspeed_m_s / TIP_SPEED_M_S) ** 2
    drag = 0.5 * AIR_DENSITY_KG_M3 * vehicle.drag_area_m2 * airspeed_m_s**3
    lift = weight * np.maximum(climb_m_s, 0.0)
    rotors = vehicle.hover_power_w * (INDUCED_SHARE * induced + (1.0 - INDUCED_SHARE) * profile)
    return np.asarray(rotors + (drag + lift) / EFFICIENCY, dtype=np.float64)


def energy_wh(vehicle: Vehicle, wind: Wind, displacement: FloatArray, seconds: FloatArray) -> FloatArray:
    """Wh for each displacement (n, 3: east, north, up in m) flown in so many seconds, holds included."""
    duration = np.maximum(seconds, 1e-6)
    ground = displacement[:, :2] / duration[:, None]
    toward = math.radians(wind.from_deg + 180.0)
    air = ground - wind.speed_m_s * np.array([math.sin(toward), math.cos(toward)])
    watts = power_w(vehicle, np.hypot(air[:, 0], air[:, 1]), displacement[:, 2] / duration)
    return np.asarray(watts * seconds / 3600.0, dtype=np.float64)
