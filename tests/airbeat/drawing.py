"""A pilot's hand on the plan page: the mouse where a place lies on the map, and a new draft to draw in."""

from __future__ import annotations

import math
import re

from playwright.sync_api import Page

HOME = (51.50735, -0.16370)
CENTRE, ZOOM = (51.5068, -0.1655), 15


class Drawing:
    """Puts the mouse where a place lies on the plan page's map, which opens at `CENTRE`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.get_by_test_id("map").and_(page.locator("[data-state=ready]")).wait_for()
        page.get_by_test_id("btn-zoom-in").click()
        page.wait_for_timeout(800)  # the map glides to the new zoom
        box = page.get_by_test_id("map").bounding_box()
        assert box is not None
        self._centre = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def at(self, north_m: float, east_m: float) -> tuple[float, float]:
        """Pixels of the place so far from home, by Web Mercator."""
        lat = HOME[0] + north_m / 111_250
        lon = HOME[1] + east_m / (111_320 * math.cos(math.radians(HOME[0])))
        world = 512 * 2**ZOOM

        def pixel(lat_deg: float, lon_deg: float) -> tuple[float, float]:
            merc = math.asinh(math.tan(math.radians(lat_deg)))
            return (lon_deg + 180) / 360 * world, (0.5 - merc / (2 * math.pi)) * world

        (x, y), (x0, y0) = pixel(lat, lon), pixel(*CENTRE)
        return self._centre[0] + x - x0, self._centre[1] + y - y0

    def click(self, *places: tuple[float, float]) -> None:
        for place in places:
            self._page.mouse.click(*self.at(*place))

    def polygon(self, tool: str, *corners: tuple[float, float]) -> None:
        self._page.get_by_test_id(f"tool-{tool}").click()
        self.click(*corners)
        self._page.get_by_test_id("btn-finish-shape").click()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._page.mouse.move(*self.at(*start))
        self._page.mouse.down()
        self._page.mouse.move(*self.at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), steps=4)
        self._page.mouse.move(*self.at(*end), steps=4)
        self._page.mouse.up()


def draft(page: Page, title: str) -> str:
    """A new sortie of the pilot; its address."""
    page.goto("/sorties?new=1")
    page.fill("#new-title", title)
    page.fill("#new-incident", "CAD-4711/26")
    page.fill("#new-purpose", "Suspect last seen on a roof")
    page.click("#new-sortie button")
    page.wait_for_url(re.compile(r"/sorties/\d+$"))
    return page.url
