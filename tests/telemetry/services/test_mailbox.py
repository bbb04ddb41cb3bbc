"""The channel of one vehicle: who hears what, chunks of text, reboots."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telemetry.errors import Interrupted
from telemetry.mavlink.messages import BY_NAME
from telemetry.services.mailbox import Mailbox
from telemetry.services.statustext import StatusTexts
from tests.telemetry.services.skipping import run


def message(name: str, **fields: Any) -> Any:
    kind = BY_NAME[name]
    return kind.decode(kind.pack(fields))


def mailbox(sent: list[tuple[str, dict[str, Any]]] | None = None) -> Mailbox:
    return Mailbox("UAV-07", 7, 1, lambda name, fields: (sent if sent is not None else []).append((name, dict(fields))))


def test_targets_are_filled_in_where_a_message_has_them() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    box = mailbox(sent)
    box.send("MISSION_COUNT", count=3)
    box.send("TERRAIN_DATA", gridbit=1)
    assert sent[0] == ("MISSION_COUNT", {"target_system": 7, "target_component": 1, "count": 3})
    assert sent[1] == ("TERRAIN_DATA", {"gridbit": 1})


def test_only_what_is_listened_for_and_addressed_to_us_or_all_is_heard() -> None:
    async def attempt() -> list[int]:
        box = mailbox()
        with box.listen("MISSION_REQUEST") as inbox:
            for target, seq in ((255, 1), (250, 2), (0, 3)):
                box.deliver(message("MISSION_REQUEST", target_system=target, seq=seq))
            box.deliver(message("MISSION_ACK", target_system=255))
            return [heard.seq for heard in [await inbox.get(0.1), await inbox.get(0.1)] if heard]

    assert run(attempt()) == [1, 3]


def test_nothing_in_time_is_none() -> None:
    async def attempt() -> Any:
        with mailbox().listen("HEARTBEAT") as inbox:
            return await inbox.get(2.0)

    assert run(attempt()) is None


def test_the_gateway_is_told_what_to_deliver() -> None:
    box = mailbox()
    assert BY_NAME["PARAM_VALUE"].id not in box.wanted
    with box.listen("PARAM_VALUE"):
        assert BY_NAME["PARAM_VALUE"].id in box.wanted
    assert BY_NAME["PARAM_VALUE"].id not in box.wanted
    assert BY_NAME["HEARTBEAT"].id in box.wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("ATTITUDE", {"time_boot_ms": 90_000}), ("ATTITUDE", {"time_boot_ms": 700})),
        (("HEARTBEAT", {"system_status": 4}), ("HEARTBEAT", {"system_status": 1})),
    ],
)
def test_a_reboot_interrupts_who_listens(before: tuple[str, Any], after: tuple[str, Any]) -> None:
    async def attempt() -> None:
        box = mailbox()
        box.deliver(message(before[0], **before[1]))
        with box.listen("COMMAND_ACK") as inbox:
            box.deliver(message(after[0], **after[1]))
            with pytest.raises(Interrupted, match="rebooted"):
                await inbox.get(1.0)
        with box.listen("COMMAND_ACK") as inbox:
            assert await inbox.get(1.0) is None

    run(attempt())


def test_frames_that_overtook_each_other_are_no_reboot() -> None:
    async def attempt() -> Any:
        box = mailbox()
        with box.listen("COMMAND_ACK") as inbox:
            for boot_ms in (50_000, 50_200, 50_100, 49_900):
                box.deliver(message("ATTITUDE", time_boot_ms=boot_ms))
            return await inbox.get(1.0)

    assert run(attempt()) is None


def test_the_locks_are_one_per_service() -> None:
    async def attempt() -> bool:
        box = mailbox()
        async with box.lock("ftp"), asyncio.timeout(1.0), box.lock("mission"):
            return box.lock("ftp").locked()

    assert run(attempt())


def chunk(text: str, number: int, identity: int) -> Any:
    return message("STATUSTEXT", text=text, id=identity, chunk_seq=number, severity=6)


LONG = "PreArm: something that is much longer than fifty characters can ever hold, said whole"


def test_a_long_text_is_joined_from_its_chunks() -> None:
    texts = StatusTexts()
    assert texts.add(chunk(LONG[:50], 0, 9)) == []
    assert texts.add(chunk(LONG[50:], 1, 9)) == [LONG]


def test_a_text_cannot_end_a_line_or_steer_a_terminal() -> None:
    texts = StatusTexts()
    hostile = "\x1b[2JPreArm\r\n2026-11-22 root: all is well\u202e"
    assert texts.add(chunk(hostile, 0, 0)) == ["?[2JPreArm??2026-11-22 root: all is well?"]


def test_chunks_in_the_wrong_order_and_doubled_are_joined() -> None:
    texts = StatusTexts()
    assert texts.add(chunk(LONG[50:], 1, 9)) == []
    assert texts.add(chunk(LONG[50:], 1, 9)) == []
    assert texts.add(chunk(LONG[:50], 0, 9)) == [LONG]


def test_a_lost_chunk_shows_as_a_gap_once_another_text_comes() -> None:
    texts = StatusTexts()
    assert texts.add(chunk(LONG[50:], 1, 9)) == []
    assert texts.add(chunk("Short", 0, 0)) == ["…" + LONG[50:], "Short"]
    assert texts.add(chunk(LONG[:50], 0, 10)) == []
    assert texts.add(chunk("Next", 0, 11)) == [LONG[:50] + "…", "Next"]


def test_texts_are_overheard_while_the_block_lasts() -> None:
    box = mailbox()
    with box.overhear() as said:
        box.deliver(message("STATUSTEXT", text="Arming motors"))
    box.deliver(message("STATUSTEXT", text="Too late"))
    assert list(said) == ["Arming motors"]


def test_what_is_said_is_overheard_over_one_link_of_several_again_and_again() -> None:
    box = mailbox()
    one_link = box.over(lambda name, fields: None)
    with one_link.overhear() as first:
        box.deliver(message("STATUSTEXT", text="First"))
    with one_link.overhear() as second:
        box.deliver(message("STATUSTEXT", text="Second"))
    box.deliver(message("STATUSTEXT", text="Too late"))
    assert (list(first), list(second)) == (["First"], ["Second"])
