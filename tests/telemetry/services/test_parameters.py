"""Parameters: files, gets and sets."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.errors import NotVerified, ParameterFileError, VehicleSilent
from telemetry.services import parameter_file, parameters
from telemetry.services.parameter_file import Difference
from tests.telemetry.services.hard_link import simulated
from tests.telemetry.services.scenarios import quiet
from tests.telemetry.services.skipping import run

FORMATS = {1: "<b", 2: "<h", 3: "<i", 4: "<f"}


def packed(entries: list[tuple[int, str, float]], pad: int = 0) -> bytes:
    """A file as ArduPilot writes it, `pad` zero bytes before each entry."""
    out = struct.pack("<3H", 0x671B, len(entries), len(entries))
    before = ""
    for kind, name, value in entries:
        shared = next(
            (n for n, (a, b) in enumerate(zip(before, name, strict=False)) if a != b), min(len(before), len(name))
        )
        shared = min(shared, len(name) - 1, 15)
        more = name[shared:].encode()
        out += bytes(pad) + bytes((kind, shared | (len(more) - 1) << 4)) + more
        out += struct.pack(FORMATS[kind], value if kind == 4 else int(value))
        before = name
    return out


ENTRIES = [(4, "WPNAV_SPEED", 1000.0), (2, "WPNAV_RADIUS", 200.0), (1, "FENCE_ENABLE", 1.0), (3, "FENCE_ACTION", -7.0)]


@pytest.mark.parametrize("pad", [0, 3])
def test_a_packed_file_is_read(pad: int) -> None:
    assert parameter_file.unpack(packed(ENTRIES, pad)) == {name: value for _, name, value in ENTRIES}


@given(st.integers(0, len(packed(ENTRIES)) - 1))
def test_a_cut_file_is_refused(size: int) -> None:
    with pytest.raises(NotVerified):
        parameter_file.unpack(packed(ENTRIES)[:size])


@given(st.binary(max_size=200))
def test_noise_is_no_parameter_file(noise: bytes) -> None:
    with pytest.raises(NotVerified):
        parameter_file.unpack(noise)


def test_text_files_of_each_program_are_read() -> None:
    text = "# saved\nWPNAV_SPEED,500\nFENCE_ENABLE 1 # on\n\n1\t1\tRTL_ALT\t3000\t9\n"
    assert parameter_file.parse(text) == {"WPNAV_SPEED": 500.0, "FENCE_ENABLE": 1.0, "RTL_ALT": 3000.0}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A,1\nB,x\n", 2),
        ("lower,1", 1),
        ("A,1\n\nWPNAV SPEED 3", 3),
        ("A,nan", 1),
        ("A,inf", 1),
        ("TOO_LONG_A_NAME_IT,1", 1),
    ],
)
def test_a_wrong_line_is_named(text: str, line: int) -> None:
    with pytest.raises(ParameterFileError) as wrong:
        parameter_file.parse(text)
    assert wrong.value.line == line


def test_differences_name_what_is_missing_and_what_differs() -> None:
    held = {"A": 1.0, "B": 0.1 + 1e-9, "C": 3.0}
    wanted = {"A": 2.0, "B": 0.1, "D": 4.0}
    assert parameter_file.differences(wanted, held) == (Difference("A", 2.0, 1.0), Difference("D", 4.0, None))


def test_both_ways_of_fetching_give_the_same() -> None:
    async def attempt() -> tuple[dict[str, float], dict[str, float]]:
        async with simulated(warm_up_s=5.0) as link:
            return await parameters.fetch(link.mailbox, quiet), await parameters.fetch_listed(link.mailbox, quiet)

    first, second = run(attempt())
    assert first == second
    assert len(first) > 1000


def test_a_value_is_set_and_read_back_and_an_equal_one_not_sent_again() -> None:
    async def attempt() -> tuple[float, int]:
        async with simulated(warm_up_s=5.0) as link:
            await parameters.put(link.mailbox, "RTL_ALT", 2500.0)
            await parameters.put(link.mailbox, "RTL_ALT", 2500.0)
            return await parameters.get(link.mailbox, "RTL_ALT"), link.sent["PARAM_SET"]

    assert run(attempt()) == (2500.0, 1)


def test_an_unknown_parameter_is_named() -> None:
    async def attempt() -> VehicleSilent:
        async with simulated(warm_up_s=5.0) as link:
            with pytest.raises(VehicleSilent) as silent:
                await parameters.put(link.mailbox, "NO_SUCH_THING", 1.0)
            return silent.value

    assert str(run(attempt())).startswith("NO_SUCH_THING: ")
