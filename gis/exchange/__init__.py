"""Import and export: every row is accepted, or refused with its reason."""
