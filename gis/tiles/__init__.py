"""Tiles of public elevation products: which, where from, verified, kept within a limit."""
