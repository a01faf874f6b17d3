"""The history of the register's tables, one step a module in `versions`."""
