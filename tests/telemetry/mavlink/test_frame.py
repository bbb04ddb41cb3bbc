import logging
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.mavlink import tlog
from telemetry.mavlink.frame import LARGEST_FRAME, FrameReader
from telemetry.mavlink.messages import BY_ID, decode, encode
from tests.telemetry.mavlink.frame_oracle import judge, read

UNKNOWN_ID = bytes([0xFD, 3, 0, 0, 9, 1, 1, 0xFF, 0xFF, 0xFF, 1, 2, 3, 0x55, 0xAA])


def heartbeat(seq: int, version: int = 2) -> bytes:
    return encode("HEARTBEAT", {"type": 2, "autopilot": 3}, seq=seq, sysid=7, compid=1, version=version)


@pytest.mark.parametrize("version", [1, 2])
def test_frame_says_what_it_holds(version: int) -> None:
    raw = heartbeat(200, version)
    (frame,), _ = read(raw)
    assert (frame.msgid, frame.sysid, frame.compid, frame.seq) == (0, 7, 1, 200)
    assert (frame.version, frame.signed, frame.verified, frame.raw) == (version, False, True, raw)
    assert BY_ID[0].unpack(frame.payload)[:2] == (2, 3)


@pytest.mark.parametrize("size", [1, 7, 32, 1400])
def test_chunks_of_a_recording_give_the_same_frames_as_the_whole(data: Path, size: int) -> None:
    stream = b"".join(frame.raw for _, frame in tlog.read(data / "fence-breach.tlog"))
    whole, reader = read(stream)
    assert b"".join(frame.raw for frame in whole) == stream
    assert read(stream, size)[0] == whole
    assert (reader.frames, reader.garbage_bytes, reader.bad_crc, reader.unknown_ids) == (len(whole), 0, 0, 0)


def test_garbage_between_frames_is_dropped_counted_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        frames, reader = read(b"noise" + heartbeat(1) + b"\xfd\x09\x00more" + heartbeat(2) + b"end" + heartbeat(3))
    assert [frame.seq for frame in frames] == [1, 2, 3]
    assert reader.garbage_bytes == 5 + 7 + 3
    assert len({record.message for record in caplog.records}) == len(caplog.records)
    assert any("no frame starts here" in record.message for record in caplog.records)


def test_one_wrong_byte_costs_one_frame() -> None:
    broken = bytearray(heartbeat(2))
    broken[12] ^= 0x40
    frames, reader = read(heartbeat(1) + bytes(broken) + heartbeat(3))
    assert [frame.seq for frame in frames] == [1, 3]
    assert (reader.bad_crc, reader.garbage_bytes) == (1, len(broken))


def test_unknown_id_is_given_out_unverified_only_right_between_frames() -> None:
    frames, reader = read(heartbeat(1) + UNKNOWN_ID + heartbeat(2))
    assert [(frame.msgid, frame.verified) for frame in frames] == [(0, True), (0xFFFFFF, False), (0, True)]
    assert reader.unknown_ids == 1
    assert decode(frames[1]) is None
    for before, after in ((b"x", b""), (b"", b"x")):
        frames, reader = read(heartbeat(1) + before + UNKNOWN_ID + after + heartbeat(2))
        assert [frame.seq for frame in frames] == [1, 2]
        assert (reader.unknown_ids, reader.garbage_bytes) == (0, 1 + len(UNKNOWN_ID))


def test_unfinished_frame_is_all_that_is_kept() -> None:
    noise = random.Random(2).randbytes(200_000)
    reader = FrameReader()
    for at in range(0, len(noise), 100):
        reader.feed(noise[at : at + 100])
        assert len(reader._rest) <= LARGEST_FRAME
    assert reader.garbage_bytes + len(reader._rest) + sum(len(f.raw) for f in read(noise)[0]) == len(noise)


PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([heartbeat(1), heartbeat(2, 1), UNKNOWN_ID, b"\xfd", b"\xfe", b"\xfd\xff\x01", b"\xfe\x09"]),
    st.builds(
        lambda raw, at, value: raw[: at % len(raw)] + bytes([value]) + raw[at % len(raw) + 1 :],
        st.sampled_from([heartbeat(3), heartbeat(4, 1)]),
        st.integers(0, 30),
        st.integers(0, 255),
    ),
)


@settings(max_examples=int(os.environ.get("AIRBEAT_FUZZ_EXAMPLES", "100")), deadline=None)
@given(st.lists(PIECES, max_size=30))
def test_any_stream_is_read_the_same_however_it_is_cut(pieces: list[bytes]) -> None:
    judge(b"".join(pieces))


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "data" / "frames").iterdir()), ids=lambda p: p.stem
)
def test_corpus(path: Path) -> None:
    judge(path.read_bytes())


@given(st.binary(max_size=300), st.integers(0, 300))
def test_good_frames_are_found_in_any_noise_that_ends(noise: bytes, cut: int) -> None:
    """Whatever came before: once a frame's length has gone by, frames are read again."""
    recovery = [heartbeat(seq % 256) for seq in range(LARGEST_FRAME // 12 + 2)]
    frames, _ = read(noise[:cut] + b"".join(recovery))
    assert frames[-1].raw == recovery[-1]
