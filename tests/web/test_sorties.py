"""A sortie from draft to approval: who may, in which order, and what voids it."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest
from flask import Flask

from mission.plan import Plan, digest
from tests.web.conftest import PASSWORD, VEHICLE, Browser, problem, view
from web.api import Sortie, SortieApprove, SortieCreate, SortieReject, SortieSave, SortieSubmit
from web.auth.permissions import Role
from web.store import audit, users
from web.store.database import Database


def saved(sortie: Sortie, **changed: Any) -> SortieSave:
    """The sortie as the plan page saves it, with something changed."""
    fields = {name: getattr(sortie, name) for name in SortieSave.__struct_fields__}
    return SortieSave(**{**fields, **changed})


def path(sortie: Sortie, deed: str = "") -> str:
    return f"/api/sorties/{sortie.sortie_id}{deed}"


def approve(browser: Browser, sortie: Sortie, plan_sha256: str | None = None) -> Any:
    return browser.send("POST", path(sortie, "/approve"), SortieApprove(plan_sha256 or sortie.plan_sha256))


def submit(browser: Browser, sortie: Sortie) -> Any:
    return browser.send("POST", path(sortie, "/submit"), SortieSubmit(sortie.version))


def test_a_new_sortie_is_the_pilots_draft(draft: Sortie, plan: Plan) -> None:
    assert (draft.state, draft.version, draft.pilot) == ("draft", 1, "pilot")
    assert draft.plan == plan
    assert draft.plan_sha256 == digest(plan)


def test_a_save_is_a_new_version_and_all_versions_are_kept(pilot: Browser, draft: Sortie) -> None:
    second = view(pilot.send("PUT", path(draft), saved(draft, plan=Plan()))).sortie
    assert (second.version, second.plan) == (2, Plan())
    versions = pilot.get(path(draft, "/versions")).json
    assert versions is not None
    assert [(kept["version"], kept["plan_sha256"]) for kept in versions] == [
        (2, digest(Plan())),
        (1, draft.plan_sha256),
    ]


def test_saving_no_change_is_no_version(pilot: Browser, approved: Sortie) -> None:
    again = view(pilot.send("PUT", path(approved), saved(approved))).sortie
    assert (again.version, again.state) == (1, "approved")


def test_a_save_made_from_an_old_version_is_refused(pilot: Browser, draft: Sortie) -> None:
    view(pilot.send("PUT", path(draft), saved(draft, title="Other title")))
    refused = problem(pilot.send("PUT", path(draft), saved(draft, plan=Plan())), 409)
    assert refused.where == "version"
    assert "version 2" in refused.text
    kept = view(pilot.get(path(draft))).sortie
    assert (kept.title, kept.plan) == ("Other title", draft.plan)


def test_of_two_saves_at_once_one_wins(app: Flask, pilot: Browser, draft: Sortie) -> None:
    browsers = [Browser(app), Browser(app), Browser(app)]
    for browser in browsers:
        browser.log_in("pilot")
    answers: list[int] = []

    def save(browser: Browser, number: int) -> None:
        answers.append(browser.send("PUT", path(draft), saved(draft, title=f"Title {number}")).status_code)

    threads = [threading.Thread(target=save, args=pair) for pair in zip(browsers, range(3), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409]
    assert view(pilot.get(path(draft))).sortie.version == 2


def test_a_plan_with_errors_cannot_be_submitted(pilot: Browser, draft: Sortie, crossing_plan: Plan) -> None:
    broken = view(pilot.send("PUT", path(draft), saved(draft, plan=crossing_plan))).sortie
    refused = problem(submit(pilot, broken), 409)
    assert "exclusion" in refused.text
    assert view(pilot.get(path(draft))).sortie.state == "draft"


def test_a_supervisor_approves_what_was_submitted(pilot: Browser, supervisor: Browser, draft: Sortie) -> None:
    assert problem(approve(supervisor, draft), 409).text.startswith("This sortie is draft")
    assert view(submit(pilot, draft)).sortie.state == "submitted"
    done = view(approve(supervisor, draft)).sortie
    assert (done.state, done.approved_by, done.approved_sha256) == ("approved", "supervisor", draft.plan_sha256)
    assert done.approved_at is not None


@pytest.mark.parametrize("name", ["pilot", "observer", "control_room", "administrator"])
def test_nobody_else_approves(request: pytest.FixtureRequest, pilot: Browser, draft: Sortie, name: str) -> None:
    submit(pilot, draft)
    browser = request.getfixturevalue(name)
    problem(approve(browser, draft), 403)
    problem(browser.send("POST", path(draft, "/reject"), SortieReject(draft.plan_sha256, "no")), 403)
    assert view(pilot.get(path(draft))).sortie.state == "submitted"


def test_an_approval_is_of_the_plan_that_was_seen(pilot: Browser, supervisor: Browser, draft: Sortie) -> None:
    submit(pilot, draft)
    refused = problem(approve(supervisor, draft, "0" * 64), 409)
    assert refused.where == "plan_sha256"
    assert view(pilot.get(path(draft))).sortie.approved_by is None


def test_a_supervisor_does_not_approve_his_own_plan(supervisor: Browser, plan: Plan) -> None:
    own = view(supervisor.send("POST", "/api/sorties", SortieCreate("Mine", "Training", plan))).sortie
    submit(supervisor, own)
    assert "your own plan" in problem(approve(supervisor, own), 403).text


def test_a_supervisor_does_not_approve_a_plan_he_had_a_hand_in(
    app: Flask, database: Database, pilot: Browser, supervisor: Browser, draft: Sortie
) -> None:
    edited = view(supervisor.send("PUT", path(draft), saved(draft, title="Better title"))).sortie
    submit(pilot, edited)
    problem(approve(supervisor, edited), 403)
    with database.write() as db:
        users.create(db, "chief", "C. Okafor", Role.SUPERVISOR, PASSWORD)
    chief = Browser(app)
    chief.log_in("chief")
    assert view(approve(chief, edited)).sortie.approved_by == "chief"


@pytest.mark.parametrize(
    "changed",
    [{"plan": Plan()}, {"title": "New"}, {"purpose": "New"}, {"incident": "CAD 1"}, {"vehicle": VEHICLE}],
    ids=lambda changed: next(iter(changed)),
)
def test_any_change_voids_the_approval(pilot: Browser, approved: Sortie, changed: dict[str, Any]) -> None:
    after = view(pilot.send("PUT", path(approved), saved(approved, **changed))).sortie
    assert (after.state, after.approved_by, after.approved_sha256) == ("draft", None, None)


def test_changing_back_does_not_bring_an_approval_back(pilot: Browser, approved: Sortie) -> None:
    changed = view(pilot.send("PUT", path(approved), saved(approved, plan=Plan()))).sortie
    back = view(pilot.send("PUT", path(approved), saved(changed, plan=approved.plan))).sortie
    assert back.plan_sha256 == approved.plan_sha256
    assert (back.state, back.approved_sha256) == ("draft", None)


def test_a_rejection_says_why_and_the_next_version_starts_afresh(
    pilot: Browser, supervisor: Browser, draft: Sortie
) -> None:
    submit(pilot, draft)
    silent = supervisor.send("POST", path(draft, "/reject"), SortieReject(draft.plan_sha256, "  "))
    assert problem(silent, 400).where == "reason"
    wanted = SortieReject(draft.plan_sha256, "Too near the hospital")
    rejected = view(supervisor.send("POST", path(draft, "/reject"), wanted)).sortie
    assert (rejected.state, rejected.rejected_reason) == ("rejected", "Too near the hospital")
    again = view(pilot.send("PUT", path(draft), saved(rejected, purpose="Moved"))).sortie
    assert (again.state, again.rejected_reason) == ("draft", None)


def test_another_pilots_sorties_are_out_of_reach(app: Flask, database: Database, draft: Sortie) -> None:
    with database.write() as db:
        users.create(db, "other", "O. Pilot", Role.PILOT, PASSWORD)
    other = Browser(app)
    other.log_in("other")
    for method, deed, body in (
        ("GET", "", None),
        ("PUT", "", saved(draft)),
        ("GET", "/versions", None),
        ("GET", "/plan.plan", None),
        ("POST", "/submit", SortieSubmit(1)),
    ):
        problem(other.send(method, path(draft, deed), body), 403)
    assert other.get(f"/sorties/{draft.sortie_id}").status_code == 403
    assert draft.title not in other.get("/sorties").text


def test_observers_and_the_control_room_read_but_do_not_change(
    observer: Browser, control_room: Browser, draft: Sortie
) -> None:
    for browser in (observer, control_room):
        assert view(browser.get(path(draft))).rights.edit is False
        problem(browser.send("PUT", path(draft), saved(draft, title="Taken over")), 403)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"title": "x", "purpose": "y", "plan": {"items": [{"command": "fly"}]}}', "plan.items[0].command"),
        (b'{"title": 5, "purpose": "y"}', "title"),
        (b'{"purpose": "y"}', None),
        (b'{"title": " ", "purpose": "y"}', "title"),
        (b'{"title": "x", "purpose": "y", "observer": "pilot"}', "observer"),
        (b'{"title": "x", "purpose": "y", "vehicle": "' + b"U" * 65 + b'"}', "vehicle"),
        (b'{"title": "x", "purpose": "y", "plan": {"home": {"position": {"lat_deg": NaN, "lon_deg": 0}}}}', None),
        (b'{"title": "x", "pur', None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b"", None),
    ],
)
def test_a_wrong_body_is_refused_by_the_name_of_its_field(pilot: Browser, body: bytes, where: str | None) -> None:
    refused = problem(pilot.send("POST", "/api/sorties", body), 400)
    assert refused.where == where
    assert refused.text
    assert pilot.get("/api/sorties").json == {"sorties": [], "total": 0, "page": 1, "pages": 1}


def test_the_list_is_searched_and_paged(pilot: Browser, supervisor: Browser) -> None:
    for number in range(53):
        made = SortieCreate(f"Beat {number:02d}", "Patrol", incident="CAD 7" if number == 3 else None)
        assert pilot.send("POST", "/api/sorties", made).status_code == 201
    everything = supervisor.get("/api/sorties").json
    assert everything is not None
    assert (everything["total"], everything["pages"], len(everything["sorties"])) == (53, 2, 50)
    rest = supervisor.get("/api/sorties?page=2").json
    assert rest is not None
    assert [sortie["title"] for sortie in rest["sorties"]] == ["Beat 02", "Beat 01", "Beat 00"]
    found = supervisor.get("/api/sorties?text=cad 7").json
    assert found is not None
    assert [sortie["title"] for sortie in found["sorties"]] == ["Beat 03"]
    assert "Beat 03" in supervisor.get("/sorties?text=cad+7").text
    assert supervisor.get("/api/sorties?text=nair").json["total"] == 53  # type: ignore[index]
    assert supervisor.get("/api/sorties?text=%25").json["total"] == 0  # type: ignore[index]


def test_the_plan_page_carries_what_its_script_needs(pilot: Browser, draft: Sortie) -> None:
    data = pilot.page_data(f"/sorties/{draft.sortie_id}")
    assert data["sortie"]["plan_sha256"] == draft.plan_sha256
    assert data["rights"] == {"edit": True, "submit": True, "approve": False, "upload": False, "override": False}
    assert data["observers"] == [{"username": "observer", "name": "O. Grant"}]
    assert VEHICLE in data["vehicles"]
    pilot.token = data["csrf_token"]
    assert submit(pilot, draft).status_code == 200


def test_page_data_cannot_break_out_of_its_script(pilot: Browser, plan: Plan) -> None:
    hostile = SortieCreate("</script><script>alert(1)</script>", "<!-- ", plan)
    made = view(pilot.send("POST", "/api/sorties", hostile)).sortie
    page = pilot.get(f"/sorties/{made.sortie_id}").text
    assert "<script>alert" not in page
    assert pilot.page_data(f"/sorties/{made.sortie_id}")["sortie"]["title"] == hostile.title


def test_the_lists_form_makes_a_draft_and_opens_it(pilot: Browser) -> None:
    opened = pilot.post("/sorties", title="Quick", purpose="Search", incident="CAD 12")
    assert opened.status_code == 302
    assert pilot.page_data(opened.location)["sortie"]["incident"] == "CAD 12"


def test_every_step_is_in_the_audit(database: Database, approved: Sortie, pilot: Browser) -> None:
    pilot.send("PUT", path(approved), saved(approved, title="Changed"))
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="sortie"))
    steps = [(entry.action, entry.username, entry.role, entry.subject) for entry in reversed(entries)]
    assert steps == [
        ("sortie.create", "pilot", "pilot", approved.sortie_id),
        ("sortie.submit", "pilot", "pilot", approved.sortie_id),
        ("sortie.approve", "supervisor", "supervisor", approved.sortie_id),
        ("sortie.save", "pilot", "pilot", approved.sortie_id),
    ]
    assert entries[0].detail["approval_voided"] is True
    assert entries[0].address == "127.0.0.1"


def test_a_refused_step_changes_nothing_at_all(pilot: Browser, supervisor: Browser, draft: Sortie) -> None:
    before = view(pilot.get(path(draft)))
    problem(approve(supervisor, draft), 409)
    problem(pilot.send("PUT", path(draft), saved(draft, version=9, title="No")), 409)
    problem(pilot.send("PUT", path(draft), saved(draft, title="")), 400)
    assert msgspec.json.encode(view(pilot.get(path(draft)))) == msgspec.json.encode(before)
