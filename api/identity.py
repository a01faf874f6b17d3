"""Who calls: passwords, sessions, tokens, one-time links. Secrets are kept as hashes only.

A session's secret travels in an HttpOnly cookie and is stored as its SHA-256 (it has 256 random
bits, so a slow hash would add nothing); a password is stored as argon2id. The token against
cross-site requests is derived from the session's secret, so that it needs no storage.
"""

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.roles import Role
from gis.register.accounts import Account, Accounts
from gis.register.store import Scope
from gis.errors import NotFoundError

__all__ = ["ANONYMOUS", "Identity"]
