"""Reports that the department owes: counts of the register and of its cases over a period."""
