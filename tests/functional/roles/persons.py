"""Acts of people, members and guardians."""

from __future__ import annotations

from typing import Any

from tests.alliance import DAY, KEY, PATIENT, SUSPENDED, account, now
from tests.functional.roles.act import ANY, MADE, OTHERS, PEOPLE, Act, contract
from tests.functional.roles.scene import EVIDENCE, Stage
from tests.signing import digest

DEPARTMENT = "RegistrarDepartmentInvalid(bytes32)"
LICENCE = "RegistrarNotClinician(address)"
registrar = contract("Registrar")
consortium = contract("Consortium")
guardianship = contract("Guardianship")
recovery = contract("Recovery")


def _registration(stage: Stage, house: Any) -> tuple[Any, ...]:
    alliance, new = stage.alliance, account("somebody new")
    registration = alliance.registration(new, house, PATIENT)
    signature = alliance.registrations.sign(new, "Registration", registration)
    return registration, KEY, digest("a new handle"), signature


PERSONS = (
    # Who is who.
    Act(
        "register a person",
        PEOPLE,
        lambda t, s, w: (registrar(t).register, *_registration(t, w.account)),
        ANY,
    ),
    Act(
        "open a chart",
        PEOPLE,
        lambda t, s, w: (registrar(t).openChart, s.ward, *_registration(t, s.house)),
    ),
    Act(
        "certify an applicant",
        PEOPLE,
        lambda t, s, w: (registrar(t).certify, s.applicant, MADE),
        ANY,
    ),
    Act(
        "bind a handle",
        PEOPLE,
        lambda t, s, w: (registrar(t).bindHandle, MADE, s.patient),
        ANY,
    ),
    Act("merge duplicates", PEOPLE, lambda t, s, w: (registrar(t).merge, *s.merged), ANY),
    Act("publish a key", PEOPLE, lambda t, s, w: (registrar(t).publishKey, 1, KEY), ANY),
    Act(
        "publish demographics",
        PEOPLE,
        lambda t, s, w: (registrar(t).publishDemographics, EVIDENCE, b"locator"),
        ANY,
    ),
    Act(
        "open or change a department",
        PEOPLE,
        lambda t, s, w: (registrar(t).setDepartment, s.ward, SUSPENDED),
        also=(DEPARTMENT,),
    ),
    Act(
        "affiliate a clinician",
        PEOPLE,
        lambda t, s, w: (registrar(t).setAffiliation, s.clinician, s.ward, SUSPENDED),
        also=(DEPARTMENT,),
    ),
    Act(
        "change a licence",
        PEOPLE,
        lambda t, s, w: (registrar(t).setLicence, s.clinician, SUSPENDED),
        also=(LICENCE,),
    ),
    # Votes.
    Act(
        "propose to the members",
        PEOPLE,
        lambda t, s, w: (consortium(t).proposeAgreement, EVIDENCE, now() + DAY),
        ANY,
    ),
    Act("vote", PEOPLE, lambda t, s, w: (consortium(t).vote, t.open, True), ANY),
    Act(
        "enact what was carried",
        PEOPLE,
        lambda t, s, w: (consortium(t).enact, t.carried, EVIDENCE),
        ANY,
        direct=True,
    ),
    # Guardians.
    Act(
        "propose a guardian",
        PEOPLE,
        lambda t, s, w: (guardianship(t).appoint, *s.mandate(t.idle)),
        ANY,
    ),
    Act(
        "confirm a guardian whom another house proposed",
        PEOPLE,
        lambda t, s, w: (guardianship(t).confirm, *s.mandate(s.clinician)),
        OTHERS,
    ),
    Act(
        "confirm a guardian whom one's own house proposed",
        PEOPLE,
        lambda t, s, w: (guardianship(t).confirm, *w.home.mandate(w.home.clinician)),
        ANY,
    ),
    Act(
        "end a guardianship",
        PEOPLE,
        lambda t, s, w: (guardianship(t).revokeGuardian, s.patient, s.guardian),
        direct=True,
    ),
    Act(
        "name recovery guardians",
        PEOPLE,
        lambda t, s, w: (recovery(t).nameGuardians, EVIDENCE, 2, 3, DAY),
        ANY,
    ),
    Act(
        "attest a recovery",
        PEOPLE,
        lambda t, s, w: (recovery(t).attestRecovery, s.patient),
    ),
)
