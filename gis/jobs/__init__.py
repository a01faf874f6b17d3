"""Long work: queue, leases, heartbeats, progress, cancel. A job names a study."""
