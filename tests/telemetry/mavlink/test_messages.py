"""Every message is held against pymavlink, field by field and byte by byte."""

import math
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as peer

from telemetry.mavlink import tlog
from telemetry.mavlink.frame import FrameReader
from telemetry.mavlink.messages import BY_ID, BY_NAME, decode, encode

RECORDINGS = ("survey", "fence-breach", "battery-failsafe")


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float) and math.isnan(theirs):
        return isinstance(ours, float) and math.isnan(ours)
    return type(ours) is type(theirs) and bool(ours == theirs)


def assert_equal(ours: Any, theirs: Any) -> None:
    assert type(ours).__name__ == theirs.get_type()
    assert list(ours._fields) == theirs.get_fieldnames()
    for field in ours._fields:
        assert same(getattr(ours, field), getattr(theirs, field)), (ours, field, getattr(theirs, field))


def compare_recording(path: Path) -> int:
    theirs: Any = peer.MAVLink(None)
    count = 0
    for count, (_, frame) in enumerate(tlog.read(path), 1):  # noqa: B007 - the count is what is returned
        assert frame.verified
        ours: Any = decode(frame)
        (expected,) = theirs.parse_buffer(frame.raw)
        assert_equal(ours, expected)
        assert encode(
            type(ours).__name__, ours._asdict(), seq=frame.seq, sysid=frame.sysid, compid=frame.compid
        ) == bytes(expected.get_msgbuf())
    return count


@pytest.mark.parametrize(("name", "least"), [("fence-breach", 3000), ("battery-failsafe", 3000)])
def test_carried_recordings_equal_pymavlink(data: Path, name: str, least: int) -> None:
    assert compare_recording(data / f"{name}.tlog") > least


@pytest.mark.parametrize("name", RECORDINGS)
def test_whole_recordings_equal_pymavlink(shared_data: Path, name: str) -> None:
    assert compare_recording(shared_data / "arducopter-4.6.3" / f"{name}.tlog") > 10_000


def framed(msgid: int, payload: bytes, version: int) -> bytes:
    """A frame of pymavlink's header and checksum around any payload."""
    flags = {"incompat_flags": 0, "compat_flags": 0}
    header = peer.MAVLink_header(msgid, mlen=len(payload), seq=3, srcSystem=1, srcComponent=1, **flags)
    body = bytes(header.pack(force_mavlink1=version == 1)) + payload
    checksum = peer.x25crc(body[1:] + bytes([peer.mavlink_map[msgid].crc_extra])).crc
    return body + int(checksum).to_bytes(2, "little")


def both(raw: bytes) -> tuple[Any, Any]:
    (frame,) = FrameReader().feed(raw)
    reader: Any = peer.MAVLink(None)
    (theirs,) = reader.parse_buffer(raw)
    return decode(frame), theirs


def assert_reads_and_writes_alike(msgid: int, payload: bytes) -> None:
    ours, theirs = both(framed(msgid, payload, 2))
    assert_equal(ours, theirs)
    if msgid < 256:
        assert_equal(*both(framed(msgid, payload[: peer.mavlink_map[msgid].unpacker.size], 1)))
    written = {
        name: value.encode("ascii", "replace").decode() if isinstance(value, str) else value
        for name, value in ours._asdict().items()
    }
    arguments = [value.encode() if isinstance(value, str) else value for value in written.values()]
    sender = peer.MAVLink(None, 9, 8)
    expected = bytes(peer.mavlink_map[msgid](*arguments).pack(sender))
    assert encode(BY_ID[msgid].name, written, seq=0, sysid=9, compid=8) == expected


@pytest.mark.parametrize("fill", [0x00, 0xFF, None])
def test_every_message_of_the_dialect_equals_pymavlink(fill: int | None) -> None:
    noise = random.Random(4)
    assert BY_ID.keys() == peer.mavlink_map.keys()
    for msgid, message in peer.mavlink_map.items():
        size = message.unpacker.size
        assert_reads_and_writes_alike(msgid, noise.randbytes(size) if fill is None else bytes([fill]) * size)


@given(st.sampled_from(sorted(BY_ID)), st.binary(max_size=255))
def test_generated_payloads_equal_pymavlink(msgid: int, payload: bytes) -> None:
    """Payloads cut short and payloads longer than the message are among them."""
    assert_reads_and_writes_alike(msgid, payload or b"\0")


@given(st.sampled_from(sorted(number for number in BY_ID if number < 256)), st.randoms(use_true_random=False))
def test_version_1_is_written_without_extensions(msgid: int, noise: random.Random) -> None:
    message, definition = BY_ID[msgid], peer.mavlink_map[msgid]
    values = message.decode(noise.randbytes(definition.unpacker.size))._asdict()
    extensions = definition.fieldnames[len(definition.fieldnames) - len(definition.__init__.__defaults__ or ()) :]
    written = {
        name: "text" if isinstance(value, str) and len(value) > 4 else "" if isinstance(value, str) else value
        for name, value in values.items()
    }
    ours, theirs = both(encode(message.name, written, seq=1, sysid=1, compid=1, version=1))
    assert_equal(ours, theirs)
    for name, value in written.items():
        sent = [type(one)() for one in value] if isinstance(value, tuple) and name in extensions else value
        expected = type(value)() if name in extensions and not isinstance(value, tuple) else sent
        assert same(getattr(ours, name), list(expected) if isinstance(expected, tuple) else expected), name


@pytest.mark.parametrize(
    ("name", "fields", "version", "word"),
    [
        ("HEARTBAET", {}, 2, "HEARTBAET"),
        ("HEARTBEAT", {"tpye": 1}, 2, "tpye"),
        ("HEARTBEAT", {"type": 256}, 2, "HEARTBEAT"),
        ("HEARTBEAT", {"type": "two"}, 2, "HEARTBEAT"),
        ("PARAM_SET", {"param_id": "A_NAME_TOO_LONG_FOR_IT"}, 2, "16 characters"),
        ("FILE_TRANSFER_PROTOCOL", {"payload": b"short"}, 2, "251 values"),
        ("OPEN_DRONE_ID_LOCATION", {}, 1, "MAVLink 1"),
    ],
)
def test_what_cannot_be_sent_is_named(name: str, fields: dict[str, Any], version: int, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        encode(name, fields, seq=0, sysid=1, compid=1, version=version)


def test_contents_are_named_as_mavlink_names_them() -> None:
    raw = encode("STATUSTEXT", {"severity": 4, "text": "PreArm: low"}, seq=0, sysid=1, compid=1)
    (frame,) = FrameReader().feed(raw)
    message = decode(frame)
    assert message is not None
    assert (message.severity, message.text, message.id) == (4, "PreArm: low", 0)
    assert message == BY_NAME["STATUSTEXT"].unpack(frame.payload)
