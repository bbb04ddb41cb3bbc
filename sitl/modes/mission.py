"""Running through a mission: which command is next, jumps, and conditions before DO commands (AP_Mission).

A navigation command runs until it says it is done. The DO and CONDITION commands before it begin with it and run one
after another meanwhile. What each command does is the flight mode's business (`Commands`).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, Protocol

from sitl.storage import DO_JUMP, NAV_COMMANDS

if TYPE_CHECKING:
    from mission.items import WireItem
    from sitl.vehicle import Vehicle

INFO: Final = 6
FOREVER: Final = -1
NAMES: Final = {
    16: "WP",
    17: "LoitUnlim",
    18: "LoitTurns",
    19: "LoitTime",
    20: "RTL",
    21: "Land",
    22: "Takeoff",
    30: "ContinueAndChangeAlt",
    31: "LoitAltitude",
    82: "SplineWP",
    92: "GuidedEnable",
    93: "Delay",
    94: "PayloadPlace",
    112: "CondDelay",
    114: "CondDist",
    115: "CondYaw",
    177: "Jump",
    178: "ChangeSpeed",
    179: "SetHome",
    181: "SetRelay",
    182: "RepeatRelay",
    183: "SetServo",
    184: "RepeatServo",
    188: "ReturnPathStart",
    189: "LandStart",
    195: "SetROILocation",
    197: "SetROINone",
    201: "SetROI",
    202: "DigiCamCfg",
    203: "DigiCamCtrl",
    205: "MountControl",
    206: "SetCamTrigDst",
    207: "FenceEnable",
    208: "Parachute",
    211: "Gripper",
    222: "GuidedLimits",
    600: "Tag",
    601: "JumpToTag",
}
"""ArduPilot's names of mission commands, as it says them when one begins."""


UNTOLD: Final = frozenset(
    (
        31,
        181,
        182,
        183,
        184,
        202,
        203,
        206,
        208,
        211,
        215,
        216,
        217,
        218,
        531,
        532,
        534,
        600,
        1000,
        2000,
        2001,
        2500,
        2501,
    )
)
"""Commands whose end is not told: the height waited for, servos, relays, cameras, gimbals, grippers and the like."""


class State(IntEnum):
    """MISSION_STATE."""

    NONE = 1
    NOT_STARTED = 2
    ACTIVE = 3
    PAUSED = 4
    COMPLETE = 5


class Commands(Protocol):
    def start(self, index: int, item: WireItem) -> bool:
        """Begins a command; False where the vehicle does not know it."""
        ...

    def done(self, index: int, item: WireItem) -> bool:
        """Whether the command has come to its end."""
        ...

    def finished(self) -> None:
        """The mission has come to its end."""
        ...


