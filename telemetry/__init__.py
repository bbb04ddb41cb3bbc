"""Everything between the radio and the screen: MAVLink, links, the bus, recording, alerts, logs, review, evidence."""
