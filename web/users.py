"""For the command line: the first administrator, and the people of a demonstration."""

from __future__ import annotations

from typing import Final

import msgspec

from mission.plan import digest
from web import api
from web.auth.permissions import Role
from web.errors import Conflict
from web.store import audit, sorties, users
from web.store.audit import SYSTEM
from web.store.database import Database

DEMO_PEOPLE: Final = (
    ("pilot", "P. Nair", Role.PILOT),
    ("observer", "O. Grant", Role.OBSERVER),
    ("control", "C. Whitlock", Role.CONTROL_ROOM),
    ("supervisor", "S. Adeyemi", Role.SUPERVISOR),
    ("manager", "M. Osei", Role.ACCOUNTABLE_MANAGER),
    ("disclosure", "D. Quinn", Role.DISCLOSURE),
    ("admin", "A. Larsen", Role.ADMINISTRATOR),
)


class Login(msgspec.Struct, frozen=True):
    username: str
    name: str
    role: Role
    password: str


def create_administrator(database: Database, username: str, name: str, password: str) -> None:
    """Raises `Conflict` when there is one already (who adds the others), `BadRequest` for a bad name or password."""
    with database.write() as db:
        if users.with_role(db, Role.ADMINISTRATOR):
            raise Conflict("There is an administrator already, who adds the other users.")
        users.create(db, username, name, Role.ADMINISTRATOR, password)
        audit.append(db, SYSTEM, "user.create", username, role=Role.ADMINISTRATOR.value)


def seed_demo(database: Database, password: str) -> tuple[Login, ...]:
    """One person of each role, all with `password`; those who are there already keep theirs."""
    with database.write() as db:
        for username, name, role in DEMO_PEOPLE:
            if users.find(db, username) is None:
                users.create(db, username, name, role, password)
                audit.append(db, SYSTEM, "user.create", username, role=role.value)
    return tuple(Login(username, name, role, password) for username, name, role in DEMO_PEOPLE)


def seed_approved_sortie(database: Database, pilot: str, supervisor: str, made: api.SortieCreate) -> api.Sortie:
    """A sortie of `pilot` that `supervisor` has approved; the one of the same title and plan if it is there already."""
    with database.write() as db:
        for known in sorties.search(db, sorties.Search(of=pilot, text=made.title)).sorties:
            found = sorties.get(db, known.sortie_id)
            if found.plan_sha256 == digest(made.plan):
                return found
        sortie = sorties.create(db, pilot, made)
        sorties.submit(db, sortie.sortie_id, sortie.version)
        audit.append(db, SYSTEM, "sortie.create", sortie.sortie_id, plan_sha256=sortie.plan_sha256)
        approved = sorties.decide(db, sortie.sortie_id, supervisor, sortie.plan_sha256, approved=True, reason=None)
        audit.append(db, SYSTEM, "sortie.approve", sortie.sortie_id, plan_sha256=sortie.plan_sha256)
    return approved
