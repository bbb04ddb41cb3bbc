"""Functions as machine code, for the few that are called for every frame.

What numba makes of a function is kept on disk, so that a gateway that starts again listens at once. It is kept under
a name made of the sources that it depends on, the dialect's version among them: numba itself looks at one file only.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeVar, cast

import numba

from telemetry.settings import home

Function = TypeVar("Function", bound=Callable[..., object])

_HERE: Final = Path(__file__).parent
_SOURCES: Final = (*_HERE.glob("vehicle/*.py"), *_HERE.glob("mavlink/*.py"), *_HERE.glob("wire/*.py"))


def _made_of() -> str:
    digest = hashlib.sha256(version("pymavlink").encode())
    for source in sorted(_SOURCES):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def compiled(function: Function) -> Function:
    """`function` as machine code, made at its first call. It may use numbers, numpy arrays, and its like."""
    try:
        made = numba.njit(cache=True)(function)
    except RuntimeError:  # nowhere to keep it: it is made anew at each start
        made = numba.njit(function)
    return cast(Function, made)


_kept: Final = (_HERE / "__pycache__" if os.access(_HERE, os.W_OK) else home() / "compiled") / _made_of()
numba.config.CACHE_DIR = str(_kept)  # type: ignore[attr-defined]  # made when numba reads its environment
