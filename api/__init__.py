"""The two front doors, HTTP and command line."""
