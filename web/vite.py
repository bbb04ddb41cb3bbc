"""Finds the built front-end: Vite's manifest says which files an entry needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

DIST: Final = Path(__file__).parent / "static" / "dist"
BASE_URL: Final = "/static/dist/"


class FrontendMissing(Exception):
    """The pages' scripts and styles have not been built."""


class Assets(msgspec.Struct, frozen=True):
    """URLs that a page with this entry loads, in order. `preload`: the chunks the script will ask for."""

    script: str
    styles: tuple[str, ...]
    preload: tuple[str, ...]


class Manifest:
    """`dist` is Vite's output folder. It is read again when it was built again."""

    def __init__(self, dist: Path = DIST) -> None:
        self._path = dist / ".vite" / "manifest.json"
        self._built_at = 0
        self._chunks: dict[str, Any] = {}

    def assets(self, entry: str) -> Assets:
        """Of an entry by its name in vite.config.ts. Raises `FrontendMissing`."""
        chunks = self._read()
        found = next((chunk for chunk in chunks.values() if chunk.get("isEntry") and chunk.get("name") == entry), None)
        if found is None:
            raise FrontendMissing(f"the built front-end has no entry {entry}")
        imported = self._imported(found, chunks)
        styles = dict.fromkeys(style for chunk in (*imported, found) for style in chunk.get("css", ()))
        return Assets(
            script=BASE_URL + found["file"],
            styles=tuple(BASE_URL + style for style in styles),
            preload=tuple(BASE_URL + chunk["file"] for chunk in imported),
        )

    def _imported(self, chunk: dict[str, Any], chunks: dict[str, Any]) -> list[dict[str, Any]]:
        """What `chunk` imports statically, deepest first, each once."""
        ordered: dict[str, dict[str, Any]] = {}

        def visit(names: list[str]) -> None:
            for name in names:
                if name not in ordered:
                    visit(chunks[name].get("imports", []))
                    ordered.setdefault(name, chunks[name])

        visit(chunk.get("imports", []))
        return list(ordered.values())

    def _read(self) -> dict[str, Any]:
        try:
            built_at = self._path.stat().st_mtime_ns
            if built_at != self._built_at:
                self._chunks = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Any])
                self._built_at = built_at
        except (OSError, msgspec.DecodeError) as error:
            raise FrontendMissing(f"{self._path}: {error}") from error
        return self._chunks
