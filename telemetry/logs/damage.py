"""What could not be read of a recording."""

from __future__ import annotations

import msgspec


class Damage(msgspec.Struct, frozen=True):
    """`bytes` from `offset` on belong to no record; `what` says so for a person."""

    offset: int
    bytes: int
    what: str
