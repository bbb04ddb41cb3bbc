"""Mission, geofence and rally transfer: the MAVLink mission protocol, one state machine for all three.

https://mavlink.io/en/services/mission.html. A request is repeated after 1,500 ms, an item after 250 ms (longer on a
link whose round trip is longer); after six general timeouts without progress the vehicle counts as silent.

Items are sent ahead of the vehicle's requests and requested ahead of its answers, so that the round trip is paid once
per window and not once per item. ArduPilot answers an item it does not expect with MAV_MISSION_INVALID_SEQUENCE and
goes on waiting for the one it asked for, PX4 ignores it; a vehicle that ends the transfer instead is served again item
by item. An item that reaches ArduPilot after the end (a duplicate, or one repeated because the final MISSION_ACK was
lost) is answered MAV_MISSION_ERROR although all is on board. Therefore the end of `upload` says that the transfer is
over, and only `download` says what the vehicle holds.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from mission.items import MissionType, WireItem
from telemetry.errors import NotVerified, Refused, VehicleSilent
from telemetry.mavlink.enums import MavMissionResult as Result
from telemetry.services.channel import Channel, Inbox, OnProgress

GENERAL_TIMEOUT_S: Final = 1.5
ITEM_TIMEOUT_S: Final = 0.25
RETRIES: Final = 5
SILENCE_S: Final = GENERAL_TIMEOUT_S * (RETRIES + 1)
AHEAD: Final = 32
"""Items under way at once: 32 of 50 bytes fill a 100 ms round trip at 16 kB/s and fit every receive buffer met."""

RESULTS: Final = {
    0: "accepted",
    1: "error without a reason, or no transfer under way",
    2: "coordinate frame not supported",
    3: "command not supported",
    4: "no space for so many items",
    5: "a parameter is invalid",
    6: "param1 is invalid",
    7: "param2 is invalid",
    8: "param3 is invalid",
    9: "param4 is invalid",
    10: "x or latitude is invalid",
    11: "y or longitude is invalid",
    12: "z or altitude is invalid",
    13: "item out of sequence",
    14: "denied: another ground station is writing",
    15: "cancelled by the vehicle",
}
"""MAV_MISSION_RESULT in words."""

NAMES: Final = {MissionType.MISSION: "mission", MissionType.FENCE: "geofence", MissionType.RALLY: "rally points"}


def _now() -> float:
    return asyncio.get_running_loop().time()


def _name(message: Any) -> str:
    return type(message).__name__


async def upload(channel: Channel, kind: MissionType, items: Sequence[WireItem], on_progress: OnProgress) -> None:
    """Writes all items in place of those on board. Raises `VehicleSilent`, `Refused`, `Interrupted`."""
    opening = {"count": len(items)}
    await _write_ahead(channel, kind, ("MISSION_COUNT", opening), 0, items, on_progress)


async def write_partial(
    channel: Channel, kind: MissionType, start: int, items: Sequence[WireItem], on_progress: OnProgress
) -> None:
    """Overwrites `items` from number `start` on and leaves the others. Raises as `upload`."""
    opening = {"start_index": start, "end_index": start + len(items) - 1}
    await _write_ahead(channel, kind, ("MISSION_WRITE_PARTIAL_LIST", opening), start, items, on_progress)


async def download(channel: Channel, kind: MissionType, on_progress: OnProgress) -> tuple[WireItem, ...]:
    """Reads what the vehicle holds. Raises `VehicleSilent`, `Refused`, `Interrupted`."""
    async with channel.lock("mission"):
        with channel.overhear() as said, channel.listen("MISSION_COUNT", "MISSION_ITEM_INT", "MISSION_ACK") as inbox:
            return await _Reading(channel, kind, inbox, said, on_progress).run()


async def clear(channel: Channel, kind: MissionType) -> None:
    """Empties the list and asks that it is empty. Raises as `upload`, and `NotVerified`."""
    service = f"clear {NAMES[kind]}"
    async with channel.lock("mission"):
        with channel.overhear() as said, channel.listen("MISSION_ACK") as inbox:
            ask = ("MISSION_CLEAR_ALL", {"mission_type": kind})
            answer, _ = await _ask(channel, service, ask, inbox, said, lambda message: message.mission_type == kind)
            if answer.type != Result.ACCEPTED:
                raise refusal(service, answer.type, said)
    held = await download(channel, kind, lambda done, total: None)
    if len(held) > (1 if kind is MissionType.MISSION else 0):  # ArduPilot counts home as item 0
        raise NotVerified(service, f"the vehicle still holds {len(held)} items", tuple(said))


def refusal(service: str, code: int, said: Sequence[str]) -> Refused:
    """MAV_MISSION_RESULT `code` as an error in words."""
    return Refused(service, RESULTS.get(code, f"MAV_MISSION_RESULT {code}"), code, tuple(said))


async def _ask(
    channel: Channel,
    service: str,
    ask: tuple[str, dict[str, Any]],
    inbox: Inbox,
    said: Sequence[str],
    answers: Callable[[Any], bool],
) -> tuple[Any, float]:
    """Sends `ask` until a message comes for which `answers` is true; gives it and the round trip in seconds."""
    name, fields = ask
    for _ in range(1 + RETRIES):
        channel.send(name, **fields)
        sent_at = _now()
        while (message := await inbox.get(sent_at + GENERAL_TIMEOUT_S - _now())) is not None:
            if answers(message):
                return message, _now() - sent_at
    raise VehicleSilent(service, f"{name} sent {1 + RETRIES} times, no answer in {SILENCE_S:.0f} s", tuple(said))


async def _write_ahead(
    channel: Channel,
    kind: MissionType,
    opening: tuple[str, dict[str, int]],
    first: int,
    items: Sequence[WireItem],
    on_progress: OnProgress,
) -> None:
    names = ("MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ACK")
    async with channel.lock("mission"):
        with channel.overhear() as said, channel.listen(*names) as inbox:
            writing = _Writing(channel, kind, first, items, inbox, said, on_progress)
            try:
                await writing.run(opening, AHEAD)
            except Refused as error:
                if error.code not in (Result.ERROR, Result.INVALID_SEQUENCE) or not writing.out_of_sequence:
                    raise
                await writing.run(opening, 1)


class _Writing:
    """`asked` is the item the vehicle asked for last, `wanted` the highest such, `sent` the next one to go out.

    `sent_at` says when an item went out; infinity once it went out twice, when no answer tells a round trip any more.
    """

    def __init__(
        self,
        channel: Channel,
        kind: MissionType,
        first: int,
        items: Sequence[WireItem],
        inbox: Inbox,
        said: Sequence[str],
        on_progress: OnProgress,
    ) -> None:
        self.channel, self.kind, self.first, self.items = channel, kind, first, items
        self.inbox, self.said, self.on_progress = inbox, said, on_progress
        self.service = f"write {NAMES[kind]}"
        self.end = first + len(items)
        self.out_of_sequence = False

    async def run(self, opening: tuple[str, dict[str, int]], ahead: int) -> None:
        name, fields = opening
        ask = (name, {**fields, "mission_type": self.kind})
        message, self.round_trip_s = await _ask(self.channel, self.service, ask, self.inbox, self.said, self._opens)
        self.progress_at = self.tried_at = _now()
        self.turned_back_at = -math.inf
        self.sent_at: dict[int, float] = {}
        self.ahead = ahead
        self.wanted = self.sent = self.asked = self.first
        self.in_doubt = False
        while message is None or not self._ends(message):
            while self.sent < min(self.end, self.wanted + self.ahead):
                self._send(self.sent)
            patience_s = max(ITEM_TIMEOUT_S, 2 * self.round_trip_s)
            message = await self.inbox.get(self.tried_at + patience_s - _now())
            if message is None:
                self._repeat()
        self.on_progress(len(self.items), len(self.items))

    def _opens(self, message: Any) -> bool:
        """A request, or a MISSION_ACK that ends it already; others may be left over from the transfer before."""
        left_over = (
            Result.INVALID_SEQUENCE,
            *((Result.ERROR,) if self.first == 0 else ()),
            *((Result.ACCEPTED,) if self.items else ()),
        )
        return message.mission_type == self.kind and (_name(message) != "MISSION_ACK" or message.type not in left_over)

    def _ends(self, message: Any) -> bool:
        """Takes in one message; True when the vehicle says that the transfer is over."""
        if message.mission_type != self.kind:
            return False
        if _name(message) != "MISSION_ACK":
            self._requested(message.seq)
            return False
        if message.type == Result.ACCEPTED:
            return self.sent == self.end  # before that it is left over from an earlier transfer
        if message.type == Result.INVALID_SEQUENCE:
            self._turn_back()
            return False
        if message.type == Result.ERROR:
            self.in_doubt = True
            # No transfer is under way any more: either it ended, and its MISSION_ACK was lost or overtaken …
            return len(self.sent_at) == len(self.items)
        raise refusal(self.service, message.type, self.said)

    def _requested(self, number: int) -> None:
        if not self.first <= number < self.end:
            raise Refused(
                self.service, f"the vehicle asks for item {number}, which is none", Result.ERROR, tuple(self.said)
            )
        self.asked = number
        if number > self.wanted:
            self.wanted, self.in_doubt = number, False
            self.sent = max(self.sent, number)
            self.progress_at = self.tried_at = _now()
            # The opening's round trip may hold a lost answer, asked for again a second later: the shortest is right.
            if math.isfinite(self.sent_at.get(number - 1, math.inf)):
                self.round_trip_s = min(self.round_trip_s, _now() - self.sent_at[number - 1])
            self.on_progress(number - self.first, len(self.items))
        elif number < self.wanted or (self.ahead == 1 and number < self.sent):
            self._send(number)

    def _send(self, number: int) -> None:
        self.channel.send("MISSION_ITEM_INT", **item_fields(number, self.kind, self.items[number - self.first]))
        self.sent = max(self.sent, number + 1)
        self.sent_at[number] = math.inf if number in self.sent_at else _now()

    def _turn_back(self) -> None:
        """The item asked for last was lost on the way: it and what followed go out again, once a round trip."""
        self.out_of_sequence = True
        if self.ahead > 1 and _now() - self.turned_back_at >= self.round_trip_s:
            self.turned_back_at = self.tried_at = _now()
            self.sent = self.wanted

    def _repeat(self) -> None:
        """Nothing new for an item's time: goes on from what the vehicle asked for last."""
        if self.in_doubt and _now() - self.progress_at > GENERAL_TIMEOUT_S:
            raise refusal(self.service, Result.ERROR, self.said)  # … or the vehicle gave it up
        if _now() - self.progress_at > SILENCE_S:
            what = f"nothing came after item {self.wanted} of {self.end} for {SILENCE_S:.0f} s"
            raise VehicleSilent(self.service, what, tuple(self.said))
        self.wanted = self.sent = self.asked
        self.tried_at = _now()


