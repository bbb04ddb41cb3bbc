"""``python -m web SETTINGS``."""

from web.serve import main

main()
