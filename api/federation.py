"""Signing in by an organisation's own identity service (OpenID Connect Core 1.0, code flow, PKCE).

Nobody gets an account by it: a person who is signed in links the own account to issuer and subject
of the service, and the service opens that account from then on. Needs `phusong[oidc]`.
"""

import hashlib
import importlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.errors import FederationError
from api.settings import Settings
from gis.side_file import SideFile

__all__ = ["Arrival", "Federation"]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS departures (state TEXT PRIMARY KEY, at REAL NOT NULL, "
    "kept TEXT NOT NULL) WITHOUT ROWID"
)
_MINUTES_AWAY = 15.0
_TIMEOUT_S = 10.0
_LEEWAY_S = 60
_DISCOVERED_S = 3_600.0
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came back from the service.

    Attributes
    ----------
    subject : str
        Issuer and subject, which name one person for good.
    name : str
        What the service calls the person; only to be shown.
    target : str
        Where the person wanted to go.
    account_id : str
        The account to link; empty where the person only signs in.
    """

    subject: str
    name: str
    target: str
    account_id: str


class Federation:
    """The identity service of one installation.

    Parameters
    ----------
    settings : Settings
        Address of the service, and by what it knows this server.
    path : Path
        Where is kept who is away to sign in there; made where there is none.
    """

    def __init__(self, settings: Settings, path: Path) -> None:
        self._settings = settings
        self._file = SideFile(path, _TABLE)
        self._discovered: tuple[float, dict[str, Any]] | None = None

    @property
    def is_on(self) -> bool:
        """Whether a service is set."""
        return bool(self._settings.oidc_issuer)

    def depart(self, back: str, target: str, account_id: str = "") -> tuple[str, str]:
        """Return the address to send a browser to, and the secret that it must bring back.

        Parameters
        ----------
        back : str
            Where the service shall send the browser.
        target, account_id : str
            As of `Arrival`.

        Raises
        ------
        FederationError
            If the service does not answer, or is not what its address says.
        """
        found = self._metadata()
        state, verifier, nonce = (secrets.token_urlsafe(48) for _ in range(3))
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                found["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        kept = {"verifier": verifier, "nonce": nonce, "target": target, "account": account_id}
        with self._file.changing() as file:
            oldest = time.time() - _MINUTES_AWAY * 60.0
            file.execute("DELETE FROM departures WHERE at < ?", (oldest,))
            row = (_digest(state), time.time(), json.dumps(kept))
            file.execute("INSERT INTO departures VALUES (?, ?, ?)", row)
        return str(address), state

    def arrive(self, back: str, state: str, brought: str, code: str) -> Arrival:
        """Return who came back with a code.

        Parameters
        ----------
        back : str
            As in `depart`.
        state, brought : str
            What the address says, and the secret that this browser left with.
        code : str
            What the service gives for a token.

        Raises
        ------
        FederationError
            If this browser did not leave from here, was away too long, or came back already; if
            the service does not answer, or its token is not for us, not now, or not signed by it.
        """
        if not secrets.compare_digest(state.encode(), brought.encode()):
            raise FederationError("identity.oidc_not_from_here")
        kept = self._taken(state)
        with self._client(back) as client:
            token = _asked(
                lambda: client.fetch_token(
                    self._metadata()["token_endpoint"], code=code, code_verifier=kept["verifier"]
                )
            )
        claims = self._claims(token, kept["nonce"])
        name = claims.get("preferred_username") or claims.get("email") or claims["sub"]
        return Arrival(
            subject=f"{claims['iss']} {claims['sub']}",
            name=str(name)[:200],
            target=kept["target"],
            account_id=kept["account"],
        )

    def _taken(self, state: str) -> dict[str, str]:
        """Return what was kept of a departure, once."""
        digest, oldest = _digest(state), time.time() - _MINUTES_AWAY * 60.0
        with self._file.changing() as file:
            query = "SELECT kept FROM departures WHERE state = ? AND at >= ?"
            row = file.execute(query, (digest, oldest)).fetchone()
            file.execute("DELETE FROM departures WHERE state = ?", (digest,))
        if row is None:
            raise FederationError("identity.oidc_too_late", minutes=_MINUTES_AWAY)
        found: dict[str, str] = json.loads(row[0])
        return found

    def _claims(self, token: Mapping[str, Any], nonce: str) -> Any:
        """Return the claims of a token that is the service's, for us, now."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        found = self._metadata()
        keys = self._fetched(found["jwks_uri"])
        client_id = self._settings.oidc_client_id
        wanted = {
            "iss": {"essential": True, "value": found["issuer"]},
            "aud": {"essential": True, "value": client_id},  # Authlib looks at `azp` alone
        }
        params = {"nonce": nonce, "client_id": client_id}
        try:
            decoded = jwt.decode(
                token["id_token"], KeySet.import_key_set(keys), algorithms=list(_ALGORITHMS)
            )
            claims = CodeIDToken(decoded.claims, decoded.header, wanted, params)
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise FederationError("identity.oidc_token", reason=type(error).__name__) from error
        return claims

    def _metadata(self) -> dict[str, Any]:
        """Return what the service says of itself, at most an hour old (Discovery 1.0, 4.3)."""
        known = self._discovered
        if known is not None and time.monotonic() - known[0] < _DISCOVERED_S:
            return known[1]
        issuer = self._settings.oidc_issuer
        found = self._fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        ends = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != issuer or not all(isinstance(found.get(n), str) for n in ends):
            raise FederationError("identity.oidc_not_the_service", issuer=issuer)
        metadata: dict[str, Any] = found
        self._discovered = (time.monotonic(), metadata)
        return metadata

    def _fetched(self, address: str) -> Any:
        answer = _asked(lambda: _http().get(address, timeout=_TIMEOUT_S).raise_for_status().json())
        if not isinstance(answer, dict):
            raise FederationError("identity.oidc_no_answer", reason="JSON")
        return answer

    def _client(self, back: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415

        return OAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_secret,
            scope="openid profile email",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )


def _asked(ask: Any) -> Any:
    """Return what the service answers; its words are not repeated, they may hold a secret."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415

    try:
        return ask()
    except (_http().HTTPError, AuthlibBaseError, ValueError) as error:
        reason = type(error).__name__
        raise FederationError("identity.oidc_no_answer", reason=reason) from error


def _http() -> Any:
    """Return the library that Authlib asks by: the newer where it is there; loaded when needed."""
    try:
        return importlib.import_module("httpx2")
    except ImportError:
        return importlib.import_module("httpx")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
