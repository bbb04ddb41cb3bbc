"""A small XML reader for files from strangers: no document types, no entities, bounded depth and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from mission.errors import PlanFormatError

DEPTH_MAX: Final = 50
ELEMENTS_MAX: Final = 100_000


@dataclass(slots=True)
class Element:
    """`tag` without its namespace; `line` is where it begins."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def fail(self, what: str) -> PlanFormatError:
        return PlanFormatError(f"line {self.line}, <{self.tag}>", what)

    def find(self, tag: str) -> Element | None:
        """The first child of that name."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> Iterator[Element]:
        """Every descendant of that name, in document order."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.all(tag)

    def child_text(self, tag: str) -> str | None:
        child = self.find(tag)
        return child.text.strip() if child else None

    def number(self) -> float:
        try:
            number = float(self.text)
        except ValueError:
            raise self.fail(f"{self.text.strip()[:40]!r} is no number") from None
        if not abs(number) < 1e9:
            raise self.fail(f"{self.text.strip()[:40]} is no number to fly by")
        return number


def parse(data: bytes) -> Element:
    """The root element. Raises PlanFormatError with the line."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = lambda tag, attributes: reader.start(tag, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise PlanFormatError(f"line {error.lineno}", f"is no valid XML: {expat.ErrorString(error.code)}") from None
    except ValueError as error:
        raise PlanFormatError("", f"is no valid XML: {error}") from None
    if reader.root is None:
        raise PlanFormatError("", "is no XML document")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def doctype(self, *_: object) -> None:
        raise PlanFormatError("", "declares a document type, which is not read")

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        element = Element(tag.rpartition(" ")[2], attributes, line)
        self._count += 1
        if len(self._open) >= DEPTH_MAX or self._count > ELEMENTS_MAX:
            raise element.fail("is nested too deeply, or there are too many of them")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
