"""Missions, fences and rally points that a pilot's own tool writes: taken in the vehicle's place, and compared.

What is on board is the approved plan, verified. So nothing of a tool's upload ever reaches the vehicle: where it is the
approved one item for item it is on board already and is accepted, anything else is refused. It can neither replace what
was approved nor come between the gateway's own upload and its read-back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mission.items import ITEMS, MissionType, WireItem
from telemetry.mavlink.enums import MavMissionResult
from telemetry.services.approved import Approved
from telemetry.services.tool_acts import CLIMB_THERE, FLY_THERE
from telemetry.services.transfer import wire_item

ALL_KINDS: Final = 255
ASK_AGAIN_S: Final = 1.0
TRIES: Final = 5
SAME: Final = "it is the approved one, and on board already"
DIFFERENT: Final = "only the approved plan may be on board; upload it from Airbeat"

Answer = Callable[[str, Mapping[str, Any]], None]


def writes_items(message: Any) -> bool:
    """Whether it writes or clears items of the vehicle; a mission item may also be an order to fly somewhere now."""
    name = type(message).__name__
    if name in ("MISSION_ITEM", "MISSION_ITEM_INT"):
        return message.current not in (FLY_THERE, CLIMB_THERE)
    return name in ("MISSION_COUNT", "MISSION_CLEAR_ALL", "MISSION_WRITE_PARTIAL_LIST")


class ToolUpload:
    """Of one tool. `answer` sends it a message as from the vehicle."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._kind: MissionType | None = None
        self._count = 0
        self._items: list[WireItem] = []
        self._rounded = False
        self._asked_at = 0.0
        self._tries = 0

    def take(self, message: Any, approved: Approved | None, now: float) -> str | None:
        """Goes on with the upload. At its end a sentence: what was refused, or that it is on board already."""
        match type(message).__name__:
            case "MISSION_COUNT" if message.mission_type in ITEMS:
                self._kind, self._count, self._items = MissionType(message.mission_type), message.count, []
                self._rounded = False
                return self._next(approved, now)
            case "MISSION_CLEAR_ALL" if message.mission_type in (*ITEMS, ALL_KINDS):
                kinds = tuple(ITEMS) if message.mission_type == ALL_KINDS else (MissionType(message.mission_type),)
                same = approved is not None and not any(ITEMS[kind](approved.plan) for kind in kinds)
                return self._end(message.mission_type, same)
            case "MISSION_ITEM" | "MISSION_ITEM_INT":
                return self._take_item(message, approved, now)
        return self._end(message.mission_type, False)

    def ask_again(self, now: float) -> None:
        """After a silence: a request or its answer was lost."""
        if self._kind is None or now - self._asked_at < ASK_AGAIN_S:
            return
        if self._tries < TRIES:
            self._ask(now)
        else:
            self._end(self._kind, False, MavMissionResult.OPERATION_CANCELLED)

    def _take_item(self, message: Any, approved: Approved | None, now: float) -> str | None:
        if self._kind != message.mission_type or message.seq != len(self._items):
            return None  # repeated, or of an upload that has ended
        if type(message).__name__ == "MISSION_ITEM":
            if not (abs(message.x) <= 360.0 and abs(message.y) <= 360.0):  # nor NaN
                return self._end(message.mission_type, False)
            self._rounded = True
            message = message._replace(x=round(message.x * 1e7), y=round(message.y * 1e7))
        self._items.append(wire_item(message))
        return self._next(approved, now)

    def _next(self, approved: Approved | None, now: float) -> str | None:
        assert self._kind is not None
        if len(self._items) < self._count:
            self._tries = 0
            self._ask(now)
            return None
        same = approved is not None and approved.holds(self._kind, tuple(self._items), self._rounded)
        return self._end(self._kind, same)

    def _ask(self, now: float) -> None:
        """As ArduCopter does: MISSION_REQUEST, which old tools understand, too."""
        self._asked_at = now
        self._tries += 1
        self._answer("MISSION_REQUEST", {"seq": len(self._items), "mission_type": self._kind})

    def _end(self, kind: int, same: bool, refusal: MavMissionResult = MavMissionResult.DENIED) -> str:
        self._kind = None
        self._answer("MISSION_ACK", {"type": MavMissionResult.ACCEPTED if same else refusal, "mission_type": kind})
        return SAME if same else DIFFERENT
