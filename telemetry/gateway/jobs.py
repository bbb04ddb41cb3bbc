"""What people fetch from a vehicle and set on it: its own logs and its parameters.

| verb         | arguments                     | answer                                                               |
|--------------|-------------------------------|----------------------------------------------------------------------|
| `logs`       |                               | `data.logs`: `number`, `size`, `started_at` of each, oldest first    |
| `log`        | `wire.LogOrder`               | at once; then `Progress` of stage ``log``, event ``log`` `LogReceipt` |
| `parameters` |                               | `data.parameters`: all of them, by name                              |
| `parameter`  | `name`, and `value` to set it | `data.value`: what the vehicle holds, read back after setting        |

Reading takes no command of the vehicle; setting a parameter does.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec

from telemetry import settings, subjects
from telemetry.bus import Bus, new_id
from telemetry.errors import ServiceError
from telemetry.gateway.contact import Contact
from telemetry.services import logs, parameters
from telemetry.services.tool_rules import PROTECTED
from telemetry.wire import Event, LogOrder, LogReceipt, Progress, Reply, Request

READING: Final = frozenset({"logs", "log", "parameters"})
VERBS: Final = READING | {"parameter"}
FLIGHT_ID: Final = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9_-]+")
PROGRESS_S: Final = 0.2


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
    value: float | None = None


class Jobs:
    """Of one contact. One log at a time."""

    def __init__(self, bus: Bus, contact: Contact, tell: Callable[[Event], None]) -> None:
        self._bus, self._contact, self._tell = bus, contact, tell
        self._fetching: asyncio.Task[None] | None = None

    async def carry_out(self, verb: str, request: Request) -> Reply:
        """Never raises for the vehicle's sake."""
        try:
            match verb:
                case "logs":
                    return await self._logs()
                case "log":
                    return await self._begin_log(msgspec.convert(request.arguments, LogOrder), request)
                case "parameters":
                    held = await parameters.fetch(self._contact.mailbox, lambda done, total: None)
                    return Reply(True, f"{len(held)} parameters.", data={"parameters": held})
                case _:
                    return await self._parameter(msgspec.convert(request.arguments, Parameter))
        except msgspec.ValidationError as error:
            return Reply(False, f"{verb}: {error}")
        except ServiceError as error:
            return Reply(False, str(error), error.said)

    async def _logs(self) -> Reply:
        found = await logs.listing(self._contact.mailbox)
        return Reply(True, f"{len(found)} logs on board.", data={"logs": msgspec.to_builtins(found)})

    async def _parameter(self, wanted: Parameter) -> Reply:
        channel = self._contact.mailbox
        if wanted.value is not None and wanted.name.startswith(PROTECTED):
            return Reply(False, f"{wanted.name} keeps the drone in its approved bounds: only an upload sets it.")
        if wanted.value is not None:
            await parameters.put(channel, wanted.name, wanted.value)
        held = await parameters.get(channel, wanted.name)
        return Reply(True, f"{wanted.name} is {held:g}.", data={"name": wanted.name, "value": held})

    async def _begin_log(self, order: LogOrder, request: Request) -> Reply:
        if self._fetching is not None and not self._fetching.done():
            return Reply(False, "Another log of this vehicle is being fetched.")
        folder = _folder(order.flight_id, self._contact.vehicle.name)
        if folder is None:
            return Reply(False, f"log: there is no flight {order.flight_id!r} where this gateway keeps flights.")
        self._fetching = asyncio.create_task(self._fetch(order, request, folder))
        return Reply(True, "Fetching the log.", data={"job": order.job})

    async def _fetch(self, order: LogOrder, request: Request, folder: Path) -> None:
        name, number, size = self._contact.vehicle.name, order.number, 0
        file, digest, problem = None, None, None
        latest = Progress(order.job, name, "log", "read", 0, 0)
        showing = asyncio.create_task(self._show(lambda: latest))

        def on_progress(done: int, total: int) -> None:
            nonlocal latest
            latest = Progress(order.job, name, "log", "read", done, total)

        try:
            found = {log.number: log for log in await logs.listing(self._contact.mailbox)}
            number = max(found, default=None) if order.number is None else order.number
            if number not in found:
                problem = "there is no log on board" if not found else f"there is no log {number} on board"
            else:
                log = found[number]
                path = folder / f"dataflash-{log.number:08}.bin"
                await logs.download(self._contact.mailbox, log, path, on_progress)
                file, size, digest = str(path), log.size, await asyncio.to_thread(_sha256, path)
        except (ServiceError, OSError) as error:
            problem = f"{error} What has come is kept; the next attempt goes on from there."
        finally:
            showing.cancel()
        receipt = LogReceipt(order.job, name, order.flight_id, number, file, size, digest, problem)
        said = f"log {number} of {size} bytes fetched." if problem is None else f"log not fetched: {problem}"
        by = request.actor.user
        self._tell(Event(new_id(), datetime.now(UTC), name, "log", f"{by}: {said}", by, msgspec.to_builtins(receipt)))

    async def _show(self, latest: Callable[[], Progress]) -> None:
        while True:
            await self._bus.publish(subjects.progress(self._contact.vehicle.name), latest())
            await asyncio.sleep(PROGRESS_S)


def _folder(flight_id: str | None, vehicle: str) -> Path | None:
    """Where the log goes: the flight's bundle, or the vehicle's own folder. None for a flight that is not here."""
    if flight_id is None:
        folder = settings.home() / "vehicle-logs" / subjects.token(vehicle)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    folder = settings.home() / "flights" / flight_id
    return folder if FLIGHT_ID.fullmatch(flight_id) and folder.is_dir() else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
