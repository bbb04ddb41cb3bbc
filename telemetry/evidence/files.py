"""Where the files of a flight or an export lie: in a folder, or in a zip. A part of the verifier."""

import posixpath
import unicodedata
import zipfile
from io import BufferedIOBase
from pathlib import Path
from typing import Final

FLIGHT: Final = "flight/"
"""Where the flight's own files lie in an export."""


class Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.names = sorted(one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file())

    def open(self, name: str) -> BufferedIOBase:
        return (self._path / name).open("rb")


class Zip:
    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self.names = sorted(name for name in self._zip.namelist() if not name.endswith("/"))
        plain = (unicodedata.normalize("NFKC", name.replace("\\", "/")).casefold() for name in self.names)
        if len(set(map(posixpath.normpath, plain))) < len(self.names):  # which one is seen, the unpacker would choose
            raise zipfile.BadZipFile("two files in it have one name")

    def open(self, name: str) -> BufferedIOBase:
        return self._zip.open(name)  # type: ignore[return-value]


class OwnFiles:
    """The flight's own files, of an export or by themselves."""

    def __init__(self, files: Folder | Zip, exported: bool) -> None:
        self._files, self._at = files, FLIGHT if exported else ""
        self.names = [name.removeprefix(self._at) for name in files.names if name.startswith(self._at)]

    def open(self, name: str) -> BufferedIOBase:
        return self._files.open(self._at + name)
