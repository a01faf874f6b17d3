"""Protection ratios, nuisance and usable fields, and their summation."""
