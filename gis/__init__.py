"""The spatial database and everything with a coordinate or a file."""
