"""Fuzzes the frame reader by coverage (atheris, libFuzzer) for so many seconds of processor time: `make fuzz`.

Whatever breaks `frame_oracle.judge` is left as ``crash-…`` where this was started, and makes it end with 1. What
reached new code is kept in tests/data/frames, as few bytes as do it, and is read again by every run of test_frame.py.
"""

from __future__ import annotations

import hashlib
import logging
import random
import resource
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import atheris

with atheris.instrument_imports(include=["telemetry.mavlink.frame"]):
    from telemetry.mavlink import frame

from telemetry.mavlink.dialect import CRC_EXTRA, PAYLOAD_SIZE
from tests.telemetry.mavlink import frame_oracle

CORPUS: Final = Path(__file__).parents[2] / "data" / "frames"
LONGEST: Final = 400
"""Bytes of one input: the largest frame and some more."""


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """What libFuzzer makes of it, half of the time with right checksums: no mutation finds these by itself."""
    changed = bytearray(atheris.Mutate(data, longest))
    dice = random.Random(seed)
    if dice.random() < 0.2:
        msgid, size = dice.choice(list(PAYLOAD_SIZE.items()))
        at = dice.randint(0, len(changed))
        changed[at:at] = frame_of(msgid, dice.randbytes(dice.randint(1, size)), dice)
    if dice.random() < 0.5:
        mend(changed)
    return bytes(changed[:longest])


def frame_of(msgid: int, payload: bytes, dice: random.Random) -> bytes:
    """A frame of either version without a right checksum."""
    names = bytes([dice.randrange(256), 1, 1])
    if msgid < 256 and dice.random() < 0.4:
        return bytes([frame.MAGIC_1, len(payload)]) + names + bytes([msgid]) + payload + b"\0\0"
    flags = dice.random() < 0.2
    head = bytes([frame.MAGIC_2, len(payload), flags, 0]) + names + msgid.to_bytes(3, "little")
    return head + payload + bytes(15 if flags else 2)


def mend(stream: bytearray) -> None:
    """Makes the checksum of whatever looks like a frame right."""
    at = 0
    while at < len(stream) - 12:
        length, stop = stream[at + 1], at
        if stream[at] == frame.MAGIC_2:
            stop, msgid = at + 10 + length, int.from_bytes(stream[at + 7 : at + 10], "little")
        elif stream[at] == frame.MAGIC_1:
            stop, msgid = at + 6 + length, stream[at + 5]
        if stop > at and stop + 2 <= len(stream) and msgid in CRC_EXTRA:
            right = frame.crc(CRC_EXTRA[msgid], frame.crc(bytes(stream[at + 1 : stop])))
            struct.pack_into("<H", stream, stop, right)
            at = stop + 2
        else:
            at += 1


def fuzz(arguments: list[str]) -> None:
    """One run of libFuzzer, which ends the process."""
    logging.disable()
    atheris.Setup([sys.argv[0], *arguments], frame_oracle.judge, custom_mutator=mutate)
    atheris.Fuzz()


def keep(found: Path) -> None:
    """Adds to the corpus what reaches something that it does not reach yet, the shortest first."""
    known = set().union(*(reached(path.read_bytes()) for path in CORPUS.iterdir()))
    for stream in sorted((path.read_bytes() for path in found.iterdir()), key=len):
        new = reached(stream) - known
        if new:
            known |= new
            (CORPUS / f"fuzzed-{hashlib.sha1(stream).hexdigest()[:10]}.bin").write_bytes(stream)


def reached(stream: bytes) -> set[Any]:
    """Steps from line to line in the frame reader, and which kinds of frame it gave out one behind the other."""
    steps: set[Any] = set()

    def trace(called: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        last = called.f_lineno

        def step(now: FrameType, event: str, _: Any) -> Callable[..., Any]:
            nonlocal last
            steps.add((last, now.f_lineno, event))
            last = now.f_lineno
            return step

        return step if called.f_code.co_filename == frame.__file__ else None

    sys.settrace(trace)
    try:
        frames, reader = frame_oracle.read(stream)
    finally:
        sys.settrace(None)
    kinds = [(one.version, one.signed, one.verified) for one in frames]
    return steps | {(*pair, reader.garbage_bytes > 0) for pair in zip([None, *kinds], kinds, strict=False)}


def spent_s() -> float:
    """Processor time of the runs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(wanted_s: float) -> int:
    """Runs until `wanted_s` seconds of processor time are spent; the exit code."""
    again: list[Any] = [sys.executable, "-m", "tests.telemetry.mavlink.fuzz_frame", f"-max_len={LONGEST}"]
    with tempfile.TemporaryDirectory(prefix="airbeat-fuzz-") as found:
        while (left_s := wanted_s - spent_s()) > 0:
            ran = subprocess.run(
                [*again, f"-max_total_time={max(1, int(left_s))}", "-print_final_stats=1", found, CORPUS]
            )
            print(f"{spent_s():.0f} s of processor time spent", flush=True)
            if ran.returncode:
                return 1
        keep(Path(found))
        return 0


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("-"):
        fuzz(sys.argv[1:])
    else:
        sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else 3600.0))
