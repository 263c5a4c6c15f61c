"""Receivers of the tests: real servers on this machine that answer as a test wants."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    raw_headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Receiver:
    """A server: where it is, what it was sent, and what it answers in turn (the last answer stays)."""

    port: int
    received: list[Received] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    """A plain answer; `Retry_After="7"` is the header Retry-After."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def closes(handler: BaseHTTPRequestHandler) -> None:
    """It has read everything, and hangs up without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def receiver(*answers: Answer) -> Iterator[Receiver]:
    """A server that listens while the block runs."""
    its: Receiver

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            its.received.append(Received(self.command, self.path, headers, list(self.headers.items()), body))
            answer = its.answers.pop(0) if len(its.answers) > 1 else its.answers[0]
            with suppress(OSError):
                answer(self)
            self.close_connection = True

        do_GET = do_PUT = do_POST  # noqa: N815  the names that http.server asks for

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    its = Receiver(port=server.server_address[1], answers=list(answers or (says(200),)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield its
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
