"""Answers leave at once: a connection that `phusong serve` takes waits for no acknowledgement."""

import asyncio
import socket
from pathlib import Path

from api.cli.serve import _listening
from api.settings import Settings


def test_connections_do_not_wait_for_more_to_send(tmp_path: Path) -> None:
    """asyncio turns Nagle's algorithm off only where the socket names its protocol."""
    seen: list[int] = []

    async def taken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken_socket: socket.socket = writer.get_extra_info("socket")
        seen.append(taken_socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()
        await writer.wait_closed()

    async def serve() -> None:
        listener = _listening(Settings(home=tmp_path, port=0))
        server = await asyncio.start_server(taken, sock=listener)
        async with server:
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()

    asyncio.run(serve())
    assert seen == [1]
