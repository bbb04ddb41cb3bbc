"""One value of a flight over its time as a small drawing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np

from telemetry.logs.table import Floats
from telemetry.review.levels import Levels

WIDTH: Final = 520.0
HEIGHT: Final = 130.0
LEFT: Final = 44.0
FOOT: Final = 22.0
TOP: Final = 8.0
STRETCHES: Final = 500
TICKS: Final = 5
LEVELS: Final = 4
SLACK: Final = 0.05


def draw(time_s: Floats, values: Floats, colour: str) -> str | None:
    """None where the recording does not tell the value. Gaps stay gaps; each point drawn is a stretch's extreme."""
    known = ~np.isnan(values)
    if known.sum() < 2:
        return None
    first, last = float(time_s[0]), float(time_s[-1])
    levels = _levels(float(values[known].min()), float(values[known].max()))
    low, high = levels[0], levels[-1]

    def x(at: float) -> float:
        return LEFT + (at - first) / max(last - first, 1.0) * (WIDTH - LEFT - 4)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - FOOT)

    drawn = []
    for level in levels:
        drawn.append(f'<path d="M {LEFT} {y(level):.1f} H {WIDTH}" stroke="#d5d2c8" stroke-width="0.6"/>')
        drawn.append(_label(LEFT - 4, y(level) + 3, f"{level:g}", "end"))
    for tick, at in enumerate(np.linspace(first, last, TICKS).tolist()):
        anchor = "end" if tick == TICKS - 1 else "middle"
        drawn += [_label(x(at), HEIGHT - 8, f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}", anchor)]
    line, pen = [], "M"
    for row in Levels(values).rows(0, len(values), STRETCHES).tolist():
        if known[row]:
            line.append(f"{pen} {x(float(time_s[row])):.1f} {y(float(values[row])):.1f}")
        pen = "L" if known[row] else "M"
    drawn.append(f'<path d="{" ".join(line)}" fill="none" stroke="{colour}" stroke-width="1.2"/>')
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(drawn)}</svg>'


def _levels(low: float, high: float) -> list[float]:
    """Round values from one at or below `low` to one at or above `high`, by steps of 1, 2 or 5 times a power of ten.

    A value beyond a level by less than `SLACK` of a step makes no further one: heights begin a hair below home.
    """
    reach = max(high - low, 1.0)
    power = 10.0 ** np.floor(np.log10(reach / LEVELS))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if reach / step <= LEVELS)
    first, last = np.floor(low / step + SLACK), np.ceil((low + reach) / step - SLACK)
    return [float(count * step) for count in np.arange(first, last + 1)]


def _label(x: float, y: float, words: str, anchor: str) -> str:
    font = 'font-family="Libertinus Serif" font-size="9" fill="#4b4f53"'
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {font}>{words}</text>'
