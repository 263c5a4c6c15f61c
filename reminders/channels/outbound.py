"""HTTP to addresses that people have entered: checked where it leads, and cut where it dawdles.

A host is looked up once; every address that it has must be a public one, and the connection goes to exactly what was
checked, so a name that changes its mind in between (DNS rebinding) gains nothing. TLS and the Host header still speak
of the name. There are no redirects, no proxies, a time for the whole exchange and not for each read of it, and an end
to how much of an answer is read, its headers included.

Everything happens inside a `Wire`, which carries the time that is left and remembers what came of it:

    with Wire(seconds=30) as wire:
        request("POST", address, data=body)
    wire.answer, wire.has_begun, wire.trouble
"""

import io
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

SECONDS = 30.0  # for one message, from the look-up of the host to the end of the answer
CONNECT_SECONDS = 10.0
MOST_READ = 64 * 1024  # bytes of an answer

# What the registries of IANA set aside: nobody's public address.
NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their credentials
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments, Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
# All public IPv6 is in here; loopback, link-local, unique local, multicast, IPv4-mapped and NAT64 are not.
PUBLIC_IPV6 = IPv6Network("2000::/3")

PLAIN_PORTS = (80, 443)
# Where something else than a receiver is at home: databases, queues, desktops, the doors of clusters.
OTHER_SERVICES = {1433, 1521, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5672, 5900, 5984, 6000, 6379, 6443}
OTHER_SERVICES |= {9042, 9092, 10250, 11211, 27017}

_wire: ContextVar["Wire | None"] = ContextVar("wire", default=None)


class AddressRefused(Exception):
    """Nothing is sent there. `message` is a sentence for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Answer:
    """What the other side said; of its body no more than MOST_READ."""

    status: int
    reason: str
    retry_after: str


# Where an address leads


def is_public(text: str) -> bool:
    """Whether messages may go to this IP address: public, or in a network that the operator allows."""
    address = ip_address(text)
    if any(address in network for network in settings.WEBHOOK_ALLOWED_NETWORKS if network.version == address.version):
        return True
    if address.version == 6 and address not in PUBLIC_IPV6:
        return False
    return not any(address in network for network in NOT_PUBLIC if network.version == address.version)


def check_address(address: str) -> None:
    """Check an http(s) address as far as that goes before it is used. Looks its host up. Raises AddressRefused."""
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in address):
        raise AddressRefused(_("An address has no spaces and no line breaks."))
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressRefused(_("This is no address.")) from None
    if parts.scheme not in {"http", "https"}:
        raise AddressRefused(_("It starts with https://."))
    if not host:
        raise AddressRefused(_("It names no host."))
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(_("Leave name and password out: the signature says who speaks."))
    check_scheme(is_secure=parts.scheme == "https")
    check_host(host, port or (443 if parts.scheme == "https" else 80))


def check_scheme(*, is_secure: bool) -> None:
    """Everything goes encrypted, except in a demonstration and while developing. Raises AddressRefused."""
    if not (is_secure or settings.DEBUG or settings.DEMO):
        raise AddressRefused(_("It starts with https://: without encryption anybody on the way could read along."))


def check_host(host: str, port: int) -> None:
    """Look a host up and check where it leads. Raises AddressRefused."""
    try:
        look_up(host, port, seconds=CONNECT_SECONDS)
    except OSError:
        raise AddressRefused(_("There is no %(host)s.") % {"host": host}) from None


def look_up(host: str, port: int, *, seconds: float) -> list[tuple[Any, Any]]:
    """The addresses of a host, each checked, as (family, address of the socket). Raises AddressRefused, OSError."""
    if port not in PLAIN_PORTS and (port < 1024 or port in OTHER_SERVICES):
        raise AddressRefused(_("Nothing is sent to port %(port)s.") % {"port": port})
    found = _within(seconds, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    for *_kind, place in found:
        if not is_public(str(place[0])):
            raise AddressRefused(
                _("%(host)s leads to %(address)s, which is not a public address.") % {"host": host, "address": place[0]}
            )
    return [(family, place) for family, _type, _protocol, _name, place in found]


def _within(seconds: float, ask: Callable[[], Any]) -> Any:
    """The answer of a function that cannot be given a time to end; waits no longer. Raises what it raises, OSError."""
    answers: list[Any] = []
    errors: list[OSError] = []

    def work() -> None:
        try:
            answers.append(ask())
        except (OSError, UnicodeError) as error:  # a name that is too long fails while it is encoded
            errors.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(seconds, 0))
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError("the name was not found in time")
    return answers[0]


# On the way


class Wire:
    """One message under way: its time, its connections, what came of it.

    `has_begun` says whether the last request may have reached the other side; `answer` is what it said; `trouble` says
    in words why there is none.
    """

    def __init__(self, *, seconds: float = SECONDS, most_read: int = MOST_READ) -> None:
        self.seconds = seconds
        self.most_read = most_read
        self.has_begun = False
        self.was_cut = False
        self.answer: Answer | None = None
        self.trouble = ""
        self._ends = monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._clock = threading.Timer(seconds, self._cut)
        self._clock.daemon = True

    def __enter__(self) -> Self:
        self._token: Token[Wire | None] = _wire.set(self)
        self._clock.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clock.cancel()
        _wire.reset(self._token)
        with self._lock:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()

    @property
    def left(self) -> float:
        """Seconds that are left; never quite nothing, because a socket would take that for no limit."""
        return max(self._ends - monotonic(), 0.001)

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to one of the addresses that were checked. Raises AddressRefused, OSError."""
        failure: OSError = OSError(_("it has no address"))
        for family, place in look_up(host, port, seconds=self.left):
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(min(CONNECT_SECONDS, self.left))
                connection.connect(place)
            except OSError as error:
                connection.close()
                failure = error
                continue
            self._watch(connection)
            return connection
        raise failure

    def _watch(self, connection: socket.socket) -> None:
        with self._lock:
            self._sockets.append(connection.dup())  # its own handle: TLS takes the other one over

    def _cut(self) -> None:
        """Time is over: whoever still reads or writes gets an error, however busy the other side is."""
        with self._lock:
            self.was_cut = True
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def current_wire() -> Wire:
    """The wire that we are on; without one nothing goes out."""
    wire = _wire.get()
    if wire is None:
        raise AddressRefused("not on a wire")
    return wire