class Runner:
    """Where one vehicle is in its mission. Survives a change of mode, so that AUTO resumes."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.state = State.NOT_STARTED
        self.index = 0
        """Item now flown to; 0 before the first."""
        self._running = False
        self._loaded = False
        self._do: int | None = None
        self._do_from = 0
        self._jumps: dict[int, int] = {}
        self._ended: int | None = None
        """Item that ended at this moment."""

    @property
    def total(self) -> int:
        return len(self.v.mission)

    @property
    def item(self) -> WireItem | None:
        return self.v.mission[self.index] if 0 < self.index < self.total else None

    def report(self) -> State:
        if self.total <= 1:
            return State.NONE
        return self.state

    def stop(self) -> None:
        if self.state is State.ACTIVE:
            self.state = State.NOT_STARTED
        self._running = False

    def start_or_resume(self, commands: Commands) -> None:
        """From where it was left, or from the beginning after its end and where MIS_RESTART says so."""
        again = self.v.params["MIS_RESTART"] == 1 or self.state is State.COMPLETE or self.item is None
        self.state, self._running = State.ACTIVE, True
        if again:
            self._jumps.clear()
            self.index = 0
        begin = 1 if again else self.index
        self._loaded, self._do = False, None
        if not self._advance(commands, begin):
            self._complete(commands)

    def jump_to(self, index: int, commands: Commands | None) -> bool:
        """MISSION_SET_CURRENT. `commands` is the running mode, None while the mission is not being flown."""
        if index >= self.total or self.total <= 1:
            return False
        if index == 0 or self.state is State.COMPLETE:
            self._jumps.clear()
            index = max(1, index)
        self._loaded, self._do = False, None
        if commands is not None and self._running:
            if not self._advance(commands, index):
                self._complete(commands)
                return False
            return True
        following = self._next(index, count=False, nav_only=True)
        self.state = State.NOT_STARTED
        self.index = following if following is not None else 0
        return following is not None

    def reset(self) -> None:
        """Back to the beginning: the mission was cleared."""
        self.index, self._loaded, self._do, self.state = 0, False, None, State.NOT_STARTED
        self._jumps.clear()

    def rewind(self) -> None:
        """Back to the first item, which is told as if it began."""
        self.reset()
        item = self.v.mission[1]
        self.index = 1
        self.v.text(INFO, f"Mission: 1 {NAMES.get(item.command, '?')}")

    def update(self, commands: Commands) -> None:
        """Goes on where a command has come to its end. Of several at one moment only the last is told, as ArduPilot
        tells it.
        """
        self._update(commands)
        if self._ended is not None:
            self.v.send("MISSION_ITEM_REACHED", seq=self._ended)
            self._ended = None

    def _update(self, commands: Commands) -> None:
        if not self._running or self.total == 0:
            return
        item = self.item
        if item is None or not self._loaded:
            if not self._advance(commands, self.index + 1):
                self._complete(commands)
                return
        elif commands.done(self.index, item):
            self._loaded = False
            if item.command not in UNTOLD:
                self._ended = self.index
            if not self._advance(commands, self.index + 1):
                self._complete(commands)
                return
        self._update_do(commands)

    def next_nav(self, ahead: int = 1) -> WireItem | None:
        """The navigation command so many after the present one, jumps followed but not counted."""
        index: int | None = self.index
        for _ in range(ahead):
            index = self._next(index + 1, count=False, nav_only=True) if index is not None else None
        return self.v.mission[index] if index is not None else None

    def _complete(self, commands: Commands) -> None:
        self.state, self._running, self._loaded = State.COMPLETE, False, False
        self.index = 0
        commands.finished()

    def _advance(self, commands: Commands, begin: int) -> bool:
        """Starts the next navigation command at or behind `begin`, and the first DO command passed on the way."""
        self._do = None
        at: int | None = begin
        for _ in range(255):
            at = self._next(at, count=True, nav_only=False) if at is not None else None
            if at is None:
                return False
            item = self.v.mission[at]
            if item.command in NAV_COMMANDS:
                self.index = at
                if self._begin(commands, at, item):
                    self._loaded = True
                    self._do_from = 0
                    return True
            elif self._do is None:
                self._do = at
                self._begin(commands, at, item)
            at += 1
        return False

    def _begin(self, commands: Commands, index: int, item: WireItem) -> bool:
        self.v.text(INFO, f"Mission: {index} {NAMES.get(item.command, '?')}")
        return commands.start(index, item)

    def _update_do(self, commands: Commands) -> None:
        if self._do is not None:
            if self._do < self.total:
                if not commands.done(self._do, self.v.mission[self._do]):
                    return
                if self.v.mission[self._do].command not in UNTOLD:
                    self._ended = self._do
            self._do_from, self._do = self._do + 1, None
        if self._do_from <= 0:
            return
        at = self._next(self._do_from, count=False, nav_only=False)
        if at is None or self.v.mission[at].command in NAV_COMMANDS:
            self._do_from = 0
            return
        self._do = at
        self._begin(commands, at, self.v.mission[at])

    def _next(self, index: int, *, count: bool, nav_only: bool) -> int | None:
        """The next command at or behind `index`, DO_JUMPs followed. `count` uses a jump up."""
        own: dict[int, int] = {}
        for _ in range(255):
            if not 0 < index < self.total:
                return None
            item = self.v.mission[index]
            if item.command != DO_JUMP:
                if nav_only and item.command not in NAV_COMMANDS:
                    index += 1
                    continue
                return index
            times = int(item.param2)
            done = self._jumps.get(index, 0) + own.get(index, 0)
            if times != FOREVER and done >= times:
                index += 1
                continue
            if count:
                self._jumps[index] = done + 1
                ending = "unlimited" if times == FOREVER else str(times)
                self.v.text(INFO, f"Mission: {index} Jump {done + 1}/{ending}")
            else:
                own[index] = own.get(index, 0) + 1
            index = int(item.param1)
        return None
