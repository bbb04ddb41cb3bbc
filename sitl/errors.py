"""Errors of the simulator.

SitlError
├── BackendMissing      no ArduPilot SITL binary where one was asked for; says what to install
├── BackendFailed       an ArduPilot process that ended or did not get ready; says which, with its last words
├── ParameterFileError  a parameter file with a line that means nothing; names file and line
└── LinkTextError       a ``--link`` text with an unknown word or value
"""

from __future__ import annotations


class SitlError(Exception):
    """Base of all errors of the simulator."""


class BackendMissing(SitlError):
    """No ArduPilot SITL binary was found. `tried` lists the places looked at."""

    def __init__(self, tried: tuple[str, ...]) -> None:
        self.tried = tried
        super().__init__(
            f"no ArduCopter SITL binary ({'; '.join(tried)}). Build or download ArduPilot's `arducopter` for SITL as "
            "https://ardupilot.org/dev/docs/building-setup-linux.html describes, then give --binary PATH, set "
            "$ARDUPILOT_SITL, or put it on PATH; or use --autopilot builtin."
        )


class BackendFailed(SitlError):
    """ArduPilot process number `instance` did not do what it should."""

    def __init__(self, instance: int, what: str) -> None:
        self.instance, self.what = instance, what
        super().__init__(f"ArduPilot SITL {instance}: {what}")


class ParameterFileError(SitlError):
    """`path` at `line` is no parameter."""

    def __init__(self, path: str, line: int, what: str) -> None:
        self.path, self.line, self.what = path, line, what
        super().__init__(f"{path} line {line}: {what}")


class LinkTextError(SitlError):
    """`text` is no description of a link."""

    def __init__(self, text: str, what: str) -> None:
        self.text, self.what = text, what
        super().__init__(f"--link {text}: {what}")
