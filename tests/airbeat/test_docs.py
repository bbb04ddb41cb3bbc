"""What the pages of documentation name exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

import click
import msgspec
import pytest

from airbeat.cli import main
from airbeat.services import MODULES
from mission.checks import CHECKS
from telemetry.rules import RULES
from telemetry.settings import Settings
from web.auth.permissions import Role

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def quoted(page: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", page))


def entries(struct: type[msgspec.Struct]) -> set[str]:
    names: set[str] = set()
    for field in msgspec.structs.fields(struct):
        inner = getattr(field.type, "__args__", (field.type,))[0]
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            names |= entries(inner)
        else:
            names.add(field.name)
    return names


def test_every_setting_is_explained_and_no_other() -> None:
    page = text("administrator.md")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in quoted(row.split("|")[1]) if not name.startswith("[")}
    assert named == entries(Settings)


def test_every_environment_variable_is_explained() -> None:
    code = "".join(path.read_text() for path in (ROOT / "telemetry" / "settings.py", ROOT / "web" / "serve.py"))
    read = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', code))
    assert read
    assert read <= quoted(text("administrator.md"))


def test_every_check_is_named_and_no_other() -> None:
    paragraph = text("pilot.md").split("What is checked:")[1].split(". The profile")[0]
    assert quoted(paragraph) == {check.__name__ for check in CHECKS}


def test_every_alert_is_named_and_no_other() -> None:
    table = [line for line in text("control-room.md").splitlines() if line.startswith("|")]
    critical, warning = ({name for line in table for name in quoted(line.split("|")[column])} for column in (1, 2))
    assert critical == {rule.name for rule in RULES if rule.severity == "critical"}
    assert warning == {rule.name for rule in RULES if rule.severity == "warning"}


def test_every_role_and_service_is_named() -> None:
    named = quoted(text("administrator.md"))
    assert {role.value for role in Role} <= named
    assert set(MODULES) <= {name.split()[2] if name.startswith("airbeat service") else name for name in named}


def commands(group: click.Group, before: str = "airbeat") -> set[str]:
    found = set()
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{before} {name}")
        else:
            found.add(f"{before} {name}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_named_exists(page: Path) -> None:
    known = commands(main) | {"airbeat log", "airbeat plan"}
    for name in quoted(page.read_text()):
        if name.startswith("airbeat "):
            assert any(name == command or name.startswith(f"{command} ") for command in known), name
        if name.startswith("make "):
            assert re.search(rf"^{name.split()[1]}:|{name.split()[1].removeprefix('bench-')}", makefile(), re.M), name


def makefile() -> str:
    return (ROOT / "Makefile").read_text()


def test_every_command_is_explained_somewhere() -> None:
    named = " ".join(name for page in PAGES for name in quoted(page.read_text()))
    assert [command for command in sorted(commands(main)) if command not in named] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_path_named_exists(page: Path) -> None:
    body = page.read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", body):
        assert (page.parent / target).exists(), target
    for name in quoted(body):
        if re.fullmatch(r"(mission|telemetry|web|sitl|airbeat)/[\w./]*", name):
            assert (ROOT / name).exists(), name
