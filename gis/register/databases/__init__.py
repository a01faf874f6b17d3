"""What differs between the databases that may keep a register, one module each."""