class _Reading:
    """Requests up to `AHEAD` items at once; `waiting` holds when each was last requested."""

    def __init__(
        self, channel: Channel, kind: MissionType, inbox: Inbox, said: Sequence[str], on_progress: OnProgress
    ) -> None:
        self.channel, self.kind, self.inbox, self.said, self.on_progress = channel, kind, inbox, said, on_progress
        self.service = f"read {NAMES[kind]}"
        self.got: dict[int, WireItem] = {}
        self.waiting: dict[int, float] = {}

    async def run(self) -> tuple[WireItem, ...]:
        self.count = await self._count()
        self.progress_at = _now()
        following = 0
        while len(self.got) < self.count:
            while following < self.count and len(self.waiting) < AHEAD:
                self._request(following)
                following += 1
            message = await self.inbox.get(min(self.waiting.values()) + self.item_timeout_s - _now())
            if message is None:
                self._repeat()
            elif message.mission_type == self.kind and _name(message) == "MISSION_ITEM_INT":
                self._take(message)
        self.channel.send("MISSION_ACK", type=Result.ACCEPTED, mission_type=self.kind)
        self.on_progress(self.count, self.count)
        return tuple(self.got[number] for number in range(self.count))

    async def _count(self) -> int:
        """Asks for the number of items, and again while the vehicle still waits for the rest of a broken upload."""
        denied: Any = None
        until = _now() + 2 * SILENCE_S  # ArduPilot gives a broken upload up after 8 s
        while _now() < until:
            ask = ("MISSION_REQUEST_LIST", {"mission_type": self.kind})
            answer, round_trip_s = await _ask(self.channel, self.service, ask, self.inbox, self.said, self._counts)
            if _name(answer) == "MISSION_COUNT":
                self.item_timeout_s = max(ITEM_TIMEOUT_S, 2 * round_trip_s)
                return int(answer.count)
            denied = answer
            if denied.type not in (Result.DENIED, Result.OPERATION_CANCELLED):
                break
            await asyncio.sleep(GENERAL_TIMEOUT_S)
        raise refusal(self.service, denied.type, self.said)

    def _counts(self, message: Any) -> bool:
        """MISSION_COUNT, or a MISSION_ACK that refuses; others may be left over from the transfer before."""
        if message.mission_type != self.kind:
            return False
        if _name(message) == "MISSION_ACK":
            return message.type not in (Result.ACCEPTED, Result.ERROR, Result.INVALID_SEQUENCE)
        return _name(message) == "MISSION_COUNT"

    def _request(self, number: int) -> None:
        self.channel.send("MISSION_REQUEST_INT", seq=number, mission_type=self.kind)
        self.waiting[number] = _now()

    def _take(self, message: Any) -> None:
        if self.waiting.pop(message.seq, None) is not None:
            self.got[message.seq] = wire_item(message)
            self.progress_at = _now()
            self.on_progress(len(self.got), self.count)

    def _repeat(self) -> None:
        if _now() - self.progress_at > SILENCE_S:
            what = f"{len(self.got)} of {self.count} items came, then nothing for {SILENCE_S:.0f} s"
            raise VehicleSilent(self.service, what, tuple(self.said))
        now = _now()
        for number in [number for number, asked in self.waiting.items() if asked + self.item_timeout_s <= now]:
            self._request(number)


def item_fields(number: int, kind: MissionType, item: WireItem) -> dict[str, Any]:
    """`item` as the fields of MISSION_ITEM_INT."""
    return {"seq": number, "current": 0, "mission_type": int(kind), **msgspec.structs.asdict(item)}


def wire_item(message: Any) -> WireItem:
    """The MISSION_ITEM_INT without its addressing."""
    return WireItem(**{name: getattr(message, name) for name in WireItem.__struct_fields__})
