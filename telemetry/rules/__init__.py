"""Alert rules: an ordered tuple of small functions over the fleet's state."""
