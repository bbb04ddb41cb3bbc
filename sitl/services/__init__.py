"""The MAVLink services of the built-in vehicle: parameters, missions, commands, files, logs."""
