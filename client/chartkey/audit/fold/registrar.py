"""The registrar's events: people, keys, and the tree they act in (R01, R02, R04)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chartkey.audit.fold.guard import allow, existing, fresh, written_at
from chartkey.audit.state import Department, Registrar, State
from chartkey.audit.status import institution_of
from chartkey.models import Certification, Person, Role, Standing

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS"]


def _person_applied(state: State, event: Event) -> None:
    args = event.args
    fresh(state.registrar.persons, args["account"], event, "account")
    state.registrar.persons[args["account"]] = Person(
        role=Role(args["role"]),
        certification=Certification.APPLIED,
        licence=Standing.NONE,
        certifier=None,
        key_version=1,
        since=written_at(event),
    )
    _add_key(state.registrar, event, args["account"], 1)


def _person_registered(state: State, event: Event) -> None:
    _person(state, event, Role(event.args["role"]), Certification.CERTIFIED)


def _person(state: State, event: Event, role: Role, certification: Certification) -> None:
    args = event.args
    fresh(state.registrar.persons, args["account"], event, "account")
    state.registrar.persons[args["account"]] = Person(
        role=role,
        certification=certification,
        licence=_first_licence(role),
        certifier=args["institution"],
        key_version=1,
        since=written_at(event),
    )
    _add_key(state.registrar, event, args["account"], 1)
    _bind_handle(state.registrar, event)
    _give_summary(state, event, args["account"])


def _chart_opened(state: State, event: Event) -> None:
    _person(state, event, Role.PATIENT, Certification.CHART)


def _person_certified(state: State, event: Event) -> None:
    args = event.args
    persons = state.registrar.persons
    person = existing(persons, args["account"], event, "application")
    applied = person.certification == Certification.APPLIED
    allow(applied, event, "its account has not applied")
    persons[args["account"]] = replace(
        person,
        certification=Certification.CERTIFIED,
        licence=_first_licence(person.role),
        certifier=args["institution"],
        since=written_at(event),
    )
    _bind_handle(state.registrar, event)
    _give_summary(state, event, args["account"])


def _institution_enrolled(state: State, event: Event) -> None:
    institution = event.args["institution"]
    fresh(state.registrar.persons, institution, event, "account")
    state.registrar.persons[institution] = Person(
        role=Role.NONE,
        certification=Certification.CERTIFIED,
        licence=Standing.NONE,
        certifier=institution,
        key_version=1,
        since=written_at(event),
    )
    _add_key(state.registrar, event, institution, 1)
    _give_summary(state, event, institution)


def _key_published(state: State, event: Event) -> None:
    args = event.args
    persons = state.registrar.persons
    person = existing(persons, args["account"], event, "account")
    allow(args["version"] == person.key_version + 1, event, "a key before it is missing")
    persons[args["account"]] = replace(person, key_version=args["version"])
    _add_key(state.registrar, event, args["account"], args["version"])


def _department_changed(state: State, event: Event) -> None:
    args = event.args
    departments = state.registrar.departments
    before = departments.get(args["department"])
    standing = Standing(args["standing"])
    _check_change(before.standing if before else Standing.NONE, standing, event)
    departments[args["department"]] = Department(args["institution"], standing)


def _affiliation_changed(state: State, event: Event) -> None:
    above = institution_of(state.registrar, event.args["affiliation"])
    allow(above == event.args["institution"], event, "its affiliation is another institution's")
    affiliations = state.registrar.affiliations
    pair = (event.args["clinician"], event.args["affiliation"])
    standing = Standing(event.args["standing"])
    _check_change(affiliations.get(pair, Standing.NONE), standing, event)
    affiliations[pair] = standing


def _licence_changed(state: State, event: Event) -> None:
    args = event.args
    persons = state.registrar.persons
    person = existing(persons, args["clinician"], event, "clinician")
    allow(person.certifier == args["institution"], event, "another institution certified them")
    standing = Standing(args["standing"])
    _check_change(person.licence, standing, event)
    persons[args["clinician"]] = replace(person, licence=standing)


def _handle_bound(state: State, event: Event) -> None:
    existing(state.registrar.persons, event.args["account"], event, "account")
    _bind_handle(state.registrar, event)


def _handle_released(state: State, event: Event) -> None:
    handle = (event.args["institution"], event.args["handle"])
    bound = state.registrar.handles.get(handle) is not None
    allow(bound, event, "no earlier event made its handle")
    state.registrar.handles[handle] = None


def _account_replaced(state: State, event: Event) -> None:
    account, successor = event.args["account"], event.args["successor"]
    persons = state.registrar.persons
    person = existing(persons, account, event, "account")
    other = existing(persons, successor, event, "successor")
    in_use = (Certification.CERTIFIED, Certification.CHART)
    both = person.certification in in_use and other.certification in in_use
    allow(both and person.role == other.role, event, "its accounts cannot follow one another")
    licence = Standing.REVOKED if person.role == Role.CLINICIAN else person.licence
    persons[account] = replace(person, certification=Certification.REPLACED, licence=licence)
    state.registrar.successors[account] = successor


def _demographics_published(state: State, event: Event) -> None:
    from eth_hash.auto import keccak

    args = event.args
    existing(state.registrar.persons, args["account"], event, "account")
    published = (args["root"], keccak(args["locator"]))
    state.registrar.demographics[args["account"]] = published


def _first_licence(role: Role) -> Standing:
    return Standing.ACTIVE if role == Role.CLINICIAN else Standing.NONE


def _add_key(registrar: Registrar, event: Event, account: str, version: int) -> None:
    from eth_hash.auto import keccak

    fresh(registrar.key_hashes, (account, version), event, "key")
    suite = event.args["suite"].to_bytes(1, "big")
    registrar.key_hashes[account, version] = keccak(suite + event.args["key"])


def _bind_handle(registrar: Registrar, event: Event) -> None:
    handle = (event.args["institution"], event.args["handle"])
    bound = registrar.handles.get(handle) is not None
    allow(not bound, event, "an earlier event made its handle")
    registrar.handles[handle] = event.args["account"]


def _give_summary(state: State, event: Event, account: str) -> None:
    # The clone speaks first, in the same transaction: SummaryOpened, then this.
    summary = existing(state.summaries, event.args["summary"], event, "Summary")
    allow(summary.owner == account, event, "its Summary is another account's")
    state.registrar.summaries[account] = event.args["summary"]


def _check_change(before: Standing, after: Standing, event: Event) -> None:
    if before == Standing.NONE:
        possible = after == Standing.ACTIVE
    else:
        possible = before != Standing.REVOKED and after not in (Standing.NONE, before)
    allow(possible, event, f"{before.name} cannot become {after.name}")


HANDLERS = {
    "PersonApplied": _person_applied,
    "PersonRegistered": _person_registered,
    "ChartOpened": _chart_opened,
    "HandleBound": _handle_bound,
    "HandleReleased": _handle_released,
    "AccountReplaced": _account_replaced,
    "DemographicsPublished": _demographics_published,
    "PersonCertified": _person_certified,
    "InstitutionEnrolled": _institution_enrolled,
    "KeyPublished": _key_published,
    "DepartmentChanged": _department_changed,
    "AffiliationChanged": _affiliation_changed,
    "LicenceChanged": _licence_changed,
}
