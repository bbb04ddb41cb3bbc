"""MAVLink services with one vehicle: mission transfer, MAVFTP, parameters, commands, logs.

Each is an async function over a `Channel`; it ends in its result or in a `ServiceError`, never in silence.
"""
