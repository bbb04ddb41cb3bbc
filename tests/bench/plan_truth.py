"""Three hundred random plans and fences, judged by the checks and flown by simulated vehicles with the same fence."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.mission.fence_truth import flown, homes, judged, new_fleet, random_plan

PLANS: Final = 300
SURELY_M: Final = 3.0


def measure(console: Console) -> dict[str, Any]:
    rng = np.random.default_rng(2026)
    fleet = new_fleet(PLANS, seed=2026)
    plans = [random_plan(rng, home) for home in homes(fleet)]
    verdicts = [judged(plan) for plan in plans]
    breached = flown(plans, fleet)
    pairs = list(zip(verdicts, breached, strict=True))
    table = Table("the checks say", "plans", "breached when flown", title=f"{PLANS} plans judged, then flown")
    rows = {
        "no fence error": [was for verdict, was in pairs if verdict.clean],
        "inside, but nearer than the margin": [
            was for verdict, was in pairs if not verdict.clean and not verdict.breach
        ],
        f"breach, up to {SURELY_M:g} m deep": [was for v, was in pairs if v.breach and v.depth_m <= SURELY_M],
        f"breach, deeper than {SURELY_M:g} m": [was for v, was in pairs if v.breach and v.depth_m > SURELY_M],
    }
    for name, outcomes in rows.items():
        table.add_row(name, str(len(outcomes)), str(sum(outcomes)))
    console.print(table)
    clean, deep = rows["no fence error"], rows[f"breach, deeper than {SURELY_M:g} m"]
    wrong = sum(clean) + len(deep) - sum(deep)
    console.print(f"{wrong} of {len(clean) + len(deep)} clear verdicts were contradicted by the vehicle's fence")
    return {"truth": {name: [len(o), sum(o)] for name, o in rows.items()}, "truth_contradicted": wrong}
