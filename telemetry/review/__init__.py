"""What a recorded flight tells: where it went, how that compares with its plan, and what went wrong."""

from telemetry.review.bundle import cross_track_p95 as cross_track_p95
from telemetry.review.examine import examine as examine
from telemetry.review.observation import Observation as Observation
from telemetry.review.summary import Summary as Summary
from telemetry.review.summary import summary as summary
