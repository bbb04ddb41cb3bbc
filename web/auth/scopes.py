"""What a token lets another program do; each route under /api/v1 asks for exactly one."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    VEHICLES_READ = "vehicles:read"
    FLIGHTS_READ = "flights:read"
    INCIDENTS_READ = "incidents:read"
    INCIDENTS_WRITE = "incidents:write"
    ALERTS_READ = "alerts:read"
