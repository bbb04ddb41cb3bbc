"""`python -m airbeat` is `airbeat`."""

from airbeat.cli import main

main()
