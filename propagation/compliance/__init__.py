"""The checks of the frequency plan: pure functions from plain facts to findings."""
