"""What a tool is answered in the vehicle's place when its act is refused: what the vehicle would say if it refused."""

from __future__ import annotations

from typing import Any, Final

from telemetry.mavlink.enums import MavFtpErr, MavFtpOpcode, MavMissionResult, MavResult
from telemetry.services.tool_acts import Act

SET_MODE: Final = 11
"""ArduPilot answers SET_MODE with a COMMAND_ACK of its message's id."""


def denial(act: Act) -> tuple[str, dict[str, Any]] | None:
    """The message's name and fields; None where MAVLink has no answer for it."""
    if act.command is not None:
        command = SET_MODE if act.name == "SET_MODE" else act.command
        return "COMMAND_ACK", {"command": command, "result": MavResult.DENIED}
    if act.name in ("MISSION_ITEM", "MISSION_ITEM_INT"):
        return "MISSION_ACK", {"type": MavMissionResult.DENIED, "mission_type": act.message.mission_type}
    if act.name == "FILE_TRANSFER_PROTOCOL":
        return act.name, {"payload": _protected(bytes(act.message.payload))}
    return None


def _protected(request: bytes) -> bytes:
    """MAVFTP's answer that a file is protected."""
    seq = int.from_bytes(request[:2], "little") + 1 & 0xFFFF
    head = bytes([request[2], MavFtpOpcode.NAK, 1, request[3], 0, 0]) + request[8:12]
    return (seq.to_bytes(2, "little") + head + bytes([MavFtpErr.FILEPROTECTED])).ljust(len(request), b"\0")
