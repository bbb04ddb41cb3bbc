"""What a downward camera sees from a height: footprint, ground sampling distance, line spacing, trigger distance.

Pinhole geometry: an image of side s behind a focal length f shows h · s / f on level ground from height h.
"""

from __future__ import annotations

from typing import NamedTuple

from mission.pattern import Camera


class Footprint(NamedTuple):
    """Metres on the ground: across the track, along it, and the side of one pixel."""

    across_m: float
    along_m: float
    gsd_m: float


def footprint(camera: Camera, height_m: float) -> Footprint:
    """From `height_m` above level ground."""
    across = height_m * camera.sensor_width_mm / camera.focal_length_mm
    along = height_m * camera.sensor_height_mm / camera.focal_length_mm
    return Footprint(across, along, across / camera.image_width_px)


def line_spacing_m(camera: Camera, height_m: float, side_overlap_pct: float) -> float:
    return footprint(camera, height_m).across_m * (1.0 - side_overlap_pct / 100.0)


def trigger_distance_m(camera: Camera, height_m: float, front_overlap_pct: float) -> float:
    return footprint(camera, height_m).along_m * (1.0 - front_overlap_pct / 100.0)
