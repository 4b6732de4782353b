"""A client of a hub's QUIC door: see README.md. It prints a line of JSON for each answer."""

import argparse
import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path

from codec import Kind, Unknown, to_content, to_document
from link import Stopped, not_refused, to_hub

STATES = ("pending delivery", "delivered", "failed delivery", "envelope not exists",
          "delivered with warnings", "delivered not readable")  # fmt: skip
ACKNOWLEDGEMENTS = {"received": 1, "warnings": 4, "unreadable": 5}
AREAS = ("mandatory elements", "mapping", "schema")
LEVELS = ("severe", "warning", "information")
CREDIT_ENVELOPES, CREDIT_BYTES = 64, 4 << 20


def tell(frame, **more):
    words = {"state": STATES[frame["state"]]} if "state" in frame.kind.fields else {}
    print(json.dumps(frame.fields | words | more, ensure_ascii=False), flush=True)


async def deliver(link, options):
    """delivers files, all together"""

    def request(file):
        content = to_content(Path(file).read_bytes().decode())
        header = {"to": options.to, "type": options.type, "status": options.status,
                  "certificate": options.number or Path(file).stem,
                  "channels": [(code,) for code in options.channel]}  # fmt: skip
        # The same command again is the same delivery, as when its answer was lost.
        key = hashlib.sha256(json.dumps(header).encode() + content).digest()
        return content, header | {"key": key, "validate": int(options.validate)}

    replies = await link.open().ask(Kind.DELIVER, *map(request, options.files), end=True)
    for file, reply in zip(options.files, replies, strict=True):
        tell(*not_refused(reply), file=file)


async def subscribe(link, options):
    """writes what comes to files, and acknowledges it"""
    arrivals, answers = link.open(), link.open()
    arrivals.send(Kind.SUBSCRIBE, envelopes=CREDIT_ENVELOPES, bytes=CREDIT_BYTES)
    kind = ACKNOWLEDGEMENTS[options.acknowledge]
    while options.count != 0:
        [frame] = not_refused([await arrivals.receive()])
        # Letters and digits, whatever the hub sends: safe as a name.
        file = Path(options.into, frame["number"] + ".xml")
        with file.open("wb") as out:
            out.write(to_document(frame.content, frame["form"]).encode())
            out.flush()
            os.fsync(out.fileno())  # once acknowledged, it is ours to keep
        words = {"items": [(frame["number"], kind, options.message)]}
        [reply] = await answers.ask(Kind.ACKNOWLEDGE, (b"", words))
        [(refusal, state)] = not_refused(reply)[0]["outcomes"]
        arrivals.send(Kind.CREDIT, envelopes=1, bytes=len(frame.content))
        tell(frame, file=str(file), refusal=refusal, state=STATES[state])
        options.count -= 1


async def track(link, options):
    """tells the states of envelopes"""
    numbers = [(number,) for number in options.numbers]
    for frame in await link.ask(Kind.TRACK, numbers=numbers):
        tell(frame)


async def profile(link, options):
    """tells what the hub knows of this connection"""
    tell(*await link.ask(Kind.GET_PROFILE))


async def codes(link, options):
    """tells code lists that are newer than what one has"""
    pairs = (pair.rpartition("=") for pair in options.have)
    have = [(name, int(revision)) for name, _, revision in pairs]
    for frame in await link.ask(Kind.CODE_LISTS, have=have):
        tell(frame, text=frame.content.decode())


async def validate(link, options):
    """checks a document and keeps nothing"""
    content = to_content(Path(options.file).read_bytes().decode())
    for frame in await link.ask(Kind.VALIDATE, content):
        tell(frame, area=AREAS[frame["area"]], level=LEVELS[frame["level"]])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hub", required=True, metavar="HOST:PORT", help="its QUIC door")
    files = {"--ca": "who vouches for the hub", "--cert": "our certificate", "--key": "its key"}
    for name, text in files.items():
        parser.add_argument(name, required=True, metavar="FILE", help=text)
    parser.add_argument("--attempts", type=int, default=5, help="before it gives up")
    commands = parser.add_subparsers(required=True)
    runs = deliver, subscribe, track, profile, codes, validate
    adds = [commands.add_parser(run.__name__, help=run.__doc__) for run in runs]
    add = adds[0].add_argument
    add("files", nargs="+", metavar="FILE")
    add("--to", required=True)
    add("--type", type=int, default=851)
    add("--status", type=int, default=70)
    add("--number", help="the certificate's; usually what the file is called")
    add("--channel", action="append", default=[], help="gets a copy")
    add("--validate", action="store_true")
    add = adds[1].add_argument
    add("--into", required=True, metavar="DIR")
    add("--count", type=int, default=-1, help="ends after so many")
    add("--acknowledge", choices=ACKNOWLEDGEMENTS, default="received")
    add("--message", default="", help="for the sender")
    adds[2].add_argument("numbers", nargs="+", metavar="NUMBER")
    adds[4].add_argument("--have", nargs="*", default=[], metavar="NAME=REVISION")
    adds[5].add_argument("file", metavar="FILE")
    for run, add in zip(runs, adds, strict=True):
        add.set_defaults(run=run)
    return parser.parse_args()


async def main(options):
    """Any command can be begun again: a delivery has its key, the rest changes nothing twice."""
    host, _, port = options.hub.rpartition(":")
    files = options.ca, options.cert, options.key
    for left in reversed(range(options.attempts)):
        try:
            async with to_hub(host, int(port), *files) as link:
                return await options.run(link, options)
        except (Stopped, EOFError, ConnectionError, TimeoutError) as error:
            if not left or not getattr(error, "again", True):
                raise
            await asyncio.sleep(getattr(error, "wait_seconds", 1))


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except (Stopped, Unknown, EOFError, OSError, ValueError) as error:
        sys.exit(str(error) or "no connection")
