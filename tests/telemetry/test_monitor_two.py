"""Two monitors of one fleet: no alert is lost, and none is told twice, whichever dies and whenever."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from telemetry import alert_book, subjects
from telemetry.alert_book import AlertBook, event_of, last_change
from telemetry.bus import Bus
from telemetry.rules.watch import Change
from telemetry.subjects import alert_key
from telemetry.wire import Alert, Event
from tests.telemetry.conftest import Broker
from tests.telemetry.monitoring import Fleet, Process, acknowledge, alerts, heard, ready

NAMES = tuple(f"UAV-{number:02}" for number in range(1, 9))
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
RAISED = Alert("battery_low.UAV-07.1", "UAV-07", "battery_low", "warning", "UAV-07: battery at 25 %.", AT)


@pytest.fixture
async def fleet(bus: Bus) -> AsyncIterator[Fleet]:
    async with heard(bus, *NAMES) as made:
        yield made


def charge(fleet: Fleet, percent: float) -> None:
    for drone in fleet.drones.values():
        drone["battery_pct"] = percent


@pytest.fixture
def monitors(broker: Broker) -> Iterator[list[Process]]:
    made = [Process(broker), Process(broker)]
    yield made
    for process in made:
        process.kill()


async def told(bus: Bus) -> list[tuple[str, str]]:
    events = await bus.past(subjects.EVENTS_STREAM, Event, only="event.*.*")
    return [(one.message.vehicle, one.message.kind) for one in events if one.message is not None]


async def until_told(bus: Bus, kind: str, count: int) -> None:
    for _ in range(300):
        if sum(1 for _, one in await told(bus) if one == kind) >= count:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never {count} of {kind}: {await told(bus)}")


async def test_alerts_of_two_monitors_are_told_once_whichever_is_killed(
    bus: Bus, fleet: Fleet, monitors: list[Process]
) -> None:
    await ready(bus)
    await asyncio.sleep(2.0)
    dice = random.Random(6)
    rounds = 2
    for turn in range(rounds):
        charge(fleet, 25.0)
        await asyncio.sleep(1.9 + dice.random() * 0.6)  # about when battery_low, after 2 s, is raised
        monitors[turn % 2].kill(signal.SIGKILL)
        await until_told(bus, "alert_raised", len(NAMES) * (turn + 1))
        monitors[turn % 2].start()
        charge(fleet, 80.0)
        await asyncio.sleep(0.8 + dice.random() * 0.6)  # about when they end
        monitors[1 - turn % 2].kill(signal.SIGKILL)
        await until_told(bus, "alert_ended", len(NAMES) * (turn + 1))
        monitors[1 - turn % 2].start()
        await ready(bus)
        for alert in await alerts(bus, len(NAMES)):
            assert (await acknowledge(bus, alert.alert_id)).ok
        await alerts(bus, 0)
    await asyncio.sleep(alert_book.WITNESS_S + 1.0)
    wanted = {(name, kind): rounds for name in NAMES for kind in ("alert_raised", "alert_ended", "alert_acknowledged")}
    assert Counter(await told(bus)) == wanted


async def test_both_alive_tell_each_change_once_and_one_answers(
    bus: Bus, fleet: Fleet, monitors: list[Process]
) -> None:
    await ready(bus)
    await asyncio.sleep(2.0)
    fleet.drones["UAV-03"]["battery_pct"] = 25.0
    (raised,) = await alerts(bus, 1)
    replies = [await acknowledge(bus, raised.alert_id) for _ in range(6)]
    assert [reply.ok for reply in replies] == [True, *[False] * 5]
    fleet.drones["UAV-03"]["battery_pct"] = 80.0
    await alerts(bus, 0)
    await asyncio.sleep(alert_book.WITNESS_S + 1.0)
    assert await told(bus) == [
        ("UAV-03", "alert_raised"),
        ("UAV-03", "alert_acknowledged"),
        ("UAV-03", "alert_ended"),
    ]


class Watching:
    """What a book tells its watch."""

    def __init__(self, bus: Bus, tasks: asyncio.TaskGroup) -> None:
        self.adopted: list[Alert] = []
        self.dropped: list[Alert] = []
        self.book = AlertBook(bus, tasks, self.adopted.append, self.dropped.append)

    async def until(self, number: int) -> None:
        for _ in range(1_000):
            if len(self.adopted) + len(self.dropped) >= number:
                return
            await asyncio.sleep(0.01)
        raise AssertionError((self.adopted, self.dropped))


@pytest.fixture
async def two(broker: Broker, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Watching, Watching]]:
    monkeypatch.setattr(alert_book, "WITNESS_S", 0.2)
    other = await broker.connect("other")
    async with asyncio.TaskGroup() as tasks:
        pair = Watching(bus, tasks), Watching(other, tasks)
        following = [tasks.create_task(one.book.follow()) for one in pair]
        yield pair
        for task in following:
            task.cancel()
    await other.close()


async def test_the_faster_one_wins_and_the_other_takes_over_its_word(two: tuple[Watching, Watching], bus: Bus) -> None:
    mine, theirs = RAISED, msgspec.structs.replace(RAISED, alert_id="battery_low.UAV-07.2")
    won = await asyncio.gather(
        two[0].book.settle(Change("alert_raised", mine)), two[1].book.settle(Change("alert_raised", theirs))
    )
    assert sorted(won) == [False, True]
    loser, word = (two[1], mine) if won[0] else (two[0], theirs)
    await loser.until(1)
    assert loser.adopted[-1] == word
    assert [kind for _, kind in await told(bus)] == ["alert_raised"]
    assert list(await bus.entries(subjects.ALERTS_BUCKET, Alert)) == [alert_key(word.alert_id)]


ACKNOWLEDGED = msgspec.structs.replace(RAISED, acknowledged_at=AT + timedelta(seconds=5), acknowledged_by="ann")
ENDED = msgspec.structs.replace(ACKNOWLEDGED, ended_at=AT + timedelta(seconds=9))
STORY = (
    Change("alert_raised", RAISED),
    Change("alert_acknowledged", ACKNOWLEDGED),
    Change("alert_ended", ENDED, is_closed=True),
)


async def test_nobody_waits_for_a_change_to_be_written_and_each_is_told_in_its_order(
    two: tuple[Watching, Watching], bus: Bus
) -> None:
    assert await asyncio.gather(*[two[0].book.settle(change) for change in STORY]) == [True] * 3
    assert await told(bus) == [("UAV-07", change.kind) for change in STORY]
    assert await bus.entries(subjects.ALERTS_BUCKET, Alert) == {}
    await two[1].until(2)
    assert two[1].dropped[-1].alert_id == RAISED.alert_id


async def test_what_was_judged_on_a_word_that_does_not_hold_is_not_told_either(
    two: tuple[Watching, Watching], bus: Bus
) -> None:
    theirs = msgspec.structs.replace(RAISED, alert_id="battery_low.UAV-07.2")
    await bus.swap(subjects.ALERTS_BUCKET, alert_key(RAISED.alert_id), theirs, 0)
    assert await asyncio.gather(*[two[0].book.settle(change) for change in STORY]) == [False] * 3
    assert two[0].adopted == [theirs]
    assert await bus.entries(subjects.ALERTS_BUCKET, Alert) == {alert_key(RAISED.alert_id): theirs}


async def test_what_another_has_not_told_yet_is_told_before_what_is_based_on_it(
    two: tuple[Watching, Watching], bus: Bus
) -> None:
    revision = await bus.swap(
        subjects.ALERTS_BUCKET, alert_key(RAISED.alert_id), RAISED, 0
    )  # and here its author waits
    assert revision is not None
    await two[0].until(1)
    assert await two[0].book.settle(STORY[1])
    await bus.record(event_of(STORY[0], revision))
    assert await told(bus) == [("UAV-07", "alert_raised"), ("UAV-07", "alert_acknowledged")]


async def test_what_the_faster_one_did_not_live_to_tell_is_told_by_the_slower(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_book, "WITNESS_S", 0.2)
    theirs = msgspec.structs.replace(RAISED, alert_id="battery_low.UAV-07.2")
    async with asyncio.TaskGroup() as tasks:
        slower = Watching(bus, tasks)
        await bus.swap(subjects.ALERTS_BUCKET, alert_key(RAISED.alert_id), theirs, 0)  # and here its author dies
        assert not await slower.book.settle(STORY[0])
        await until_told(bus, "alert_raised", 1)
    assert await told(bus) == [("UAV-07", "alert_raised")]


async def test_a_change_whose_author_died_before_its_event_is_recorded_by_the_other(
    two: tuple[Watching, Watching], bus: Bus
) -> None:
    ended = msgspec.structs.replace(
        RAISED, ended_at=AT + timedelta(seconds=9), acknowledged_at=AT + timedelta(seconds=5), acknowledged_by="ann"
    )
    revision = await bus.swap(subjects.ALERTS_BUCKET, alert_key(RAISED.alert_id), ended, 0)  # and here its author dies
    assert revision is not None
    for _ in range(300):
        if await told(bus) and not await bus.entries(subjects.ALERTS_BUCKET, Alert):
            break
        await asyncio.sleep(0.02)
    assert await told(bus) == [("UAV-07", "alert_ended")]
    assert await bus.entries(subjects.ALERTS_BUCKET, Alert) == {}, "it was closed, too"


@pytest.mark.parametrize(
    ("times", "kind", "closed"),
    [
        ({}, "alert_raised", False),
        ({"ended_at": 5}, "alert_ended", False),
        ({"acknowledged_at": 5}, "alert_acknowledged", False),
        ({"acknowledged_at": 5, "ended_at": 9}, "alert_ended", True),
        ({"acknowledged_at": 9, "ended_at": 5}, "alert_acknowledged", True),
        ({"acknowledged_at": 5, "ended_at": 5}, "alert_acknowledged", True),
    ],
)
def test_how_an_alert_came_to_be_as_it_is(times: dict[str, Any], kind: str, closed: bool) -> None:
    alert = msgspec.structs.replace(RAISED, **{name: AT + timedelta(seconds=s) for name, s in times.items()})
    change = last_change(alert)
    assert (change.kind, change.is_closed) == (kind, closed)
    assert event_of(change, 4).event_id == event_of(change, 4).event_id != event_of(change, 5).event_id
