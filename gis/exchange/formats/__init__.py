"""One reader for each format; nothing else opens a file."""
