"""Messages of a stream, as they come out of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy

log = logging.getLogger(__name__)

M = TypeVar("M", bound=msgspec.Struct)


class Stored(msgspec.Struct, Generic[M], frozen=True):
    """One message of a stream. `behind` counts those after it at its delivery. None: a deleted key, or unreadable."""

    subject: str
    sequence: int
    at: datetime
    behind: int
    message: M | None


def start(after: int | datetime) -> dict[str, Any]:
    """Where a consumer begins: after a sequence, or at an instant."""
    if isinstance(after, datetime):
        return {"deliver_policy": DeliverPolicy.BY_START_TIME, "opt_start_time": after}
    return {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": after + 1}


def decoder(kind: type[M], stream: str) -> Callable[[Msg], M | None]:
    decode = msgspec.msgpack.Decoder(kind).decode

    def read(raw: Msg) -> M | None:
        if raw.headers and "KV-Operation" in raw.headers:
            return None
        try:
            return decode(raw.data)
        except msgspec.MsgspecError as error:
            log.warning("%s: %s is no %s: %s", stream, raw.subject, kind.__name__, error)
            return None

    return read


def stored(raw: Msg, decode: Callable[[Msg], M | None]) -> Stored[M]:
    meta = raw.metadata
    return Stored(raw.subject, meta.sequence.stream, meta.timestamp, meta.num_pending, decode(raw))
