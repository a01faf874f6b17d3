"""A package, so that the server and Chromium are started once for all of its tests."""
