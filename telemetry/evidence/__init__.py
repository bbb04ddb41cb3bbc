"""Evidence: recordings sealed against every change, a log of flights, and their verification.

`verifier` says what the seal is, in words, and checks it with nothing but Python's standard library: the same file
goes out with every exported zip.
"""

from telemetry.evidence.log_verifier import verify_log as verify_log
from telemetry.evidence.sealing import seal_flight as seal_flight
from telemetry.evidence.verifier import Verdict as Verdict
from telemetry.evidence.verifier import verify as verify
