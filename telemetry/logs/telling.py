"""What a recording tells, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from telemetry.logs.story import Story
from telemetry.logs.telling_dataflash import tell_dataflash
from telemetry.logs.telling_tlog import tell_tlog
from telemetry.logs.telling_ulog import tell_ulog

if TYPE_CHECKING:
    from telemetry.logs.log import Log

_TELLERS: Final[dict[str, Callable[[Log], Story]]] = {
    "tlog": tell_tlog,
    "dataflash": tell_dataflash,
    "dataflash text": tell_dataflash,
    "ulog": tell_ulog,
}


def tell(log: Log) -> Story:
    return _TELLERS[log.kind](log)
