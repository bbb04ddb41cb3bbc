"""``python -m web SETTINGS``: the service `web`."""

import logging
import sys
from pathlib import Path

from telemetry import settings
from web.serve import run

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
loaded = settings.load(Path(sys.argv[1]))
run(loaded, settings.home(), settings.nats_url(loaded), settings.websocket_url(loaded))
