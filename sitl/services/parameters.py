"""The parameter protocol: list, read by name or index, set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sitl.params import READ_ONLY

if TYPE_CHECKING:
    from sitl.channel import Channel
    from sitl.vehicle import Vehicle
    from telemetry.mavlink.frame import Frame

INFO, WARNING = 6, 4
PER_RUN: Final = 45
"""Values sent in a tenth of a second, about what ArduPilot SITL manages."""


class ParameterService:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self._lists: dict[int, tuple[Channel, int]] = {}
        self._greeted: set[int] = set()
        self.handlers = {
            "PARAM_REQUEST_LIST": self._list,
            "PARAM_REQUEST_READ": self._read,
            "PARAM_SET": self._set,
        }

    def run(self) -> None:
        """Sends the next values of every list being read."""
        for key, (channel, index) in list(self._lists.items()):
            end = min(len(self.v.params), index + PER_RUN)
            for at in range(index, end):
                name = self.v.params.name_at(at)
                if name is not None:
                    self.v.parameter_said(name, channel, at)
            if end >= len(self.v.params) or channel not in self.v.channels:
                del self._lists[key]
            else:
                self._lists[key] = (channel, end)

    def _list(self, channel: Channel, frame: Frame, message: Any) -> None:
        self._lists[channel.row] = (channel, 0)
        for text in ("ArduCopter V4.6.3 (92b0cd78)", "Gd1219c7c4c5404aaa1f6d2a48adfda4", "Frame: QUAD/PLUS"):
            self.v.text(INFO, text)

    def _read(self, channel: Channel, frame: Frame, message: Any) -> None:
        if message.param_index >= 0:
            name = self.v.params.name_at(message.param_index)
            if name is None:
                return
        else:
            name = message.param_id
            if name not in self.v.params:
                return
        self.v.parameter_said(name, channel, self.v.params.index(name))

    def _set(self, channel: Channel, frame: Frame, message: Any) -> None:
        name = message.param_id
        if name not in self.v.params:
            return
        if name in READ_ONLY or not self.v.params.set(name, message.param_value):
            self.v.text(WARNING, f"Param write denied ({name})")
        self.v.parameter_said(name)
        if name == "FENCE_ENABLE" or name.startswith("SR"):
            self._take_up(name)

    def _take_up(self, name: str) -> None:
        if name.startswith("SR") and name[2:3].isdigit():
            for channel in self.v.channels:
                if channel.port == int(name[2]):
                    channel.set_rates()
