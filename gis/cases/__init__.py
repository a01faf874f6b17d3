"""Cases of the department: their states and their clocks. They never render."""
