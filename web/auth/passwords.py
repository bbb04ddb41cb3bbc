"""Passwords: argon2id, with the parameters argon2-cffi recommends (RFC 9106's second choice)."""

from __future__ import annotations

import functools
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.errors import BadRequest

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256

_hasher: Final = PasswordHasher()


def require_good(password: str, username: str) -> None:
    """Raises `BadRequest` for a password nobody should have."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadRequest(f"use {MIN_LENGTH} to {MAX_LENGTH} characters", "password")
    if username.lower() in password.lower() or len(set(password)) < 5:
        raise BadRequest("do not repeat the username, or one character over and over", "password")


def hashed(password: str) -> str:
    return _hasher.hash(password)


@functools.cache
def _nobody() -> str:
    return hashed("nobody has this password")


def matches(stored: str | None, password: str) -> bool:
    """Takes the same time whether or not there is such a user (`stored` is None)."""
    try:
        return _hasher.verify(stored or _nobody(), password[: MAX_LENGTH + 1]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """The hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)
