"""The asyncio connection to the bus."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from telemetry import subjects
from telemetry.bus import stores
from telemetry.bus.complaints import complaints
from telemetry.bus.stored import Stored, decoder, start, stored
from telemetry.bus_keys import Credentials
from telemetry.errors import BusError
from telemetry.running import Beside, told_to_end, within
from telemetry.wire import Event, Pulse, Reply

log = logging.getLogger(__name__)

M = TypeVar("M", bound=msgspec.Struct)

RETRY_S: Final = 0.25
PUTS_AT_ONCE: Final = 8
"""A fleet that appears all at once must not make the server, which syncs each to the disk, late for everything else."""
_ACK_TIMEOUT_S: Final = 3.0
_IDLE_HEARTBEAT_S: Final = 0.5
_SILENCE_S: Final = 1.6
_CLOSE_S: Final = 4.0
_NATS_ERRORS: Final = (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError, RuntimeError)
"""RuntimeError is uvloop's, for writing to a connection of which nobody has noticed yet that it is gone."""
_WRONG_LAST_SEQUENCE: Final = 10071
_encode = msgspec.msgpack.Encoder().encode


class Bus:
    """One connection, reconnecting for ever. Made by `connect`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._js = client.jetstream(timeout=_ACK_TIMEOUT_S)
        self._beside = Beside("a request failed in its handler")
        self._putting = asyncio.Semaphore(PUTS_AT_ONCE)
        self._recording = asyncio.Semaphore(PUTS_AT_ONCE)

    @classmethod
    async def connect(cls, url: str, service: str, credentials: Credentials) -> Bus:
        """Returns when connected; waits for the server as long as it takes. `url` may list several by comma."""
        client = Client()
        await client.connect(
            url.split(","),
            name=service,
            error_cb=complaints(service),
            user_jwt_cb=credentials.jwt.encode,
            signature_cb=credentials.sign,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RETRY_S,  # type: ignore[arg-type]  # nats-py hands it to asyncio.sleep
            ping_interval=2,
            max_outstanding_pings=3,
            pending_size=32 * 1024**2,
        )
        return cls(client)

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected

    @property
    def is_closed(self) -> bool:
        """The server has thrown this connection out (rights withdrawn): only a new one can help."""
        return self._client.is_closed

    async def close(self) -> None:
        """What was published is still sent where it can be. Never waits for a server that is gone."""
        self._beside.cancel()
        await within(_CLOSE_S, self._leave())

    async def _leave(self) -> None:
        with contextlib.suppress(*_NATS_ERRORS):
            if self.is_connected:
                await self._client.flush(timeout=2)
            await self._client.close()

    async def prepare(self, raw_limit_mb: int, replicas: int = 1) -> None:
        """Makes the streams and buckets where they are missing, and their limits what they should be."""
        for stream in stores.streams(raw_limit_mb, replicas):
            await self._retried(functools.partial(self._make, stream), str(stream.name))
        for bucket in stores.buckets(replicas):
            await self._retried(functools.partial(self._js.create_key_value, bucket), bucket.bucket)

    async def publish(self, subject: str, message: msgspec.Struct | msgspec.Raw) -> None:
        """Core NATS. While there is no connection it is dropped: it would be stale when there is one again."""
        if not self._client.is_connected:
            return
        with contextlib.suppress(*_NATS_ERRORS):
            await self._client.publish(subject, _encode(message))

    async def pulse(self, service: str, within_s: float) -> None:
        """Says that a service is at work, and that it will say so again within that time."""
        await self.publish(subjects.pulse(service), Pulse(service, within_s))

    async def subscribe(
        self, subject: str, kind: type[M], handler: Callable[[str, M], Awaitable[None]], group: str = ""
    ) -> None:
        """`handler(subject, message)` for each, one after the other. What cannot be decoded is logged and left out.

        Of the processes that subscribe as one `group`, each message goes to one.
        """
        decode = msgspec.msgpack.Decoder(kind).decode

        async def receive(raw: Msg) -> None:
            try:
                message = decode(raw.data)
            except msgspec.MsgspecError as error:
                log.warning("%s: dropped a message that is no %s: %s", raw.subject, kind.__name__, error)
                return
            await handler(raw.subject, message)

        await self._client.subscribe(subject, group, cb=receive)

    async def request(self, subject: str, message: msgspec.Struct, reply: type[M], timeout_s: float) -> M:
        """Asks whoever serves `subject`. Raises `BusError` when nobody does, or not in time."""
        try:
            answer = await self._client.request(subject, _encode(message), timeout=timeout_s)
        except nats.errors.NoRespondersError as error:
            raise BusError(subject, "nobody serves it now") from error
        except TimeoutError as error:
            raise BusError(subject, f"no answer within {timeout_s:g} s") from error
        except _NATS_ERRORS as error:
            raise BusError(subject, str(error) or type(error).__name__) from error
        try:
            return msgspec.msgpack.decode(answer.data, type=reply)
        except msgspec.MsgspecError as error:
            raise BusError(subject, f"the answer is no {reply.__name__}: {error}") from error

    async def serve(
        self, subject: str, kind: type[M], handler: Callable[[str, M], Awaitable[msgspec.Struct]], group: str = ""
    ) -> None:
        """Answers requests with what `handler(subject, request)` returns, each in its own task: none waits for one.

        Of the processes that serve as one `group`, one answers.
        """
        decode = msgspec.msgpack.Decoder(kind).decode

        async def answer(raw: Msg) -> None:
            try:
                reply = await handler(raw.subject, decode(raw.data))
            except msgspec.MsgspecError as error:
                reply = Reply(False, f"The request is no {kind.__name__}: {error}")
            with contextlib.suppress(*_NATS_ERRORS):
                await raw.respond(_encode(reply))

        async def receive(raw: Msg) -> None:
            self._beside.start(answer(raw))

        await self._client.subscribe(subject, group, cb=receive)

    async def store(self, subject: str, message: msgspec.Struct | msgspec.Raw, message_id: str) -> int:
        """Its sequence in the stream, once it is on disk. Tries for ever; the same `message_id` is stored once."""
        payload = _encode(message)
        if len(payload) > self._client.max_payload:
            raise BusError(subject, f"{len(payload)} bytes are more than the bus carries")
        headers = {"Nats-Msg-Id": message_id}
        ack = await self._retried(lambda: self._js.publish(subject, payload, headers=dict(headers)), subject)
        return int(ack.seq)

    async def record(self, event: Event) -> int:
        """`store` for an event."""
        async with self._recording:
            return await self.store(subjects.event(event.vehicle, event.kind), event, event.event_id)

    async def follow(
        self, stream: str, kind: type[M], after: int = 0, only: str | None = None
    ) -> AsyncGenerator[Stored[M], None]:
        """Every message of `stream` (of the subjects `only`) with a sequence above `after`, in order, for ever.

        A message that is no `kind` is logged and comes as None.
        """
        decode = decoder(kind, stream)
        while True:
            try:
                async with contextlib.aclosing(self._delivered(stream, after, only)) as delivered:
                    async for raw in delivered:
                        message = stored(raw, decode)
                        after = message.sequence
                        yield message
            except _NATS_ERRORS as error:
                if self.is_closed:
                    raise BusError(stream, "the connection is closed") from error
                log.info("%s: taken up again after %d (%s)", stream, after, str(error) or type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def past(
        self,
        stream: str,
        kind: type[M],
        since: datetime | None = None,
        only: str | None = None,
        until: datetime | None = None,
    ) -> list[Stored[M]]:
        """What `stream` holds now, from `since` on and before `until`. Tries until the bus answers."""

        async def read() -> list[Stored[M]]:
            decode = decoder(kind, stream)
            async with contextlib.aclosing(self._delivered(stream, since or 0, only, until_now=True)) as delivered:
                found = []
                async for raw in delivered:
                    if until is not None and raw.metadata.timestamp >= until:
                        break
                    found.append(stored(raw, decode))
                return found

        found: list[Stored[M]] = await self._retried(read, stream)
        return found

    async def forget(self, stream: str, up_to: int) -> None:
        """Deletes what is in `stream` up to and including the sequence `up_to`: it is safe elsewhere."""
        with contextlib.suppress(*_NATS_ERRORS):  # what stays is deleted with the next call
            await self._js.purge_stream(stream, seq=up_to + 1)

    async def usage(self, stream: str) -> stores.Usage:
        try:
            info = await self._js.stream_info(stream)
        except _NATS_ERRORS as error:
            raise BusError(stream, str(error) or type(error).__name__) from error
        state, limit = info.state, info.config.max_bytes or 0
        return stores.Usage(state.messages, state.first_seq, state.last_seq, state.bytes, limit)

    async def put(self, bucket: str, key: str, value: msgspec.Struct) -> None:
        """Tries for ever, like `store`."""
        subject, payload = _key_subject(bucket, key), _encode(value)
        async with self._putting:
            await self._retried(lambda: self._js.publish(subject, payload), subject)

    async def delete(self, bucket: str, key: str) -> None:
        subject = _key_subject(bucket, key)
        async with self._putting:
            await self._retried(lambda: self._js.publish(subject, b"", headers={"KV-Operation": "DEL"}), subject)

    async def swap(self, bucket: str, key: str, value: msgspec.Struct | None, revision: int) -> int | None:
        """Puts `value` (None deletes) if `revision` is still the key's, 0 for one that never was. Tries for ever.

        The new revision, or None where somebody was faster, or this is stored and its answer lost: see `standing`.
        """
        subject, payload = _key_subject(bucket, key), b"" if value is None else _encode(value)
        deed = {"KV-Operation": "DEL"} if value is None else {}
        headers = {"Nats-Expected-Last-Subject-Sequence": str(revision), **deed}

        async def attempt() -> int | None:
            try:
                ack = await self._js.publish(subject, payload, headers=dict(headers))
            except nats.js.errors.BadRequestError as error:
                if error.err_code != _WRONG_LAST_SEQUENCE:
                    raise
                return None
            return int(ack.seq)

        async with self._putting:
            swapped: int | None = await self._retried(attempt, subject)
        return swapped

    async def standing(self, bucket: str, key: str, kind: type[M]) -> tuple[M | None, int]:
        """The value under `key`, None if there is none, and its revision, for `swap`. Tries until the bus answers."""
        value: tuple[M | None, int] = await self._retried(lambda: self._look(bucket, key, kind), key)
        return value

    async def entry(self, bucket: str, key: str, kind: type[M]) -> M | None:
        """The value under `key`, or None. Raises `BusError` when the bus does not answer."""
        try:
            return (await self._look(bucket, key, kind))[0]
        except _NATS_ERRORS as error:
            raise BusError(_key_subject(bucket, key), str(error) or type(error).__name__) from error
        except msgspec.MsgspecError as error:
            raise BusError(_key_subject(bucket, key), f"holds no {kind.__name__}: {error}") from error

    async def _look(self, bucket: str, key: str, kind: type[M]) -> tuple[M | None, int]:
        try:
            found = await self._js.get_last_msg(f"KV_{bucket}", _key_subject(bucket, key))
        except nats.js.errors.NotFoundError:
            return None, 0
        gone = found.headers and "KV-Operation" in found.headers
        return None if gone else msgspec.msgpack.decode(found.data or b"", type=kind), int(found.seq or 0)

    async def entries(self, bucket: str, kind: type[M]) -> dict[str, M]:
        """Everything in `bucket` now. Raises `BusError` when the bus does not answer."""
        skip = len(_key_subject(bucket, ""))
        if not self.is_connected:
            raise BusError(bucket, "the bus cannot be reached")
        found = await self.past(f"KV_{bucket}", kind)
        return {one.subject[skip:]: one.message for one in found if one.message is not None}

    async def watch(self, bucket: str, kind: type[M]) -> AsyncGenerator[tuple[str, M | None], None]:
        """(key, value or None for deleted): first all there is, then every change."""
        skip = len(_key_subject(bucket, ""))
        async with contextlib.aclosing(self.follow(f"KV_{bucket}", kind)) as changes:
            async for change in changes:
                yield change.subject[skip:], change.message

    async def _delivered(
        self, stream: str, after: int | datetime, only: str | None, until_now: bool = False
    ) -> AsyncGenerator[Msg, None]:
        """The messages of one short-lived push consumer. Ends with an error on silence or a hole.

        The server sends a heartbeat when it has nothing else, and a flow control message that is answered when
        everything before it has been taken: a slow taker slows its own consumer and nobody else.
        """
        inbox = self._client.new_inbox()
        subscription = await self._client.subscribe(inbox)
        try:
            info = await self._js.add_consumer(
                stream,
                ConsumerConfig(
                    deliver_subject=inbox,
                    **start(after),
                    ack_policy=AckPolicy.NONE,
                    filter_subject=only,
                    idle_heartbeat=_IDLE_HEARTBEAT_S,
                    flow_control=True,
                    mem_storage=True,
                    num_replicas=1,
                    inactive_threshold=30.0,
                ),
            )
            try:
                expected = 1
                while not until_now or expected <= (info.num_pending or 0):
                    raw = await subscription.next_msg(timeout=_SILENCE_S)
                    if told_to_end():
                        raise asyncio.CancelledError
                    if raw.headers and raw.headers.get("Status") == "100":
                        waiting = raw.reply or raw.headers.get("Nats-Consumer-Stalled")
                        if waiting:
                            await self._client.publish(waiting)
                        continue
                    if raw.metadata.sequence.consumer != expected:
                        raise nats.errors.Error(f"delivery {expected} is missing")
                    expected += 1
                    yield raw
            finally:
                with contextlib.suppress(*_NATS_ERRORS):
                    await self._js.delete_consumer(stream, info.name)
        finally:
            with contextlib.suppress(*_NATS_ERRORS):
                await subscription.unsubscribe()

    async def _make(self, stream: StreamConfig) -> None:
        """Asks first: the server reserves room for each attempt to make a stream, even for one that exists."""
        try:
            present = (await self._js.stream_info(str(stream.name))).config
        except nats.js.errors.NotFoundError:
            await self._js.add_stream(stream)
        else:
            limits = ("max_bytes", "max_age", "num_replicas")
            if any(getattr(present, limit) != getattr(stream, limit) for limit in limits):
                await self._js.update_stream(stream)

    async def _retried(self, attempt: Callable[[], Awaitable[Any]], what: str) -> Any:
        """Until it succeeds. Says when it begins to fail and when it works again."""
        failed = False
        while True:
            try:
                if not self._client.is_connected:  # else the client would buffer every attempt and send them all
                    raise nats.errors.ConnectionReconnectingError
                result = await attempt()
            except _NATS_ERRORS as error:
                if self.is_closed:
                    raise BusError(what, "the connection is closed") from error
                if not failed:
                    log.warning("%s: not stored yet, kept and tried again: %s", what, error or type(error).__name__)
                failed = True
                if told_to_end():
                    raise asyncio.CancelledError from error
                await asyncio.sleep(RETRY_S)
            else:
                if failed:
                    log.warning("%s: stored again", what)
                return result


def new_id() -> str:
    """For event ids: unique everywhere."""
    return uuid.uuid4().hex


def _key_subject(bucket: str, key: str) -> str:
    return f"$KV.{bucket}.{subjects.token(key) if key else ''}"
