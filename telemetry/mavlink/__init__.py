"""The MAVLink codec: frames, messages, signing, tlog. The only place that imports pymavlink."""
