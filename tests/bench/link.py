"""`make bench-link`: what the link side costs, beside its peers in the same run.

Each section measures one thing and gives its figures for bench-results/link.json; add one to `SECTIONS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from tests.bench import link_decode, link_fleet, link_noise, uploads

RESULTS: Final = Path("bench-results") / "link.json"
SECTIONS: Final[tuple[Callable[[Console], dict[str, Any]], ...]] = (
    link_decode.measure,
    link_noise.measure,
    uploads.measure,
    link_fleet.measure,
)


def main() -> None:
    console = Console()
    figures: dict[str, Any] = {}
    for section in SECTIONS:
        figures |= section(console)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
