"""`airbeat script run`: a pilot's own program flies a drone through the drone's pilot port."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import hashlib
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from airbeat.supervisor import until_told_to_stop
from airbeat.terminal import ANSWER_IS_NO, BUS_S, COMMAND_LINE
from telemetry import subjects
from telemetry.bus import Bus, joined, new_id
from telemetry.errors import BusError, SettingsError
from telemetry.settings import Settings
from telemetry.wire import Actor, Event, LiveFrame, LiveVehicle, Reply, Request

GRACE_S: Final = 2.0
"""How long a script that is told to end may take over it."""
HOLD_S: Final = 20.0
INTERRUPTED: Final = 130
"""Exit code of a shell's command that Ctrl-C ended."""
DIALLED: Final = {"tcpin": "tcp", "udpin": "udpout", "udpout": "udpin"}
"""How a tool names the other end of a port, as pymavlink and dronekit spell it."""


def connection_to(settings: Settings, vehicle: str) -> str:
    """What a tool connects to. Raises `SettingsError` for an unknown vehicle and for one without a port."""
    known = settings.vehicle(vehicle)
    if known is None:
        callsigns = ", ".join(settings.callsigns) or "none"
        raise SettingsError(f"vehicle {vehicle}", f"is not in the settings; they name {callsigns}")
    if known.pilot_port is None:
        raise SettingsError(f"vehicle {vehicle}", "has no pilot_port for scripts to attach to")
    kind, _, place = known.pilot_port.partition(":")
    return f"{DIALLED[kind]}:{place}"


async def run_script(file: Path, arguments: Sequence[str], vehicle: str, settings: Settings) -> int:
    """The script's exit code. However it ends, a drone that it leaves flying in GUIDED is told to hold.

    What ended well, but could not be recorded, counts as not well. Raises `SettingsError`, and `BusError` where no
    Airbeat runs.
    """
    connection = connection_to(settings, vehicle)
    async with joined(settings, COMMAND_LINE, within_s=BUS_S) as bus:
        run = _Run(bus, vehicle, file)
        await run.listen()
        return await run.through(connection, arguments)


class _Run:
    def __init__(self, bus: Bus, vehicle: str, file: Path) -> None:
        self._bus, self._vehicle = bus, vehicle
        self._person = getpass.getuser()
        self._live: LiveVehicle | None = None
        self._what = {
            "file": file.name,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "person": self._person,
            "run": new_id(),
        }
        self._file = file

    async def listen(self) -> None:
        async def show(_: str, frame: LiveFrame) -> None:
            self._live = next((one for one in frame.vehicles if one.vehicle == self._vehicle), self._live)

        await self._bus.subscribe(subjects.LIVE_ALL, LiveFrame, show)

    async def through(self, connection: str, arguments: Sequence[str]) -> int:
        name = f"{self._file.name} ({str(self._what['sha256'])[:12]})"
        await self._tell("script_started", f"{self._person} started the script {name}.", {"arguments": list(arguments)})
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", str(self._file), "--connect", connection, *arguments),
            env={**os.environ, "AIRBEAT_CONNECTION": connection, "AIRBEAT_VEHICLE": self._vehicle},
            start_new_session=True,  # Ctrl-C is for us: the drone is told to hold whatever the script makes of it
        )
        ending = asyncio.create_task(process.wait())
        told = asyncio.create_task(until_told_to_stop())
        await asyncio.wait({ending, told}, return_when=asyncio.FIRST_COMPLETED)
        interrupted = not ending.done()
        held = interrupted and await self._hold()
        if interrupted:
            await _end(process)
        told.cancel()
        held = await self._hold() or held
        code = INTERRUPTED if interrupted else await ending
        how = "was interrupted" if interrupted else f"ended with exit code {code}"
        held_text = " The drone was still flying in GUIDED and was told to hold." if held else ""
        text = f"The script {name} {how}.{held_text}"
        try:
            await self._tell("script_ended", text, {"exit_code": code, "held": held})
        except BusError as error:
            sys.stderr.write(f"{text} {error}\n")
            return code or ANSWER_IS_NO
        return code

    async def _hold(self) -> bool:
        """Tells the drone to hold if it is flying in GUIDED."""
        live = self._live
        if live is None or not live.armed or live.landed or live.mode != "GUIDED":
            return False
        order = Request(Actor(self._person, "pilot"), reason="the script ended")
        try:
            reply = await self._bus.request(subjects.request(self._vehicle, "hold"), order, Reply, HOLD_S)
        except BusError as error:
            reply = Reply(False, str(error))
        sys.stderr.write(f"{self._vehicle}: {reply.text}\n")
        return reply.ok

    async def _tell(self, kind: str, text: str, data: dict[str, Any]) -> None:
        """Raises `BusError` where the bus does not answer: a person waits for this, and can be told."""
        at = datetime.now(UTC)
        event = Event(new_id(), at, self._vehicle, kind, text, self._person, {**self._what, **data})
        try:
            async with asyncio.timeout(BUS_S):
                await self._bus.record(event)
        except TimeoutError as error:
            raise BusError(kind, f"not recorded: the bus did not answer within {BUS_S:g} s") from error


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            async with asyncio.timeout(GRACE_S):
                await process.wait()
                return
        except TimeoutError:
            continue
