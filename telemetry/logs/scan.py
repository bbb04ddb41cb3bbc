"""Where the records of a log lie. Kept in a file of its own, a long log is looked through only once.

That file: 8 bytes little-endian, the length of a line of JSON (`_Head`), that line, and the places.
"""

from __future__ import annotations

import contextlib
import logging
import mmap
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np

from telemetry.logs.damage import Damage
from telemetry.logs.fetch import Offsets

log = logging.getLogger(__name__)

Buffer = bytes | memoryview

_LENGTH_BYTES: Final = 8


class Scan(NamedTuple):
    """What was found by looking through the whole of a log."""

    places: dict[int, Offsets]
    """Where the records of each kind begin, in the file's order; the reader says what a kind is."""
    damage: tuple[Damage, ...]
    unknown: int = 0
    """Whole records of kinds that nobody here knows."""


class _Head(msgspec.Struct, frozen=True):
    type: str
    """numpy's, of a place."""
    counts: tuple[tuple[int, int], ...]
    """Kind, and how many places it has; they follow in this order."""
    damage: tuple[Damage, ...]
    unknown: int


def kept(file: Path | None, look: Callable[[], Scan]) -> Scan:
    """What stands in `file`; if nothing usable does, what `look` finds, and `file` has it from then on."""
    if file is None:
        return look()
    try:
        return _load(file)
    except (OSError, ValueError, msgspec.MsgspecError):
        found = look()
    keep(file, _packed(found))
    return found


def keep(file: Path, parts: Iterable[Buffer]) -> None:
    """Writes what was worked out of a log: whole or not at all, however many do it at once, and never in its way."""
    draft = file.with_name(f"{file.name}.{uuid.uuid4().hex}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        with draft.open("wb") as out:
            out.writelines(parts)
        draft.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        log.warning("%s is not kept, and is worked out again next time: %s", file, error)


def _packed(found: Scan) -> Iterator[Buffer]:
    last = max((int(at[-1]) for at in found.places.values() if len(at)), default=0)
    place = np.dtype("<u4" if last < 1 << 31 else "<u8")
    counts = tuple((kind, len(at)) for kind, at in found.places.items())
    head = msgspec.json.encode(_Head(place.str, counts, found.damage, found.unknown))
    yield len(head).to_bytes(_LENGTH_BYTES, "little") + head
    for at in found.places.values():
        yield at.astype(place).data


def _load(file: Path) -> Scan:
    with file.open("rb") as content:
        data = mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ)
    begin = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
    head = msgspec.json.decode(data[_LENGTH_BYTES:begin], type=_Head)
    place = np.dtype(head.type)
    if len(data) != begin + place.itemsize * sum(count for _, count in head.counts):
        raise ValueError(f"{file} is not whole")
    places = {}
    for kind, count in head.counts:
        places[kind] = np.frombuffer(data, dtype=place, count=count, offset=begin)
        begin += count * place.itemsize
    return Scan(places, head.damage, head.unknown)
