"""A recording in which something went wrong that really did not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from telemetry.logs import read
from telemetry.logs.formats import formats
from telemetry.logs.walk import candidates, walk


def changed(source: Path, target: Path, name: str, fields: dict[str, float], rows: slice) -> None:
    """Writes `source` with other values in some rows of one message."""
    content = np.fromfile(source, dtype=np.uint8)
    tried = candidates(content)
    fmt = read(source)["FMT"]
    lengths = np.zeros(256, dtype=np.int64)
    lengths[fmt["Type"]] = fmt["Length"]
    blocks = walk(tried, lengths, len(content))
    described = formats({field: fmt[field] for field in fmt.fields})
    made = next(one for one in described.values() if one.name == name)
    places = {field: (run, at) for run in made.layout for at, field in enumerate(run.names)}
    for start in np.concatenate([block.start[block.kind == made.kind] for block in blocks])[rows].tolist():
        record = content[start : start + made.length].reshape(1, -1)
        for field, value in fields.items():
            run, at = places[field]
            run.found(record)[at] = value
    target.write_bytes(content.tobytes())
