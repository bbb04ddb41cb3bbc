"""Any plan that can be sent, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from mission.plan import (
    FenceCircle,
    FenceKind,
    FencePolygon,
    Frame,
    Geofence,
    Home,
    MissionItem,
    Plan,
    Position,
    RallyPoint,
)

degrees = st.integers(-899_999_999, 899_999_999).map(lambda n: n / 1e7)

positions = st.builds(Position, degrees, degrees).filter(lambda p: p.lat_deg != 0 or p.lon_deg != 0)

waypoints = st.builds(
    MissionItem,
    command=st.sampled_from((16, 82)),
    frame=st.sampled_from((Frame.GLOBAL, Frame.GLOBAL_RELATIVE_ALT, Frame.GLOBAL_TERRAIN_ALT)),
    position=positions,
    altitude_m=st.integers(-10_000, 500_000).map(lambda n: n / 100),
    params=st.tuples(st.integers(0, 65535).map(float), st.just(0.0), st.just(0.0), st.just(0.0)),
)

fences = st.builds(
    Geofence,
    st.lists(
        st.builds(
            FencePolygon,
            st.sampled_from(FenceKind),
            st.lists(positions, min_size=3, max_size=8, unique=True).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
    st.lists(
        st.builds(FenceCircle, st.sampled_from(FenceKind), positions, st.integers(1, 5000).map(float)), max_size=3
    ).map(tuple),
)

plans = st.builds(
    Plan,
    home=st.builds(Home, positions, st.integers(-1000, 100_000).map(lambda n: n / 100)),
    items=st.lists(waypoints, max_size=20).map(tuple),
    geofence=fences,
    rally=st.lists(st.builds(RallyPoint, positions, st.integers(0, 500).map(float)), max_size=4).map(tuple),
)
