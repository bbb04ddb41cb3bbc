"""Killed before any touch of the disk, or two at once: nothing is lost, doubled or left half done."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from telemetry.evidence import verify, verify_log
from telemetry.evidence.disposal import dispose
from telemetry.evidence.ed25519 import is_signed
from telemetry.evidence.flight_log import NAME
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.sealing import seal_flight
from telemetry.evidence.verifier import DISPOSAL
from tests.telemetry.evidence.conftest import DECISION, flight, public

TOUCHES = ((os, "open"), (os, "write"), (os, "fsync"), (Path, "replace"), (Path, "unlink"), (shutil, "rmtree"))


class Killed(BaseException):
    """As by kill -9: no handler of errors runs."""


def kills(deed: Callable[[int], object]) -> Iterator[int]:
    """Does the deed again and again, killed before its first touch of the disk, its second and so on to the last."""
    for step in count(1):
        left = step

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def touch(*arguments: Any, **named: Any) -> Any:
                nonlocal left
                left -= 1
                if left == 0:
                    raise Killed
                return real(*arguments, **named)

            return touch

        with pytest.MonkeyPatch.context() as patched:
            for owner, name in TOUCHES:
                patched.setattr(owner, name, counted(getattr(owner, name)))
            with contextlib.suppress(Killed):
                deed(step)
        yield step
        if left > 0:
            return


def test_a_sealing_that_was_killed_is_ended_by_the_next(home: Path, data: Path) -> None:
    def folder(step: int) -> Path:
        made = home / "flights" / f"20261122T0715{step:02d}Z-UAV-07"
        if not made.exists():
            made.mkdir()
            (made / "telemetry.tlog").write_bytes(b"frames" * 1000)
        return made

    for step in kills(lambda step: seal_flight(folder(step))):
        for draft in folder(step).glob("*.new"):  # as the recorder does, which closes the flight again
            draft.unlink()
        seal_flight(folder(step))
        assert verify(folder(step), public(home)).good
        assert verify_log(home / "flights" / NAME, public(home), flights=home / "flights") == []
    assert step > 5


def test_a_disposal_that_was_killed_is_ended_by_the_next(home: Path, data: Path) -> None:
    names = [f"20261122T0715{step:02d}Z-UAV-07" for step in range(40)]
    for name in names:
        flight(home, data, name)

    def disposed(step: int) -> Path:
        return dispose(home / "flights" / names[step], DECISION, EvidenceKeys(home / "keys"))

    for step in kills(disposed):
        folder = disposed(step).parent
        assert [path.name for path in folder.iterdir()] == [DISPOSAL]
        assert verify(folder, public(home)).good
        assert verify_log(home / "flights" / NAME, public(home), flights=home / "flights") == []
    assert step > 5


def test_a_killed_rotation_leaves_a_key_that_follows_from_the_first(home: Path, data: Path) -> None:
    before = flight(home, data)
    first = public(home)
    for step in kills(lambda step: EvidenceKeys(home / "keys").rotate()):
        after = flight(home, data, f"20261123T0715{step:02d}Z-UAV-07")
        assert EvidenceKeys(home / "keys").public == public(home)
        assert verify(after, first).good
    assert verify(before, first).good
    assert step > 5


def test_two_that_need_the_first_key_at_once_get_the_same(tmp_path: Path) -> None:
    begin, made = threading.Barrier(8), []

    def sign() -> None:
        keys = EvidenceKeys(tmp_path)
        begin.wait()
        made.append((keys.sign("sealed"), keys.public))

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1


def test_a_key_replaced_in_the_middle_of_a_deed_does_not_split_it(tmp_path: Path) -> None:
    keys = EvidenceKeys(tmp_path)
    named = keys.public
    following = EvidenceKeys(tmp_path).rotate()
    assert is_signed(named, "sealed", keys.sign("sealed"))
    assert EvidenceKeys(tmp_path).public == following
