"""Analysis of a recorded flight: pure functions over columns."""
