"""Mission, fence and rally transfer, both ways, with ArduPilot's order of answers, refusals and timeouts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mission.items import WireItem
from sitl import storage
from sitl.storage import ACCEPTED, CANCELLED, DENIED, ERROR, INVALID_SEQUENCE, NO_SPACE, UNSUPPORTED, Item

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

WARNING, INFO = 4, 6
UPLOAD_TIMEOUT_S: Final = 8.0
ASK_AGAIN_S: Final = 1.0
MISSION, FENCE, RALLY = 0, 1, 2
KEEPERS: Final = {MISSION: storage.mission_item, FENCE: storage.fence_item, RALLY: storage.rally_item}
ANGLE_FACTOR: Final = 1e7


@dataclass
class Upload:
    """A transfer from the ground that is under way."""

    channel: Channel
    system: int
    component: int
    kind: int
    next: int
    last: int
    heard_at: float
    asked_at: float
    fence: list[WireItem]


class Transfers:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self._upload: dict[int, Upload] = {}
        self._warned = False
        self.handlers: dict[str, Callable[[Channel, Frame, Any], None]] = {
            "MISSION_COUNT": self._count,
            "MISSION_ITEM_INT": self._item_int,
            "MISSION_ITEM": self._item,
            "MISSION_REQUEST_LIST": self._request_list,
            "MISSION_REQUEST_INT": self._request_int,
            "MISSION_REQUEST": self._request,
            "MISSION_WRITE_PARTIAL_LIST": self._write_partial,
            "MISSION_CLEAR_ALL": self._clear,
            "MISSION_SET_CURRENT": self._set_current,
            "MISSION_ACK": self._ack,
        }

    def items(self, kind: int) -> list[WireItem]:
        """What is stored; item 0 of a mission is home."""
        if kind == MISSION:
            return self._mission()
        return self.v.fence_items if kind == FENCE else self.v.rally_items

    def _mission(self) -> list[WireItem]:
        mission, home = self.v.mission, self.v.home
        if mission and home is not None:
            mission[0] = WireItem(16, 0, 0.0, 0.0, 0.0, 0.0, home.lat, home.lon, round(home.amsl, 2))
        return mission

    def reset(self) -> None:
        self._upload.clear()

    def run(self) -> None:
        """Asks again for items that do not come, and gives up after a while."""
        for kind, upload in list(self._upload.items()):
            if self.v.now - upload.heard_at > UPLOAD_TIMEOUT_S:
                del self._upload[kind]
                self.v.text(WARNING, {MISSION: "Mission", FENCE: "Fence", RALLY: "Rally"}[kind] + " upload timeout")
                self._answer(upload.channel, upload.system, upload.component, kind, CANCELLED)
            elif self.v.now - upload.asked_at > ASK_AGAIN_S:
                self._ask(upload)

    # to the vehicle
    def _count(self, channel: Channel, frame: Frame, message: Any) -> None:
        kind = message.mission_type
        if not self._known(channel, frame, kind) or not self._free(channel, frame, kind):
            return
        if message.count > storage.MAX_ITEMS[kind]:
            self._answer(channel, frame.sysid, frame.compid, kind, NO_SPACE)
            self.v.text(WARNING, f"Only {storage.MAX_ITEMS[kind]} items are supported")
            return
        if kind == MISSION:
            del self.v.mission[message.count :]
            self._totals(kind)
        elif kind == RALLY:
            del self.v.rally_items[message.count :]
            self._totals(kind)
        if message.count == 0:
            self._complete(channel, frame.sysid, frame.compid, kind, [])
            return
        self._begin(channel, frame, kind, 0, message.count - 1, [])

    def _begin(self, channel: Channel, frame: Frame, kind: int, first: int, last: int, fence: list[WireItem]) -> None:
        now = self.v.now
        upload = Upload(channel, frame.sysid, frame.compid, kind, first, last, now, now, fence)
        self._upload[kind] = upload
        self._ask(upload)

    def _ask(self, upload: Upload) -> None:
        upload.asked_at = self.v.now
        upload.channel.send(
            "MISSION_REQUEST",
            target_system=upload.system,
            target_component=upload.component,
            seq=upload.next,
            mission_type=upload.kind,
        )

    def _item(self, channel: Channel, frame: Frame, message: Any) -> None:
        x = message.x if message.command in (202, 203) else message.x * ANGLE_FACTOR
        y = message.y if message.command in (202, 203) else message.y * ANGLE_FACTOR
        if not (abs(x) < 2**31 and abs(y) < 2**31):
            self._answer(channel, frame.sysid, frame.compid, message.mission_type, storage.INVALID_X)
            return
        if not self._warned:
            self._warned = True
            self.v.text(WARNING, "got MISSION_ITEM; GCS should send MISSION_ITEM_INT")
        self._take(channel, frame, message.mission_type, Item.of(message, round(x), round(y)))

    def _item_int(self, channel: Channel, frame: Frame, message: Any) -> None:
        self._take(channel, frame, message.mission_type, Item.of(message, message.x, message.y))

    def _take(self, channel: Channel, frame: Frame, kind: int, item: Item) -> None:
        if kind == MISSION and item.current in (2, 3):
            self._guided(channel, frame, item)
            return
        upload = self._upload.get(kind)
        if upload is None:
            if kind not in KEEPERS:
                self._answer(channel, frame.sysid, frame.compid, kind, UNSUPPORTED)
            else:
                self._answer(channel, frame.sysid, frame.compid, kind, ERROR)
            return
        if item.seq != upload.next:
            self._answer(channel, frame.sysid, frame.compid, kind, INVALID_SEQUENCE)
            return
        if (frame.sysid, frame.compid) != (upload.system, upload.component):
            self._answer(channel, frame.sysid, frame.compid, kind, DENIED)
            return
        result = self._store(upload, item)
        if result != ACCEPTED:
            del self._upload[kind]
            self._answer(channel, frame.sysid, frame.compid, kind, result)
            return
        upload.heard_at = self.v.now
        upload.next += 1
        if upload.next > upload.last:
            del self._upload[kind]
            self._complete(channel, frame.sysid, frame.compid, kind, upload.fence)
        else:
            self._ask(upload)

    def _store(self, upload: Upload, message: Item) -> int:
        result, item = KEEPERS[upload.kind](message)
        if item is None:
            return result
        seq = message.seq
        if upload.kind == MISSION and item.command == storage.DO_JUMP:
            target = int(item.param1)
            if target == 0 or (target >= len(self.v.mission) and target > upload.last):
                return ERROR
        stored = upload.fence if upload.kind == FENCE else self.items(upload.kind)
        if seq < len(stored):
            stored[seq] = item
        elif seq == len(stored):
            stored.append(item)
        else:
            return ERROR
        self._totals(upload.kind)
        if upload.kind == MISSION:
            self.v.mission_changed = True
        return ACCEPTED

    def _complete(self, channel: Channel, system: int, component: int, kind: int, fence: list[WireItem]) -> None:
        result = ACCEPTED
        if kind == FENCE:
            result = self.store_fence(fence)
        self._answer(channel, system, component, kind, result)
        if kind == MISSION:
            self.v.text(INFO, "Flight plan received")

    def store_fence(self, items: list[WireItem]) -> int:
        """Takes a whole fence, or none of it."""
        problem = storage.fence_problem(items)
        if problem is not None:
            self.v.text(WARNING, problem)
            self.v.text(WARNING, "Fence validation failed")
            return ERROR
        self.v.fence_items = items
        self.v.fence.load()
        self.v.count_changed("FENCE_TOTAL", min(127, len(items) + 2 if items else 0))
        return ACCEPTED

    def replace(self, kind: int, start: int, messages: Sequence[Any]) -> bool:
        """Puts items uploaded as a file in place of what is stored from `start` on; all of them or none."""
        kept = []
        for message in messages:
            item = KEEPERS[kind](message)[1]
            if item is None:
                return False
            kept.append(item)
        stored = self.items(kind)
        if start > len(stored) or start + len(kept) > storage.MAX_ITEMS[kind]:
            return False
        if kind == FENCE:
            return self.store_fence([*stored[:start], *kept]) == ACCEPTED
        stored[start:] = kept
        self._totals(kind)
        if kind == MISSION:
            self.v.mission_changed = True
            self.v.text(INFO, "Flight plan received")
        return True

    def _write_partial(self, channel: Channel, frame: Frame, message: Any) -> None:
        kind = message.mission_type
        if not self._known(channel, frame, kind):
            return
        if kind in self._upload:
            self._answer(channel, frame.sysid, frame.compid, kind, DENIED)
            return
        count = len(self.items(kind))
        if not 0 <= message.start_index <= message.end_index <= count:
            self.v.text(WARNING, "Flight plan update rejected")
            self._answer(channel, frame.sysid, frame.compid, kind, ERROR)
            return
        fence = list(self.v.fence_items) if kind == FENCE else []
        self._begin(channel, frame, kind, message.start_index, message.end_index, fence)

    def _clear(self, channel: Channel, frame: Frame, message: Any) -> None:
        kinds = (MISSION, FENCE, RALLY) if message.mission_type == 255 else (message.mission_type,)
        for kind in kinds:
            if not self._known(channel, frame, kind) or not self._free(channel, frame, kind):
                return
            self.clear(kind)
        self._answer(channel, frame.sysid, frame.compid, message.mission_type, ACCEPTED)

    def clear(self, kind: int) -> None:
        """Forgets all items of a kind."""
        if kind == MISSION:
            self.v.mission.clear()
            self.v.runner.reset()
        elif kind == FENCE:
            self.v.fence_items = []
            self.v.fence.load()
        else:
            self.v.rally_items.clear()
        self._totals(kind)

    # from the vehicle
    def _request_list(self, channel: Channel, frame: Frame, message: Any) -> None:
        kind = message.mission_type
        if not self._known(channel, frame, kind):
            return
        if kind in self._upload:
            self._answer(channel, frame.sysid, frame.compid, kind, DENIED)
            return
        self._say_count(channel, frame, kind)

    def _say_count(self, channel: Channel, frame: Frame, kind: int) -> None:
        channel.send(
            "MISSION_COUNT",
            target_system=frame.sysid,
            target_component=frame.compid,
            count=len(self.items(kind)),
            mission_type=kind,
        )

    def _request_int(self, channel: Channel, frame: Frame, message: Any) -> None:
        item = self._wanted(channel, frame, message)
        if item is not None:
            self._say_item(channel, frame, message, item, "MISSION_ITEM_INT", item.x, item.y)

    def _request(self, channel: Channel, frame: Frame, message: Any) -> None:
        item = self._wanted(channel, frame, message)
        if item is None:
            return
        raw = item.command in (202, 203)
        x, y = (item.x, item.y) if raw else (item.x / ANGLE_FACTOR, item.y / ANGLE_FACTOR)
        self._say_item(channel, frame, message, item, "MISSION_ITEM", x, y)

    def _wanted(self, channel: Channel, frame: Frame, message: Any) -> WireItem | None:
        kind = message.mission_type
        if not self._known(channel, frame, kind):
            return None
        if kind in self._upload:
            self._answer(channel, frame.sysid, frame.compid, kind, DENIED)
            return None
        items = self.items(kind)
        if message.seq < len(items):
            item: WireItem = items[message.seq]
            return item
        if kind == MISSION and message.seq == 0 and self.v.home is not None:
            home = self.v.home
            return WireItem(16, 0, 0.0, 0.0, 0.0, 0.0, home.lat, home.lon, round(home.amsl, 2))
        if kind == MISSION:
            self._say_count(channel, frame, kind)
        self._answer(channel, frame.sysid, frame.compid, kind, ERROR if kind == MISSION else INVALID_SEQUENCE)
        return None

    def _say_item(
        self, channel: Channel, frame: Frame, message: Any, item: WireItem, name: str, x: float, y: float
    ) -> None:
        kind = message.mission_type
        channel.send(
            name,
            target_system=frame.sysid,
            target_component=frame.compid,
            seq=message.seq,
            frame=item.frame,
            command=item.command,
            current=int(kind == MISSION and item.command == self.v.runner.index),
            autocontinue=1 if kind == MISSION else 0,
            param1=item.param1,
            param2=item.param2,
            param3=item.param3,
            param4=item.param4,
            x=x,
            y=y,
            z=item.z,
            mission_type=kind,
        )

    # orders
    def _set_current(self, channel: Channel, frame: Frame, message: Any) -> None:
        if self.set_current(message.seq):
            channel.streams.once(channel.row, "MISSION_CURRENT")

    def set_current(self, seq: int) -> bool:
        """Makes an item the current one; flown at once where AUTO is flying."""
        flying = self.v.mode if self.v.mode.number == 3 and self.v.armed else None
        return self.v.runner.jump_to(seq, flying)  # type: ignore[arg-type]

    def _guided(self, channel: Channel, frame: Frame, item: Item) -> None:
        """The old way to send a GUIDED place (current 2) or height (current 3)."""
        result, kept = storage.mission_item(item)
        taken = kept is not None and self.v.guided_item(kept, height_only=item.current == 3)
        self._answer(channel, frame.sysid, frame.compid, MISSION, ACCEPTED if taken else result or ERROR)

    def _ack(self, channel: Channel, frame: Frame, message: Any) -> None:
        pass  # the ground has what it asked for

    # odds and ends
    def _known(self, channel: Channel, frame: Frame, kind: int) -> bool:
        if kind not in KEEPERS or (kind != MISSION and channel.version == 1):
            if kind in KEEPERS:
                self.v.text(WARNING, "Need mavlink2 for item transfer")
            self._answer(channel, frame.sysid, frame.compid, kind, UNSUPPORTED)
            return False
        return True

    def _free(self, channel: Channel, frame: Frame, kind: int) -> bool:
        upload = self._upload.get(kind)
        if upload is not None and (upload.system, upload.component) != (frame.sysid, frame.compid):
            self._answer(channel, frame.sysid, frame.compid, kind, DENIED)
            return False
        self._upload.pop(kind, None)
        return True

    def _answer(self, channel: Channel, system: int, component: int, kind: int, result: int) -> None:
        channel.send(
            "MISSION_ACK", target_system=system, target_component=component, type=result, mission_type=kind & 0xFF
        )

    def _totals(self, kind: int) -> None:
        if kind == MISSION:
            self.v.count_changed("MIS_TOTAL", len(self.v.mission))
        elif kind == RALLY:
            self.v.count_changed("RALLY_TOTAL", len(self.v.rally_items))
        elif not self.v.fence_items:
            self.v.count_changed("FENCE_TOTAL", 0)