def request(method: str, address: str, **options: Any) -> requests.Response:
    """As `requests.request`, on the current wire. Raises requests.RequestException."""
    options |= {"allow_redirects": False, "timeout": None, "proxies": None, "verify": _authorities(), "stream": True}
    options["headers"] = {"User-Agent": "Remit", **(options.get("headers") or {}), "Accept-Encoding": "identity"}
    with requests.Session() as session:
        session.trust_env = False  # no proxies and no passwords of the machine's own
        session.mount("http://", _Adapter())
        session.mount("https://", _Adapter())
        return session.request(method, address, **options)


def _authorities() -> str | bool:
    """Who vouches for certificates: whom the operator names in the usual variables, else the public ones."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True


class _Adapter(HTTPAdapter):
    """Connects by way of the wire, and writes down there what came of it."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        try:
            wire = current_wire()
        except AddressRefused as error:
            raise requests.ConnectionError(error.message) from None
        wire.has_begun, wire.answer, wire.trouble = False, None, ""
        options["timeout"] = (CONNECT_SECONDS, wire.left)
        try:
            check_scheme(is_secure=str(request.url).startswith("https://"))
            response = super().send(request, *args, **options)
        except AddressRefused as error:
            wire.trouble = error.message
            raise requests.ConnectionError(error.message) from None
        except requests.RequestException as error:
            wire.trouble = _trouble(wire, error)
            raise
        wire.answer = Answer(response.status_code, response.reason or "", response.headers.get("Retry-After", ""))
        _read(response, wire)
        return response


def _read(response: requests.Response, wire: Wire) -> None:
    """Keep what of the answer comes in time; that it was answered at all is known by now."""
    body = b""
    with suppress(HTTPError, HTTPException, OSError, ValueError):
        while part := response.raw.read(8192, decode_content=False):
            body += part
    response.raw.close()
    response._content = body
    response._content_consumed = True  # as requests itself does after reading


def _trouble(wire: Wire, error: requests.RequestException) -> str:
    """Why there is no answer, in words."""
    root = _root_of(error)
    if wire.was_cut or isinstance(error, requests.Timeout) or isinstance(root, TimeoutError):
        return (
            _("It did not answer within %(seconds)g seconds.") % {"seconds": wire.seconds}
            if wire.has_begun
            else _("It could not be reached in time.")
        )
    if wire.has_begun:
        return _("The connection broke off before it answered.")
    if isinstance(error, requests.exceptions.SSLError):
        return _("Its certificate does not hold.")
    why = (root.strerror if isinstance(root, OSError) else "") or type(root).__name__
    return _("It could not be reached: %(why)s.") % {"why": why}


def _root_of(error: BaseException) -> BaseException:
    """What it began with."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


class _Metered(io.RawIOBase):
    """A stream that ends after so many bytes."""

    def __init__(self, stream: io.RawIOBase, most: int) -> None:
        self._stream = stream
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        room = memoryview(buffer)[: self._left]
        count = self._stream.readinto(room) if room else 0
        self._left -= count or 0
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Response(HTTPResponse):
    """Reads no more of an answer than the wire allows, status line and headers included."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Metered(self.fp.detach(), current_wire().most_read))


class _Guarded:
    """A connection by way of the wire."""

    response_class: Any = _Response

    def _new_conn(self: Any) -> socket.socket:
        return current_wire().connect(self._dns_host, self.port)

    def connect(self: Any) -> None:
        super().connect()  # type: ignore[misc]  # mixed into a connection
        current_wire().has_begun = True  # from here on something may have arrived


class _Connection(_Guarded, HTTPConnection):
    pass


class _SecureConnection(_Guarded, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
