"""Streams and buckets, with explicit limits.

No stream discards in silence what nobody has taken yet. RAW is a queue: the recorder deletes what it has on disk
(`Bus.forget`), there is no age limit, and when it is full the server refuses new messages, so that the gateway
keeps its own and alerts. EVENTS keeps 90 days; they are in the flights' bundles besides. PAST is what a live page looks
back into: the last hour, or as much of it as finds room.
"""

from __future__ import annotations

from typing import Final

import msgspec
from nats.js.api import DiscardPolicy, KeyValueConfig, RetentionPolicy, StorageType, StreamConfig

from telemetry import subjects

_MIB: Final = 1024**2
_DAY_S: Final = 86_400.0
PAST_S: Final = 3600.0
_PAST_MIB: Final = 2048
"""An hour of 2,000 vehicles."""
_DUPLICATES_S: Final = 600.0
"""How long a repeated message id is recognised; the recorder knows a repeated chunk for ever."""


class Usage(msgspec.Struct, frozen=True):
    """How full a stream is."""

    messages: int
    first_sequence: int
    last_sequence: int
    used_bytes: int
    limit_bytes: int


def streams(raw_limit_mb: int, replicas: int) -> tuple[StreamConfig, ...]:
    return (
        StreamConfig(
            name=subjects.RAW_STREAM,
            subjects=[subjects.RAW_ALL],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW,
            max_bytes=raw_limit_mb * _MIB,
            storage=StorageType.FILE,
            num_replicas=replicas,
            duplicate_window=_DUPLICATES_S,
        ),
        StreamConfig(
            name=subjects.EVENTS_STREAM,
            subjects=[subjects.EVENTS_ALL],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.OLD,
            max_age=90 * _DAY_S,
            max_bytes=2048 * _MIB,
            storage=StorageType.FILE,
            num_replicas=replicas,
            duplicate_window=_DUPLICATES_S,
        ),
        StreamConfig(
            name=subjects.PAST_STREAM,
            subjects=[subjects.FLEET_ALL],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.OLD,
            max_age=PAST_S,
            max_bytes=_PAST_MIB * _MIB,
            storage=StorageType.FILE,
            num_replicas=replicas,
        ),
    )


def buckets(replicas: int) -> tuple[KeyValueConfig, ...]:
    names = (
        subjects.VEHICLES_BUCKET,
        subjects.ONBOARD_BUCKET,
        subjects.ALERTS_BUCKET,
        subjects.FLIGHTS_BUCKET,
        subjects.UPLOADS_BUCKET,
        subjects.INCIDENTS_BUCKET,
        subjects.GUESTS_BUCKET,
        subjects.WEBHOOKS_BUCKET,
    )
    return tuple(
        KeyValueConfig(bucket=name, history=1, max_bytes=256 * _MIB, storage=StorageType.FILE, replicas=replicas)
        for name in names
    )
