"""The description of the addresses for programs (OpenAPI 3.0), complete in itself."""
