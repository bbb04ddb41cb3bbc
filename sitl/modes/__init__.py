"""ArduCopter's flight modes on the built-in vehicle."""

from __future__ import annotations

from typing import Final

from sitl.modes.auto import Auto
from sitl.modes.base import Mode
from sitl.modes.circle import Circle
from sitl.modes.guided import Guided
from sitl.modes.manual import AltHold, Brake, Loiter, PosHold, Stabilize
from sitl.modes.returning import Land, Rtl
from sitl.modes.smart_rtl import SmartRtl

MODES: Final[dict[int, type[Mode]]] = {
    kind.number: kind
    for kind in (Stabilize, AltHold, Auto, Guided, Loiter, Rtl, Circle, Land, PosHold, Brake, SmartRtl)
}
"""By ArduCopter's mode number."""
