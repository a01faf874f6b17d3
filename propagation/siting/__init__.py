"""Checks of a proposed site: aviation, licence and plan, sharing, setbacks; numbers only."""
