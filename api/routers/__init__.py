"""The routes, one module a resource; `api.app` serves them, `api.roles` says to whom."""
