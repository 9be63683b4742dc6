"""Acts of care, emergencies, charges and research."""

from __future__ import annotations

from tests.alliance import HOUR, now
from tests.functional.appointments.slots import VISIT
from tests.functional.breakglass.emergency import FINDINGS, JUSTIFIED, SHARE
from tests.functional.roles.act import ANY, BEGUN, MADE, MET, OTHERS, PEOPLE, Act, contract, ward_of
from tests.functional.roles.scene import EVIDENCE, MONTH

UNINVITED = "ConsultationAnswerInvalid(address,uint8)"
breakglass = contract("BreakGlass")
appointments = contract("Appointments")
referrals = contract("Referrals")
consultations = contract("Consultations")
charges = contract("Charges")
research = contract("Research")


CARE = (
    # Emergencies.
    Act(
        "arrange for emergencies",
        MET,
        lambda t, s, w: (breakglass(t).arrange, *s.plan.arguments),
        ANY,
    ),
    Act(
        "ask for emergency access",
        MET,
        lambda t, s, w: (
            breakglass(t).requestEmergency,
            s.patient,
            ward_of(s, w),
            HOUR,
            MADE,
            b"reason",
        ),
        ANY,
    ),
    Act(
        "approve another house's emergency",
        MET,
        lambda t, s, w: (
            breakglass(t).approveEmergency,
            s.id("requested"),
            *s.plan.shown,
            SHARE,
        ),
        OTHERS,
    ),
    Act(
        "approve one's own house's emergency",
        MET,
        lambda t, s, w: (
            breakglass(t).approveEmergency,
            w.home.id("requested"),
            *w.home.plan.shown,
            SHARE,
        ),
        ANY,
    ),
    Act(
        "end an emergency early",
        MET,
        lambda t, s, w: (breakglass(t).endEmergency, s.id("opened")),
    ),
    Act(
        "review another house's emergency",
        MET,
        lambda t, s, w: (breakglass(t).reviewEmergency, s.id("ended"), JUSTIFIED, FINDINGS),
        OTHERS,
    ),
    # Tiered care.
    Act(
        "open slots",
        MET,
        lambda t, s, w: (appointments(t).openSlots, s.ward, [now() + MONTH], 1),
    ),
    Act(
        "close a slot",
        MET,
        lambda t, s, w: (appointments(t).closeSlot, s.slots[0], s.ward),
    ),
    Act(
        "book a slot",
        MET,
        lambda t, s, w: (appointments(t).book, s.slots[2], s.relationship, VISIT),
    ),
    Act(
        "cancel a booking",
        MET,
        lambda t, s, w: (appointments(t).cancelBooking, s.bookings[1]),
    ),
    Act(
        "note attendance",
        BEGUN,
        lambda t, s, w: (appointments(t).noteAttendance, s.bookings[0], s.ward, True),
    ),
    Act(
        "prepare a referral",
        MET,
        lambda t, s, w: (referrals(t).prepareReferral, s.preparation("made now")),
    ),
    Act(
        "book a referral",
        MET,
        lambda t, s, w: (
            referrals(t).bookReferral,
            s.id("prepared"),
            s.other.slots[2],
            s.grant.terms,
        ),
    ),
    Act(
        "cancel a referral",
        MET,
        lambda t, s, w: (referrals(t).cancelReferral, s.id("prepared"), s.ward),
    ),
    Act(
        "triage who is referred here",
        MET,
        lambda t, s, w: (referrals(t).triage, s.other.id("prepared"), s.ward, 2),
    ),
    Act(
        "admit who is referred here",
        MET,
        lambda t, s, w: (referrals(t).admitReferral, s.other.id("urgent"), s.ward),
    ),
    Act(
        "refuse who is referred here",
        MET,
        lambda t, s, w: (referrals(t).refuseReferral, s.other.id("prepared"), s.ward, b""),
    ),
    Act(
        "give feedback",
        MET,
        lambda t, s, w: (
            referrals(t).giveFeedback,
            s.other.id("admitted"),
            s.ward,
            EVIDENCE,
            False,
            b"",
        ),
    ),
    Act(
        "take back who was referred down",
        MET,
        lambda t, s, w: (referrals(t).acceptReturn, s.id("returning"), s.ward),
    ),
    Act(
        "convene a consultation",
        MET,
        lambda t, s, w: (consultations(t).convene, s.invitation("made now")),
    ),
    Act(
        "answer a consultation",
        MET,
        lambda t, s, w: (
            consultations(t).answerConsultation,
            s.other.id("convened"),
            ward_of(s, w),
            True,
            EVIDENCE,
            b"",
        ),
        also=(UNINVITED,),
    ),
    Act(
        "conclude a consultation",
        MET,
        lambda t, s, w: (consultations(t).conclude, s.id("convened"), s.ward, EVIDENCE),
    ),
    Act(
        "cancel a consultation",
        MET,
        lambda t, s, w: (consultations(t).cancelConsultation, s.id("convened"), s.ward),
    ),
    # Charges and research.
    Act(
        "post a charge",
        MET,
        lambda t, s, w: (charges(t).post, s.relationship, MADE, EVIDENCE),
    ),
    Act(
        "release a charge to an insurer",
        MET,
        lambda t, s, w: (charges(t).release, s.id("posted", s.house), s.insurer),
    ),
    Act(
        "claim a charge",
        MET,
        lambda t, s, w: (charges(t).claim, s.id("released", s.house)),
    ),
    Act(
        "void a charge",
        MET,
        lambda t, s, w: (charges(t).void, s.id("posted", s.house)),
    ),
    Act(
        "refund a charge",
        MET,
        lambda t, s, w: (charges(t).refund, s.id("claimed", s.house)),
    ),
    Act(
        "register a study",
        PEOPLE,
        lambda t, s, w: (research(t).registerStudy, MADE, EVIDENCE),
        ANY,
    ),
    Act(
        "opt in to a study",
        PEOPLE,
        lambda t, s, w: (research(t).choose, t.study, True, 1),
        ANY,
    ),
)
