"""A connection to a hub, and the streams on it, after sections 1 and 3 of QUIC.md."""

import asyncio
from contextlib import asynccontextmanager

from aioquic.asyncio import QuicConnectionProtocol, connect
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, HandshakeCompleted
from aioquic.quic.events import StopSendingReceived, StreamDataReceived, StreamReset

from codec import HEAD, LAST, Broken, Frame, Head, Kind, read, write

CODES = "done protocol denied draining idle".split()
REFUSALS = ("internal", "invalid", "denied", "not found", "conflict", "exhausted", "unavailable",
            "internal", "too large", "unsupported kind", "draining")  # fmt: skip
AGAIN = ("draining", "idle", "lost", "exhausted", "unavailable")
PROTOCOL, PING_SECONDS, HANDSHAKE_SECONDS = 1, 20, 10


class Stopped(Exception):
    """The hub refused a request, or a stream or the connection ended."""

    def __init__(self, name, reason, wait_seconds=1):
        super().__init__(f"{name}: {reason}")
        self.again, self.wait_seconds = name in AGAIN, wait_seconds


def named(names, code):
    return names[code] if code < len(names) else f"code {code}"


class Link(QuicConnectionProtocol):
    """The connection. What ends it, or a stream of it, is raised where somebody reads."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.readers, self.unread, self.end, self.settled = {}, set(), None, asyncio.Event()

    def quic_event_received(self, event):
        if isinstance(event, StreamDataReceived):
            self.readers[event.stream_id].feed_data(event.data)
            if event.end_stream:
                self.readers[event.stream_id].feed_eof()
        elif isinstance(event, StreamReset):
            stopped = Stopped(named(CODES, event.error_code), "the hub reset the stream")
            self.readers[event.stream_id].set_exception(stopped)
        elif isinstance(event, StopSendingReceived):
            self.unread.add(event.stream_id)
        elif isinstance(event, ConnectionTerminated):
            # What the hub said has no frame type; else nothing came for a minute, it has no
            # place for us, or TLS failed.
            name = named(CODES, event.error_code) if event.frame_type is None else "lost"
            self.end = Stopped(name, event.reason_phrase or "closed")
            for reader in self.readers.values():
                reader.set_exception(self.end)
        if isinstance(event, ConnectionTerminated | HandshakeCompleted):
            self.settled.set()

    def open(self):
        if self.end:
            raise self.end
        number = self._quic.get_next_available_stream_id()
        self.write(number, b"")  # until then the next stream would have the same number
        self.readers[number] = asyncio.StreamReader()
        return Stream(self, number)

    def write(self, stream, data, end=False):
        if stream not in self.unread:
            self._quic.send_stream_data(stream, data, end)

    async def ask(self, kind, content=b"", **fields):
        """One request on a stream of its own; the frames of its reply."""
        stream = self.open()
        [reply] = await stream.ask(kind, (content, fields), end=True)
        return not_refused(reply)

    async def stay(self):
        while await asyncio.sleep(PING_SECONDS, True):
            await self.ping()


@asynccontextmanager
async def to_hub(host, port, ca, certificate, key):
    settings = QuicConfiguration(alpn_protocols=["phytohub/1"], server_name=host)
    settings.load_verify_locations(ca)
    settings.load_cert_chain(certificate, key)
    how = {"configuration": settings, "create_protocol": Link, "wait_connected": False}
    async with connect(host, port, **how) as link:
        link.transmit()
        await asyncio.wait_for(link.settled.wait(), HANDSHAKE_SECONDS)
        pings = asyncio.create_task(link.stay())
        try:
            yield link
        except ValueError as error:
            link.close(PROTOCOL, str(error))
            raise
        finally:
            pings.cancel()


class Stream:
    """A sequence of frames either way."""

    def __init__(self, link, number):
        self.link, self.number, self.reader = link, number, link.readers[number]

    def send(self, kind, request=0, content=b"", **fields):
        """Leaves with what else is sent before the next frame is awaited."""
        self.link.write(self.number, write(Frame(kind, request, fields, content)))

    async def receive(self):
        """The next frame of a known kind."""
        self.link.transmit()
        while True:
            head = Head.read(await self.reader.readexactly(HEAD.size))
            known = head.is_known()
            fields = await self.reader.readexactly(head.fields)
            content = await self.reader.readexactly(head.content)
            if known:
                return read(head, fields, content)

    async def ask(self, kind, *requests, end=False):
        """Sends requests, each a content and fields, one behind the other; their replies, each
        a list of frames, in the order of the requests."""
        for number, (content, fields) in enumerate(requests):
            self.send(kind, number, content, **fields)
        if end:
            self.link.write(self.number, b"", end)
        replies, waiting = [[] for _ in requests], set(range(len(requests)))
        while waiting:
            frame = await self.receive()
            if frame.request not in waiting:
                raise Broken(f"a reply to {frame.request}, which was not asked")
            if frame.kind != Kind.END:
                replies[frame.request].append(frame)
            if frame.flags & LAST:
                waiting.remove(frame.request)
        return replies


def not_refused(frames):
    for frame in frames:
        if frame.kind == Kind.REFUSED:
            name = named(REFUSALS, frame["code"])
            raise Stopped(name, frame["message"], frame["wait_ms"] / 1000)
    return frames
