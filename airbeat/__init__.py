"""The composition root: the command line, the service supervisor and the demo. Imports all, imported by none."""
