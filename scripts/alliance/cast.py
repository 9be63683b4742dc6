"""Who is in the sandbox: three institutions, a regulator, clinicians and patients. All invented.

Codes use the administrative division 999999, which does not exist, so that no number is anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models import Details, Role

__all__ = [
    "CLINIC",
    "COUNTY",
    "HOSPITAL",
    "HOUSES",
    "LEAD",
    "PEOPLE",
    "REGULATOR",
    "SEALING",
    "House",
    "Individual",
]


@dataclass(frozen=True, slots=True)
class House:
    """An institution; ``label`` names its key file and its folder."""

    label: str
    details: Details
    departments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its public name."""
        return self.details.name


@dataclass(frozen=True, slots=True)
class Individual:
    """A clinician or a patient; ``house`` registers them, ``identifier`` is (type, value)."""

    label: str
    name: str
    role: Role
    house: str
    identifier: tuple[str, str]
    department: str | None = None


LEAD = House(
    "lead",
    Details("北京和济示范医院", "12999999DEM000014M", "PDY90001X", "三级甲等", 3),
    ("影像科",),
)
HOSPITAL = House(
    "hospital",
    Details("上海同源示范医院", "12999999DEM000022G", "PDY90002X", "三级甲等", 3),
    ("心血管内科",),
)
CLINIC = House(
    "clinic",
    Details("朝阳里社区卫生服务中心", "12999999DEM000030B", "PDY90003X", "一级", 1),
    ("全科门诊",),
)
HOUSES = (LEAD, HOSPITAL, CLINIC)

COUNTY = House(
    "county",
    Details("白杨县人民示范医院", "12999999DEM000049K", "PDY90004X", "二级甲等", 2),
    ("内科",),
)
SEALING = (*HOUSES, COUNTY)
"""The houses of a network: with four sealers, one may fail and the chain goes on (P60)."""

REGULATOR = ("regulator", "示范市卫生健康委员会")
"""The regulator's label and public name."""

PEOPLE = (
    Individual(
        "dr-wang",
        "王建国",
        Role.CLINICIAN,
        "clinic",
        ("resident-id", "999999197904160016"),
        "全科门诊",
    ),
    Individual(
        "dr-li",
        "李静",
        Role.CLINICIAN,
        "hospital",
        ("resident-id", "999999198409230026"),
        "心血管内科",
    ),
    Individual(
        "dr-chen",
        "陈思远",
        Role.CLINICIAN,
        "lead",
        ("resident-id", "999999197211010015"),
        "影像科",
    ),
    Individual(
        "patient-zhang",
        "张秀英",
        Role.PATIENT,
        "clinic",
        ("resident-id", "99999919560312002X"),
    ),
    Individual(
        "patient-liu",
        "刘洋",
        Role.PATIENT,
        "hospital",
        ("resident-id", "999999198807050039"),
    ),
)
