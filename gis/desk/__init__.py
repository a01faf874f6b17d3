"""The department's own cases: complaints, inspections, dossiers. They never render."""
