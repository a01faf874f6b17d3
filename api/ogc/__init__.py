"""The register by the standards of the Open Geospatial Consortium (OGC API)."""
