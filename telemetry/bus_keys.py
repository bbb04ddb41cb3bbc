"""Who may say and hear what on the bus: NATS's decentralised JWT authentication, keys kept in one folder.

```
operator (signs accounts) ─┬─ account AIRBEAT (signs users; JetStream enabled) ─┬─ services: everything
                           └─ account SYSTEM  (the server's own, no users)      └─ browsers: tickets, listen only
```

The server knows only the operator's public key and the two account JWTs, so a ticket needs no word with it.
A seed is a secret: each lies in its own file, mode 0600, and is never logged. On a machine that runs a single
service only that service's ``<name>.creds`` needs to be there.

Claims follow github.com/nats-io/jwt version 2: header and claims as unpadded base64url JSON, signed by ed25519.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
import nkeys

from telemetry.errors import SettingsError

_HEADER: Final = {"typ": "JWT", "alg": "ed25519-nkey"}
_UNLIMITED_USER: Final = {"subs": -1, "data": -1, "payload": -1}
_UNLIMITED_ACCOUNT: Final = {
    "subs": -1,
    "data": -1,
    "payload": -1,
    "imports": -1,
    "exports": -1,
    "wildcards": True,
    "conn": -1,
    "leaf": -1,
}
_JETSTREAM: Final = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
_CREDS: Final = """-----BEGIN NATS USER JWT-----
{jwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
{seed}
------END USER NKEY SEED------
"""


class Credentials(msgspec.Struct, frozen=True):
    """A user's JWT and the seed that proves it is theirs."""

    jwt: str
    seed: str

    def sign(self, nonce: str) -> bytes:
        """The server's `nonce` signed, as base64: what CONNECT carries as ``sig``."""
        return base64.b64encode(nkeys.from_seed(self.seed.encode()).sign(nonce.encode()))


class ServerTrust(msgspec.Struct, frozen=True):
    """What nats-server is told: whom to believe, and the accounts it serves (public key → JWT)."""

    operator_jwt: str
    system_account: str
    accounts: dict[str, str]
    route_secret: str
    """By which the servers of a cluster know each other."""


class BusKeys:
    """The keys in `folder`. What is missing is made at its first use and kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def server_trust(self) -> ServerTrust:
        operator = self._key("operator", nkeys.PREFIX_BYTE_OPERATOR)
        system = self._key("system", nkeys.PREFIX_BYTE_ACCOUNT)
        account = self._key("account", nkeys.PREFIX_BYTE_ACCOUNT)
        system_jwt = _token(operator, _public(system), "SYSTEM", {"type": "account", "limits": _UNLIMITED_ACCOUNT})
        account_jwt = _token(
            operator, _public(account), "AIRBEAT", {"type": "account", "limits": {**_UNLIMITED_ACCOUNT, **_JETSTREAM}}
        )
        operator_jwt = _token(
            operator, _public(operator), "airbeat", {"type": "operator", "system_account": _public(system)}
        )
        accounts = {_public(system): system_jwt, _public(account): account_jwt}
        route_secret = hashlib.sha256(b"route" + bytes(operator.seed)).hexdigest()
        return ServerTrust(operator_jwt, _public(system), accounts, route_secret)

    def service_credentials(self, name: str) -> Credentials:
        """Full rights within the account for the service `name`. Raises `SettingsError` for an unreadable file."""
        path = self._folder / f"{name}.creds"
        if not path.exists():
            made = self._user(name, {**_UNLIMITED_USER, "pub": {}, "sub": {}}, expires_at_s=None)
            _write_secret(path, _CREDS.format(jwt=made.jwt, seed=made.seed))
        lines = path.read_text().splitlines()
        try:
            return Credentials(
                lines[lines.index("-----BEGIN NATS USER JWT-----") + 1],
                lines[lines.index("-----BEGIN USER NKEY SEED-----") + 1],
            )
        except (ValueError, IndexError) as error:
            raise SettingsError(str(path), "not a NATS credentials file") from error

    def browser_ticket(self, subjects: Iterable[str], ttl_s: float) -> Credentials:
        """Listens on `subjects` for `ttl_s` seconds over WebSocket, and can say nothing at all."""
        allowed = sorted(subjects)
        rights = {
            **_UNLIMITED_USER,
            "pub": {"deny": [">"]},
            "sub": {"allow": allowed} if allowed else {"deny": [">"]},
            "allowed_connection_types": ["WEBSOCKET"],
        }
        return self._user("browser", rights, expires_at_s=int(time.time() + ttl_s))

    def _user(self, name: str, rights: dict[str, Any], expires_at_s: int | None) -> Credentials:
        account = self._key("account", nkeys.PREFIX_BYTE_ACCOUNT)
        seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)
        public = _public(nkeys.from_seed(seed))
        return Credentials(_token(account, public, name, {**rights, "type": "user"}, expires_at_s), seed.decode())

    def _key(self, name: str, kind: int) -> Any:
        path = self._folder / f"{name}.seed"
        if not path.exists():
            _write_secret(path, nkeys.encode_seed(os.urandom(32), kind).decode())
        try:
            return nkeys.from_seed(path.read_text().strip().encode())
        except (nkeys.NkeysError, ValueError) as error:
            raise SettingsError(str(path), "not an nkey seed") from error


def _token(issuer: Any, subject: str, name: str, claims: dict[str, Any], expires_at_s: int | None = None) -> str:
    body: dict[str, Any] = {
        "jti": secrets.token_hex(16),
        "iat": int(time.time()),
        "iss": _public(issuer),
        "name": name,
        "sub": subject,
        "nats": {**claims, "version": 2},
    }
    if expires_at_s is not None:
        body["exp"] = expires_at_s
    signed = f"{_base64url(_json(_HEADER))}.{_base64url(_json(body))}"
    return f"{signed}.{_base64url(issuer.sign(signed.encode()))}"


def _public(key: Any) -> str:
    public: bytes = key.public_key
    return public.decode()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _write_secret(path: Path, text: str) -> None:
    """Whole or not at all, and the first writer wins: two services may start at once on an empty folder."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
