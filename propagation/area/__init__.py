"""Areas: every receiver of a radial in one sweep, by the same numbers as the path functions."""
