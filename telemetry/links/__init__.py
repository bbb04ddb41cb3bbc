"""Links to vehicles: UDP, TCP, serial, tlog replay. The only place that opens sockets and serial ports."""
