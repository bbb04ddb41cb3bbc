"""What must hold for the frame reader on any bytes at all: asked by its tests and by the fuzzer."""

from __future__ import annotations

from pymavlink.dialects.v20 import ardupilotmega

from telemetry.mavlink.dialect import PAYLOAD_SIZE
from telemetry.mavlink.frame import LARGEST_FRAME, Frame, FrameReader
from telemetry.mavlink.messages import decode

PYMAVLINK = ardupilotmega.MAVLink(None)
MAGIC_1, MAGIC_2 = 0xFE, 0xFD


def read(data: bytes, size: int | None = None) -> tuple[list[Frame], FrameReader]:
    """The frames of `data`, fed in pieces of `size`."""
    reader = FrameReader()
    step = size or max(1, len(data))
    frames = [frame for at in range(0, len(data), step) for frame in reader.feed(data[at : at + step])]
    return frames, reader


def judge(stream: bytes) -> None:
    """Raises AssertionError where the reader finds other frames than pymavlink accepts, loses count of a byte, or
    reads a stream cut into pieces otherwise than the whole.
    """
    frames, reader = read(stream)
    assert [(frame.raw, frame.verified) for frame in frames] == _accepted(stream)
    for frame in frames:
        decode(frame)
        if frame.verified:
            header = PYMAVLINK.decode(bytearray(frame.raw)).get_header()
            names = (header.msgId, header.srcSystem, header.srcComponent, header.seq)
            assert names == (frame.msgid, frame.sysid, frame.compid, frame.seq)
    assert reader.frames == len(frames)
    assert reader.garbage_bytes + len(reader._rest) + sum(len(frame.raw) for frame in frames) == len(stream)
    assert len(reader._rest) <= LARGEST_FRAME
    for size in (1, 32):
        again, other = read(stream, size)
        assert again == frames
        assert (other.garbage_bytes, other.bad_crc) == (reader.garbage_bytes, reader.bad_crc)


def _accepted(stream: bytes) -> list[tuple[bytes, bool]]:
    """The frames, and whether they are of known messages, by trying every byte with pymavlink: slow and plain."""
    found: list[tuple[bytes, bool]] = []
    at, in_step = 0, True
    while at < len(stream):
        claim = _claim(stream, at)
        if claim is None:
            size = 0
        else:
            size, msgid, left = *claim, len(stream) - at
            known = msgid in PAYLOAD_SIZE
            if size > left and (known or in_step):
                break
            if known:
                size = size if _pymavlink_accepts(stream[at : at + size]) else 0
            elif not in_step:
                size = 0
            elif size == left:
                break
            elif stream[at + size] not in (MAGIC_1, MAGIC_2):
                size = 0
            if size:
                found.append((stream[at : at + size], known))
        in_step = size > 0
        at += size or 1
    return found


def _claim(stream: bytes, at: int) -> tuple[int, int] | None:
    """Size and message id that a header at `at` claims, None where there is none; a header cut off claims the most."""
    header = stream[at : at + 10]
    whole = len(stream) - at
    if header[0] == MAGIC_2:
        if whole > 2 and header[2] > 1:
            return None  # pymavlink's `decode` leaves other incompatibility flags to its stream parser
        if whole < 12:
            return LARGEST_FRAME, 0
        return header[1] + 12 + 13 * header[2], int.from_bytes(header[7:10], "little")
    if header[0] == MAGIC_1:
        if whole < 6:
            return LARGEST_FRAME, 0
        if header[1] > PAYLOAD_SIZE.get(header[5], 255):
            return None  # pymavlink cuts off what a payload has too much; MAVLink 1 has no such frames
        return header[1] + 8, header[5]
    return None


def _pymavlink_accepts(raw: bytes) -> bool:
    try:
        return not isinstance(PYMAVLINK.decode(bytearray(raw)), ardupilotmega.MAVLink_unknown)
    except ardupilotmega.MAVError:
        return False
