"""What a flight's camera saw: whose view it was, the ground that was in it, and when a spot was."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from mission.geodesy import frame_at
from mission.pattern import Camera
from mission.plan import Plan, Position
from telemetry.review.coverage import coverage, when_seen
from telemetry.review.readings import mount
from telemetry.review.track import track_of
from telemetry.settings import VehicleSettings
from web import recordings
from web.api_review import Coverage, SeenArea, SpotSeen


def camera_of(plan: Plan | None, vehicle: VehicleSettings | None) -> Camera | None:
    """The camera that the plan was drawn for, else the drone's own by the settings; None where neither tells."""
    planned = (getattr(pattern.spec, "camera", None) for pattern in (plan.patterns if plan else ()))
    camera = next((camera for camera in planned if camera is not None), None)
    if camera is not None or vehicle is None or vehicle.camera_view_deg is None:
        return camera
    across, up = vehicle.camera_view_deg
    # As wide as it sees from one metre: a sensor behind a focal length of 1.
    width, height = (2.0 * math.tan(math.radians(angle) / 2.0) for angle in (across, up))
    return Camera(f"{across:g}° × {up:g}°", width, height, 1.0, 1, 1)


def seen_ground(recording: Path, camera: Camera | None) -> Coverage:
    """Raises `RecordingError`."""
    if camera is None:
        return Coverage(None, False, 0.0, ())
    log = recordings.opened(recording)
    track, looked = track_of(log), mount(log)
    ground = coverage(track, camera, looked) if track else None
    if track is None or ground is None:
        return Coverage(camera.name, looked is not None, 0.0, ())
    frame = frame_at(track.start)
    metres = shapely.transform(ground, frame.degrees_to_xy)
    return Coverage(camera.name, looked is not None, round(metres.area, 1), tuple(_areas(ground)))


def _areas(ground: BaseGeometry) -> Iterator[SeenArea]:
    for part in shapely.get_parts(ground):
        rings = (part.exterior, *part.interiors)
        yield SeenArea(tuple(tuple((round(x, 7), round(y, 7)) for x, y in ring.coords) for ring in rings))


def spot_seen(recording: Path, camera: Camera | None, spot: Position) -> SpotSeen:
    """Raises `RecordingError`."""
    if camera is None:
        return SpotSeen(())
    log = recordings.opened(recording)
    track = track_of(log)
    return SpotSeen(when_seen(track, camera, spot, mount(log)) if track else ())
