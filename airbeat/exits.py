"""How a command ends otherwise than well; `airbeat.cli` says what the exit codes mean."""

from __future__ import annotations

from typing import Final

import click

ANSWER_IS_NO: Final = 1


class CannotAsk(click.ClickException):
    """The question could not be asked."""

    exit_code = 2
