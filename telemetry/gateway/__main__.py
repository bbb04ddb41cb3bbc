"""``python -m telemetry.gateway SETTINGS``."""

from telemetry.gateway.service import main

main()
