"""Errors of the telemetry package.

TelemetryError
├── BusError                     the bus cannot be reached or did not answer
├── LinkError                    an endpoint that cannot be opened, or an endpoint text without meaning
├── RecordingError               a recording that cannot be read or written; names file and offset
├── SettingsError                a settings file with a wrong or unknown entry; names it
├── ParameterFileError           a parameter file with a line that cannot be read; names the line
├── AuthorityError               an order or a change of command by one who does not hold it; names the holder
└── ServiceError                 a MAVLink service with a vehicle ended without success
    ├── VehicleSilent            no answer after all retries; what was asked, how often, for how long
    ├── Refused                  the vehicle said no: its result code in words, and its STATUSTEXTs
    ├── Interrupted              the vehicle rebooted or its link fell in the middle of a service
    └── NotVerified              what was read back differs from what was sent; says where
"""

from __future__ import annotations


class TelemetryError(Exception):
    """Base of all telemetry errors."""


class BusError(TelemetryError):
    """The message bus cannot be reached, or nobody answered on `subject`."""

    def __init__(self, subject: str, what: str) -> None:
        self.subject, self.what = subject, what
        super().__init__(f"{subject}: {what}")


class LinkError(TelemetryError):
    """`endpoint` cannot be used as a link."""

    def __init__(self, endpoint: str, what: str) -> None:
        self.endpoint, self.what = endpoint, what
        super().__init__(f"{endpoint}: {what}")


class RecordingError(TelemetryError):
    """A recording that cannot be used from `offset` (bytes) on."""

    def __init__(self, path: str, offset: int, what: str) -> None:
        self.path, self.offset, self.what = path, offset, what
        super().__init__(f"{path} at byte {offset}: {what}")


class SettingsError(TelemetryError):
    """A settings file that cannot be used; `where` is the path of the entry in it."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}")


class ParameterFileError(TelemetryError):
    """`line` (from 1) of a parameter file cannot be read."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(f"line {line}: {what}")


class AuthorityError(TelemetryError):
    """`holder` is the user who holds command of the vehicle, None when nobody does."""

    def __init__(self, holder: str | None, what: str) -> None:
        self.holder, self.what = holder, what
        super().__init__(f"{holder}: {what}" if holder else what)


class ServiceError(TelemetryError):
    """A MAVLink service ended without success. `said` holds the vehicle's STATUSTEXTs during it."""

    def __init__(self, service: str, what: str, said: tuple[str, ...] = ()) -> None:
        self.service, self.what, self.said = service, what, said
        words = f" The vehicle said: {'; '.join(said)}" if said else ""
        super().__init__(f"{service}: {what}.{words}")


class VehicleSilent(ServiceError):
    """No answer after all retries."""


class Refused(ServiceError):
    """The vehicle refused. `code` is the MAV_RESULT or MAV_MISSION_RESULT it gave."""

    def __init__(self, service: str, what: str, code: int, said: tuple[str, ...] = ()) -> None:
        self.code = code
        super().__init__(service, what, said)


class Interrupted(ServiceError):
    """The link fell or the vehicle rebooted before the end."""


class NotVerified(ServiceError):
    """The read-back differs from what was sent."""
