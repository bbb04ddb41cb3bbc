"""Simulated drones: the built-in ArduCopter-compatible fleet, and real ArduPilot SITL where there is one."""
