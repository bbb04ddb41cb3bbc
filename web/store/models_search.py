"""The tables that flights are found by: made from the bundle and the notes, and made anew from them at any time."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from web.store.models import Base

WORD: String = String(64).with_variant(String(64, collation="C"), "postgresql")
"""Compared byte by byte, so that the words with one beginning lie together in the index."""


class FlightWord(Base):
    """A word that a flight is found by; a name of an alert as ``alert:way_home``."""

    __tablename__ = "flight_words"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), primary_key=True, index=True)


class FlightCell(Base):
    """A Web Mercator tile (`web.searchable.CELL_ZOOM`) that a flight was over."""

    __tablename__ = "flight_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)

    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), primary_key=True, index=True)


class FlightFacts(Base):
    """What a recording says that lists and figures need. `track`: see `web.searchable.POINT`."""

    __tablename__ = "flight_facts"

    flight_id: Mapped[str] = mapped_column(ForeignKey("flights.flight_id"), primary_key=True)
    alerts: Mapped[int]
    battery_used_ah: Mapped[float | None]
    battery_left_pct: Mapped[float | None]
    track: Mapped[bytes] = mapped_column(LargeBinary)
    """Last, so that figures are read without it."""
