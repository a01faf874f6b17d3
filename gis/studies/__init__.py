"""Studies, one use a module: a record of inputs, versions and results."""
