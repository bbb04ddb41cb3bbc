"""``python -m telemetry.recorder SETTINGS``."""

from telemetry.recorder.service import main

main()
