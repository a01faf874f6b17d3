"""Reports and letters: each a function of a study's record."""
