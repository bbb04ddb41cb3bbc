"""What every flight mode is: its number and name as ArduCopter has them, and what it does ten times a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sitl.navigator import Point

if TYPE_CHECKING:
    from sitl.vehicle import Vehicle


class Mode:
    """A mode of one vehicle. `enter` begins it, `run` keeps it going while armed."""

    number: ClassVar[int]
    name: ClassVar[str]
    needs_position: ClassVar[bool] = True
    manual_throttle: ClassVar[bool] = False
    autopilot: ClassVar[bool] = False
    """Flies by itself, without the pilot's sticks."""
    no_arming: ClassVar[bool] = False
    disarms_on_landing: bool = False
    landing: bool = False
    """On its final descent."""
    holds_still: bool = True
    """Stays where it is rather than going to a place: a filter that starts anew takes its target along."""
    waits_on_ground: bool = False
    """Keeps DISARM_DELAY from stopping the motors."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.nav = vehicle.nav

    def enter(self, *, ignore_checks: bool) -> bool:
        """Begins the mode; False where it cannot. Called again when the vehicle is armed in it."""
        return True

    def leave(self) -> None:
        """The mode ends."""

    def run(self) -> None:
        """Ten times a second while armed."""

    def reached(self) -> None:
        """The target has arrived at the destination set by `nav.go`; called in the very tick."""

    def disarmed(self) -> None:
        """The motors have stopped."""

    def touched_down(self) -> None:
        """Landed, about to disarm."""

    def pause(self, paused: bool) -> bool:
        """DO_PAUSE_CONTINUE; False where the mode cannot."""
        return False

    @property
    def destination(self) -> Point | None:
        """Where it flies to, if it flies to a place."""
        return None

    @property
    def flying(self) -> bool:
        return self.v.armed and not self.v.landed
