"""What people fetch from a vehicle and set on it: its own logs and its parameters.

| verb         | arguments                     | answer                                                               |
|--------------|-------------------------------|----------------------------------------------------------------------|
| `logs`       |                               | `data.logs`: `number`, `size`, `written_at` of each, oldest first    |
| `log`        | `wire.LogOrder`               | at once; its end is the event ``log`` with a `wire.LogReceipt`       |
| `fetching`   |                               | `data.fetch`: `wire.LogFetch` of the log asked for last, if any      |
| `parameters` |                               | `data.parameters`: all of them, by name                              |
| `parameter`  | `name`, and `value` to set it | `data.value`: what the vehicle holds, read back after setting        |

Reading takes no command of the vehicle; setting a parameter does.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec

from telemetry import settings, subjects
from telemetry.bus import new_id
from telemetry.errors import ServiceError
from telemetry.gateway.contact import Contact
from telemetry.services import logs, parameters
from telemetry.services.tool_rules import is_protected
from telemetry.wire import Event, LogFetch, LogOrder, LogReceipt, Reply, Request

READING: Final = frozenset({"logs", "log", "parameters"})
VERBS: Final = READING | {"parameter"}
FETCHING: Final = "fetching"
"""Asked again and again: neither an order nor an event."""


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
    value: float | None = None


class Jobs:
    """Of one contact. One log at a time."""

    def __init__(self, contact: Contact, tell: Callable[[Event], None]) -> None:
        self._contact, self._tell = contact, tell
        self._fetch: LogFetch | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def carry_out(self, verb: str, request: Request) -> Reply:
        """Never raises for the vehicle's sake."""
        try:
            match verb:
                case "logs":
                    return await self._logs()
                case "log":
                    return self._begin_log(msgspec.convert(request.arguments, LogOrder), request.actor.user)
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
        if wanted.value is not None and is_protected(wanted.name):
            return Reply(False, f"{wanted.name} keeps the drone in its approved bounds: only an upload sets it.")
        if wanted.value is not None:
            await parameters.put(channel, wanted.name, wanted.value)
        held = await parameters.get(channel, wanted.name)
        return Reply(True, f"{wanted.name} is {held:g}.", data={"name": wanted.name, "value": held})

    def fetching(self) -> Reply:
        return Reply(True, "", data={"fetch": msgspec.to_builtins(self._fetch)})

    def _begin_log(self, order: LogOrder, by: str) -> Reply:
        if self._fetching is not None and not self._fetching.done():
            return Reply(False, "Another log of this vehicle is being fetched.")
        self._fetch = LogFetch(order)
        self._fetching = asyncio.create_task(self._fetch_log(order, by))
        return Reply(True, "Fetching the log.", data={"job": order.job})

    async def _fetch_log(self, order: LogOrder, by: str) -> None:
        name, number, size = self._contact.vehicle.name, order.number, 0
        file, digest, problem = None, None, None

        def on_progress(done: int, total: int) -> None:
            self._fetch = LogFetch(order, done, total)

        try:
            found = {log.number: log for log in await logs.listing(self._contact.mailbox)}
            number = max(found, default=None) if order.number is None else order.number
            if number not in found:
                problem = "there is no log on board" if not found else f"there is no log {number} on board"
            else:
                log = found[number]
                path = _folder(name) / f"dataflash-{log.number:08}.bin"
                await logs.download(self._contact.mailbox, log, path, on_progress)
                file, size, digest = str(path), log.size, await asyncio.to_thread(_sha256, path)
        except (ServiceError, OSError) as error:
            problem = f"{error} What has come is kept; the next attempt goes on from there."
        receipt = LogReceipt(order.job, name, order.flight_id, number, file, size, digest, problem)
        self._fetch = LogFetch(order, size, size, receipt)
        said = f"log {number} of {size} bytes fetched." if problem is None else f"log not fetched: {problem}"
        self._tell(Event(new_id(), datetime.now(UTC), name, "log", f"{by}: {said}", by, msgspec.to_builtins(receipt)))


def _folder(vehicle: str) -> Path:
    folder = settings.home() / "vehicle-logs" / subjects.token(vehicle)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
