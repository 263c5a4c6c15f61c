"""A mail server that keeps what it takes: each letter is on disk before it is answered for."""

import email
import os
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

Answer = Callable[[str, str], str | None]
"""(verb, argument) → an answer other than yes; the verb "." asks about the whole letter, after it was kept."""

DROP = "drop"  # no answer: the connection is closed


@dataclass(frozen=True)
class Letter:
    """What was taken, when (monotonic), and the name by which the sender greeted."""

    message_id: str
    is_marked: bool
    sender: str
    to: str
    at: float


class MailSink:
    """Listens on a free port of this machine as long as it is used as a context manager."""

    def __init__(self, kept_in: Path | None = None, *, answer: Answer | None = None) -> None:
        self.letters: list[Letter] = []
        self.answer: Answer = answer or (lambda verb, argument: None)
        self._file = os.open(kept_in, os.O_CREAT | os.O_WRONLY | os.O_APPEND) if kept_in else None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.sink = self
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._file is not None:
            os.close(self._file)

    def keep(self, text: bytes, *, sender: str, to: str) -> None:
        """Write it down, then remember it."""
        head = email.message_from_bytes(text.partition(b"\r\n\r\n")[0])
        letter = Letter(
            message_id=head["Message-ID"],
            is_marked="X-Remit-Possible-Repeat" in head,
            sender=sender,
            to=to,
            at=time.monotonic(),
        )
        with self._lock:
            if self._file is not None:
                os.write(self._file, f"{letter.at} {sender} {letter.message_id} {letter.is_marked}\n".encode())
            self.letters.append(letter)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 50
    sink: MailSink

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed in the middle of a sentence is what this server is for."""


class _Conversation(socketserver.StreamRequestHandler):
    """One connection, as RFC 5321 has it."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        sink: MailSink = self.server.sink
        sender = to = ""
        if not self._say(sink.answer("CONNECT", "") or "220 sink"):
            return
        while line := self.rfile.readline():
            verb, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
            verb = verb.upper()
            if verb in {"EHLO", "HELO"}:
                sender = argument
            elif verb == "RCPT":
                to = argument
            default = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 yes")
            answer = sink.answer(verb, argument) or default
            if not self._say(answer) or verb == "QUIT":
                return
            if verb == "DATA" and answer.startswith("354"):
                text = self._letter()
                if text is None:
                    return  # it broke off: never taken
                refusal = sink.answer(".", to)
                if refusal is None or refusal == DROP:
                    sink.keep(text, sender=sender, to=to)
                if not self._say(refusal or "250 kept"):
                    return

    def _say(self, answer: str) -> bool:
        if answer == DROP:
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return True

    def _letter(self) -> bytes | None:
        lines: list[bytes] = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return None


def main() -> None:
    """Serve in a process of its own until standard input ends; the port is the first thing said."""
    with MailSink() as sink:
        print(sink.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
