"""How likely a search finds what it looks for.

Coverage factor C = W / S: sweep width over track spacing, or for any pattern the area swept over the area searched,
C = W L / A (IAMSAR vol. II, 4.6). The probability of detection used here is Koopman's for a random pass,
POD = 1 - e^(-C) (B. O. Koopman, *Search and Screening*, 1946), the cautious one: perfectly parallel tracks do better,
about 0.78 instead of 0.63 at C = 1.

For somebody who walks out across a patrolled line (the same, ch. 7, "barrier patrol"): seen from the walker the drone
sweeps W √(v² + u²) square metres a second at its speed v and the walker's u, while u times the line's length L of new
ground comes in; so C = W √(v² + u²) / (u L).
"""

from __future__ import annotations

import math


def coverage_factor(sweep_width_m: float, spacing_m: float) -> float:
    return sweep_width_m / spacing_m


def coverage_of_area(sweep_width_m: float, track_m: float, area_m2: float) -> float:
    return sweep_width_m * track_m / area_m2


def barrier_coverage(sweep_width_m: float, line_m: float, patrol_m_s: float, walk_m_s: float) -> float:
    """Of somebody crossing a line that is patrolled without a break."""
    return sweep_width_m * math.hypot(patrol_m_s, walk_m_s) / (walk_m_s * line_m)


def probability_of_detection(coverage: float, passes: int = 1) -> float:
    """Of `passes` independent searches of the same coverage together: 1 - (1 - POD)^n."""
    return 1.0 - math.exp(-coverage * passes)
