"""The signed head of the logs, to be published or sent to a second party (format: FORMAT.md)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from telemetry.errors import RecordingError
from telemetry.evidence.ed25519 import is_signed
from telemetry.evidence.keys import EvidenceKeys, stamp
from telemetry.evidence.verifier import canonical, parse, reachable

HEAD_TITLE: Final = "airbeat-head-1"


class Head(msgspec.Struct, frozen=True):
    """How many lines the log of flights and the custody log had, and the hashes of their ends."""

    flights: int
    flights_hash: str
    custody: int
    custody_hash: str
    at: datetime


def sign(head: Head, keys: EvidenceKeys) -> bytes:
    """One line of JSON."""
    statement = (
        f"{HEAD_TITLE}\nflights {head.flights} {head.flights_hash}\ncustody {head.custody} {head.custody_hash}\n"
        f"at {stamp(head.at)}\nkey {keys.public}\n"
    )
    return canonical(keys.signed(statement)) + b"\n"


class Published(NamedTuple):
    """What a second party has: heads in the order they came, and the keys that followed the first."""

    heads: tuple[Head, ...]
    keys: frozenset[str]


NOTHING: Final = Published((), frozenset())


def read_all(published: bytes, public_key: str, where: str) -> Published:
    """A file of heads, one a line. Raises `RecordingError` as `read` does, and for a file without any."""
    read_lines = [
        read(line, public_key, f"{where}, line {number}") for number, line in enumerate(published.splitlines(), 1)
    ]
    if not read_lines:
        raise RecordingError(where, 0, "holds no published head")
    return Published(tuple(head for head, _ in read_lines), frozenset().union(*(keys for _, keys in read_lines)))


def read(published: bytes, public_key: str, where: str) -> tuple[Head, set[str]]:
    """A head that was published earlier, and the keys that its sender then had.

    Raises `RecordingError` if it is none, or not by that key or its followers.
    """
    try:
        signed = json.loads(published)
        values = parse(signed["statement"], HEAD_TITLE).values
        flights, flights_hash = values["flights"].split(" ")
        custody, custody_hash = values["custody"].split(" ")
        head = Head(int(flights), flights_hash, int(custody), custody_hash, datetime.fromisoformat(values["at"]))
        good = is_signed(values["key"], signed["statement"], signed["signature"])
        keys = reachable(public_key.strip().lower(), signed["rotations"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError(where, 0, f"is no published head: {error}") from error
    if not good or values["key"] not in keys:
        raise RecordingError(where, 0, "is not signed by that key")
    return head, keys
