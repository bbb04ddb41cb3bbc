"""How likely a search finds what it looks for.

Coverage factor C = W / S: sweep width over track spacing (IAMSAR vol. II, 4.6). The probability of detection used
here is Koopman's for a random pass, POD = 1 - e^(-C) (B. O. Koopman, *Search and Screening*, 1946), the cautious
one: perfectly parallel tracks do better, about 0.78 instead of 0.63 at C = 1.
"""

from __future__ import annotations

import math


def coverage_factor(sweep_width_m: float, spacing_m: float) -> float:
    return sweep_width_m / spacing_m


def probability_of_detection(coverage: float, passes: int = 1) -> float:
    """Of `passes` independent searches of the same coverage together: 1 - (1 - POD)^n."""
    return 1.0 - math.exp(-coverage * passes)


def spacing_for(sweep_width_m: float, probability: float) -> float:
    """The track spacing that gives this probability in one pass."""
    return sweep_width_m / -math.log(1.0 - probability)
