"""Ending a connection without the answer that the client waits for."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HangUp = Literal["close", "reset", "cut"]

_LINGER_NOT = struct.pack("ii", 1, 0)


class HungUp(ConnectionResetError):
    """Servers take this for a client that went away: they clean up and write nothing."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "hung up by a fault")


def hang_up(environ: WSGIEnvironment, how: HangUp, response: Response | None = None) -> Response:
    """End the connection; where there is none to reach, answer 502 as a proxy in front would."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket):
        return Response("The answer was lost", 502, content_type="text/plain")
    if how == "cut" and response is not None:
        return _cut(connection, response)
    if response is None:
        # A client that is still sending would learn of the end in its own time.
        get_input_stream(environ).read()
    if how == "reset":
        # Closing without lingering makes the kernel send RST in place of FIN. The server may hold
        # the socket open a little longer, to read: it finds the end there at once.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        connection.shutdown(socket.SHUT_RD)
        connection.close()
    else:
        connection.shutdown(socket.SHUT_RDWR)
    raise HungUp


def _cut(connection: socket.socket, response: Response) -> Response:
    """The headers promise the whole body, and half of it comes."""
    body = response.get_data()

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        connection.shutdown(socket.SHUT_RDWR)
        raise HungUp

    cut = Response(half(), response.status, response.headers)
    cut.headers["Content-Length"] = str(len(body))
    return cut
