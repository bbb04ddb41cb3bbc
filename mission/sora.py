"""Ground and air risk by the steps of SORA 2.5, as tables to look up.

Sources: JARUS, *SORA v2.5 main body* (JAR-DEL-SRM-SORA-MB-2.5, 2024), tables 2 (intrinsic ground risk), 5
(mitigations) and 7 (SAIL), and annex C table 1 (air risk); the same values stand in EASA's AMC1 to Article 11 (ED
Decision 2025/018/R). The UK follows with AMC1 to Article 11 of UK Regulation 2019/947 (CAA ORS9 Decision 46), whose
annex B 1.6 sets the floor that is used here for all mitigations together.

What a person argues to an authority, this only prepares: the authorisation decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

SOURCE: Final = "JARUS SORA 2.5, tables 2, 5 and 7, annex C"
FEET_500_M: Final = 152.4
URBAN_PER_KM2: Final = 500.0
"""From here on table 3 of the main body speaks of suburbs and towns; below it, of scattered homes."""
GRC_MAX: Final = 7
"""Above it SORA sends the operation to the certified category."""


class Mitigation(StrEnum):
    M1A = "M1A"
    """Sheltering."""
    M1B = "M1B"
    """Operational restrictions."""
    M1C = "M1C"
    """Ground observation."""
    M2 = "M2"
    """Effects of the impact are reduced, e.g. by a parachute."""


class Robustness(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Arc(StrEnum):
    A = "ARC-a"
    B = "ARC-b"
    C = "ARC-c"
    D = "ARC-d"


class Claim(msgspec.Struct, frozen=True):
    """A mitigation that the authorisation grants, and how robust it is."""

    kind: Mitigation
    robustness: Robustness


BANDS: Final = (5.0, 50.0, 500.0, 5_000.0, 50_000.0)
"""People per km² below which each row of table 2 but the last one holds."""
_DIMENSIONS_M: Final = (1.0, 3.0, 8.0, 20.0, 40.0)
_SPEEDS_M_S: Final = (25.0, 35.0, 75.0, 120.0, 200.0)
_CONTROLLED: Final = (1, 1, 2, 3, 3)
_INTRINSIC: Final[tuple[tuple[int | None, ...], ...]] = (
    (2, 3, 4, 5, 6),
    (3, 4, 5, 6, 7),
    (4, 5, 6, 7, 8),
    (5, 6, 7, 8, 9),
    (6, 7, 8, 9, 10),
    (7, 8, None, None, None),
)
_CREDIT: Final = {
    (Mitigation.M1A, Robustness.LOW): 1,
    (Mitigation.M1A, Robustness.MEDIUM): 2,
    (Mitigation.M1B, Robustness.MEDIUM): 1,
    (Mitigation.M1B, Robustness.HIGH): 2,
    (Mitigation.M1C, Robustness.LOW): 1,
    (Mitigation.M2, Robustness.MEDIUM): 1,
    (Mitigation.M2, Robustness.HIGH): 2,
}
_SAIL: Final = {
    2: ("I", "II", "IV", "VI"),
    3: ("II", "II", "IV", "VI"),
    4: ("III", "III", "IV", "VI"),
    5: ("IV", "IV", "IV", "VI"),
    6: ("V", "V", "V", "VI"),
    7: ("VI", "VI", "VI", "VI"),
}


def column(dimension_m: float, speed_m_s: float) -> int | None:
    """The column of table 2 for the largest dimension and the greatest speed; None beyond 40 m or 200 m/s."""
    for index, (dimension, speed) in enumerate(zip(_DIMENSIONS_M, _SPEEDS_M_S, strict=True)):
        if dimension_m <= dimension and speed_m_s <= speed:
            return index
    return None


def intrinsic(per_km2: float, column_number: int) -> int | None:
    """Step 2: the intrinsic ground risk class; None where table 2 says "not part of SORA"."""
    row = sum(per_km2 >= limit for limit in BANDS)
    return _INTRINSIC[row][column_number]


def is_harmless(mass_kg: float, speed_m_s: float) -> bool:
    """Up to 250 g and 25 m/s: class 1 over any density, but not over assemblies of people."""
    return mass_kg <= 0.25 and speed_m_s <= 25.0


def credit(claim: Claim) -> int | None:
    """Points of table 5; None where the table has none for that robustness."""
    return _CREDIT.get((claim.kind, claim.robustness))


def credited(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that count, in the order of table 5. Sheltering of medium robustness excludes M1(B) (annex B)."""
    known = sorted((claim for claim in claims if credit(claim)), key=lambda claim: claim.kind)
    if Claim(Mitigation.M1A, Robustness.MEDIUM) in known:
        known = [claim for claim in known if claim.kind is not Mitigation.M1B]
    return tuple(known)


def final(intrinsic_class: int, claims: Iterable[Claim], column_number: int) -> int:
    """Step 3: the final class, never below that of a controlled ground area, nor above the intrinsic one."""
    reduced = intrinsic_class - sum(credit(claim) or 0 for claim in credited(claims))
    return min(max(reduced, _CONTROLLED[column_number]), intrinsic_class)


def encounter(
    height_agl_m: float, airport: bool, airspace_class: str | None, transponder: bool, urban: bool
) -> tuple[int, Arc]:
    """Step 4: the airspace encounter category of annex C, below FL600, and its initial air risk class.

    `airspace_class` is the highest of A to G that the volume touches, None for G; `transponder`: in a TMZ or RMZ.
    """
    controlled = airspace_class in ("A", "B", "C", "D", "E")
    if airport:
        return (1, Arc.D) if airspace_class in ("A", "B", "C", "D") else (6, Arc.C)
    if height_agl_m > FEET_500_M:
        if transponder:
            return 2, Arc.D
        return (3, Arc.D) if controlled else (4 if urban else 5, Arc.C)
    if transponder:
        return 7, Arc.C
    if controlled:
        return 8, Arc.C
    return (9, Arc.C) if urban else (10, Arc.B)


def in_sight(arc: Arc) -> Arc:
    """Step 5: within sight of the pilot or an observer the class is one lower, but not ARC-a."""
    return {Arc.D: Arc.C, Arc.C: Arc.B}.get(arc, arc)


def sail(final_class: int, residual: Arc) -> str | None:
    """Step 7: I to VI; None above class 7."""
    row = _SAIL.get(max(final_class, 2))
    return row[list(Arc).index(residual)] if row else None
