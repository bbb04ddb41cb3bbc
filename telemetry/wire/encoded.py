"""Messages of which the most is msgpack already: it is not made into objects to be packed once more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

_encode: Final = msgspec.msgpack.Encoder().encode
_ARRAY32: Final = b"\xdd"


def filled(message: msgspec.Struct, count: int, items: Iterable[bytes]) -> msgspec.Raw:
    """`message` as msgpack, with `count` items in place of the empty tuple that is its last field."""
    return msgspec.Raw(b"".join((_encode(message)[:-1], _ARRAY32, count.to_bytes(4), *items)))
