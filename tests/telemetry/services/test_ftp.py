"""MAVFTP: many requests in flight, files of missions, sessions left open."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest

from mission.items import MissionType, WireItem, differences, fence_items, rally_items
from sitl.link import parse
from telemetry.errors import NotVerified, Refused, VehicleSilent
from telemetry.mavlink.enums import MavFtpOpcode
from telemetry.services import ftp, mission_file, storing, transfer
from tests.telemetry.services.arducopter import flown_in
from tests.telemetry.services.hard_link import HardLink, by_tcp, simulated
from tests.telemetry.services.plans import items, plan
from tests.telemetry.services.scenarios import quiet
from tests.telemetry.services.skipping import run

MISSION = MissionType.MISSION
PATH = mission_file.PATHS[MISSION]
INSTANCE = 16


async def put_file(link: HardLink, wire: tuple[WireItem, ...]) -> None:
    await ftp.write(link.mailbox, PATH, mission_file.pack(MISSION, wire, 1, 1), quiet)


async def held(link: HardLink, kind: MissionType = MISSION) -> tuple[WireItem, ...]:
    path = mission_file.PATHS[kind]
    return mission_file.unpack(kind, await ftp.read(link.mailbox, path, quiet, mission_file.length))


def test_a_mission_file_is_laid_out_as_ardupilot_has_it() -> None:
    item = WireItem(16, 3, 1.0, 2.0, 3.0, 4.0, 515073500, -1637000, 30.0)
    data = mission_file.pack(MISSION, [item, item], 7, 1)
    assert data[:10] == struct.pack("<5H", 0x763D, 0, 0, 0, 2)
    assert data[48:] == struct.pack("<4f2if2H6B", 1, 2, 3, 4, 515073500, -1637000, 30, 1, 16, 7, 1, 3, 0, 1, 0)
    assert mission_file.length(data[:239]) == len(data) == 10 + 2 * 38
    assert mission_file.unpack(MISSION, data) == (item, item)


@pytest.mark.parametrize("damage", ["cut", "kind", "magic", "short", "count"])
def test_a_damaged_mission_file_is_refused(damage: str) -> None:
    data = mission_file.pack(MISSION, items(5), 1, 1)
    damaged = {
        "cut": data[:-1],
        "kind": data[:2] + b"\1\0" + data[4:],
        "magic": b"\0\0" + data[2:],
        "short": data[:4],
        "count": data[:8] + b"\7\0" + data[10:],
    }[damage]
    with pytest.raises(NotVerified):
        mission_file.unpack(MISSION, damaged)


@pytest.mark.parametrize(
    "conditions", ["", "delay=50ms", "delay=50ms,loss=5%", "delay=50ms,duplicate=20%", "delay=50ms,reorder=20%"]
)
def test_what_is_written_is_read(conditions: str) -> None:
    async def attempt() -> tuple[str, ...]:
        async with simulated(warm_up_s=5.0) as link:
            link.set(parse(conditions))
            await put_file(link, items(300))
            return differences(items(300), await held(link))

    assert run(attempt()) == ()


def test_fence_and_rally_points_go_by_file_too_and_empty_files_clear() -> None:
    async def attempt() -> list[tuple[str, ...] | int]:
        found: list[tuple[str, ...] | int] = []
        async with simulated(warm_up_s=5.0) as link:
            for kind, wire in ((MissionType.FENCE, fence_items(plan(5))), (MissionType.RALLY, rally_items(plan(5)))):
                path = mission_file.PATHS[kind]
                await ftp.write(link.mailbox, path, mission_file.pack(kind, wire, 1, 1), quiet)
                found.append(differences(wire, await held(link, kind)))
                await ftp.write(link.mailbox, path, mission_file.pack(kind, (), 1, 1), quiet)
                found.append(len(await held(link, kind)))
        return found

    assert run(attempt()) == [(), 0, (), 0]


def test_a_missing_file_is_refused_in_words() -> None:
    async def attempt() -> Refused:
        async with simulated(warm_up_s=5.0) as link:
            with pytest.raises(Refused) as refused:
                await ftp.read(link.mailbox, "@MISSION/nothing.dat", quiet)
            return refused.value

    assert "no such file" in str(run(attempt()))


def test_many_requests_are_in_flight() -> None:
    async def attempt() -> float:
        async with simulated(warm_up_s=5.0) as link:
            link.set(parse("delay=50ms"))
            started = asyncio.get_running_loop().time()
            await put_file(link, items(500))
            return asyncio.get_running_loop().time() - started

    blocks = (10 + 501 * 38) / ftp.DATA
    assert run(attempt()) < blocks * 0.1 / 5  # on the link's own clock; one at a time pays the round trip per block


def test_a_vehicle_whose_files_do_not_answer_is_served_by_the_plain_protocol() -> None:
    async def attempt() -> tuple[tuple[str, ...], int, int]:
        async with simulated(warm_up_s=5.0) as link:
            send = link.mailbox._transmit

            def deaf(name: str, fields: object) -> None:
                if name != "FILE_TRANSFER_PROTOCOL":
                    send(name, fields)  # type: ignore[arg-type]

            link.mailbox._transmit = deaf
            wire = items(120)
            found = differences(wire, await storing.put(link.mailbox, MISSION, wire, quiet, quiet))
            return found, link.sent["MISSION_ITEM_INT"], link.sent["FILE_TRANSFER_PROTOCOL"]

    assert run(attempt()) == ((), 121, 0)


def test_silence_is_named() -> None:
    async def attempt() -> VehicleSilent:
        async with simulated(warm_up_s=5.0) as link:
            link.set(parse("loss=100%"))
            with pytest.raises(VehicleSilent) as silent:
                await held(link)
            return silent.value

    assert f"read {PATH}" in str(run(attempt()))


async def leave_a_session_open(link: HardLink, wire: tuple[WireItem, ...]) -> None:
    """Writes the whole file, and never ends the session: as a ground station that crashed, or lost its last frame."""
    with link.mailbox.listen("FILE_TRANSFER_PROTOCOL") as inbox:
        session = ftp._Session(link.mailbox, inbox, "left open")
        await session.open(MavFtpOpcode.CREATEFILE, PATH)
        data = mission_file.pack(MISSION, wire, 1, 1)
        blocks = [ftp._Request(at, data[at : at + ftp.DATA]) for at in range(0, len(data), ftp.DATA)]
        await ftp._Writing(session, blocks, len(data), quiet).run()


@pytest.mark.ardupilot
def test_a_session_left_open_replaces_a_verified_mission_unless_it_is_settled_first(tmp_path: Path) -> None:
    async def attempt(port: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        stale, wanted = items(40, 90.0), items(25, 30.0)
        async with by_tcp(port) as link:
            with link.mailbox.listen("HEARTBEAT") as inbox:
                assert await inbox.get(30.0)
            await asyncio.sleep(8.0)
            await leave_a_session_open(link, stale)
            await transfer.upload(link.mailbox, MISSION, wanted, quiet)
            assert not differences(wanted, await transfer.download(link.mailbox, MISSION, quiet))
            await asyncio.sleep(4.0)
            await ftp.read(link.mailbox, "@PARAM/param.pck", quiet)
            unsettled = differences(stale, await transfer.download(link.mailbox, MISSION, quiet))

            await leave_a_session_open(link, stale)
            await storing.settle(link.mailbox)
            await transfer.upload(link.mailbox, MISSION, wanted, quiet)
            await asyncio.sleep(4.0)
            await ftp.read(link.mailbox, "@PARAM/param.pck", quiet)
            return unsettled, differences(wanted, await transfer.download(link.mailbox, MISSION, quiet))

    with flown_in(tmp_path, INSTANCE) as port:
        unsettled, settled = asyncio.run(attempt(port))
    assert unsettled == ()  # the verified mission is gone, and the stale file is in its place
    assert settled == ()
