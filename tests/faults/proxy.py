"""A TCP proxy that misbehaves: it stands before a server and does to connections what networks do to them."""

import contextlib
import re
import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self

FAULTS = ("refuse", "hang", "reset", "slow", "half-close", "drop before DATA", "drop after DATA", "reset in DATA")
SLOW = 0.01  # seconds between two bytes


class FaultProxy:
    """Forwards to a port of this machine. `fault` is what it does to connections now; empty: nothing."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.fault = ""
        self.connections = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._listener: socket.socket | None = None
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._unlisten()

    def set(self, fault: str) -> None:
        """From now on this happens; to refuse is to stop listening."""
        self.fault = fault
        if fault == "refuse":
            self._unlisten()
        elif self._listener is None:
            self._listen()

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(50)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _unlisten(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client, self.fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: str) -> None:
        if fault == "hang":
            self._ended.wait()  # says nothing, and does not hang up either
        elif fault == "reset":
            reset(client)
        else:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.target)) as server:
                there = threading.Thread(target=self._forward, args=(client, server, fault), daemon=True)
                there.start()
                self._answer(server, client, fault)
                there.join(timeout=1)
        client.close()

    def _forward(self, client: socket.socket, server: socket.socket, fault: str) -> None:
        """From the client to the server."""
        said = b""
        with contextlib.suppress(OSError):
            while part := client.recv(65536):
                said = said[-100:] + part
                if fault == "drop before DATA" and said.upper().rstrip().endswith(b"DATA"):
                    hang_up(client, server)
                    return
                if fault == "reset in DATA" and re.search(rb"\r\nsubject:", said, re.IGNORECASE):
                    reset(client)
                    hang_up(server)
                    return
                server.sendall(part)
                if fault == "drop after DATA" and said.endswith(b"\r\n.\r\n"):
                    time.sleep(0.05)  # the server has it by now; its yes does not come through
                    hang_up(client, server)
                    return
            if fault == "half-close":
                server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket, fault: str) -> None:
        """From the server to the client."""
        with contextlib.suppress(OSError):
            while part := server.recv(65536):
                if fault == "drop after DATA" and b"kept" in part:
                    return
                if fault == "half-close":
                    client.sendall(part)
                    client.shutdown(socket.SHUT_WR)  # one more word, then silence; we go on reading
                    return
                if fault == "slow":
                    for byte in part:
                        client.sendall(bytes([byte]))
                        time.sleep(SLOW)
                else:
                    client.sendall(part)


def reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang_up(*connections: socket.socket) -> None:
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
