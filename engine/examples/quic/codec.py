"""Frames of `phytohub/1` as bytes, after sections 2, 3 and 5 of QUIC.md: no socket is touched."""

import struct
from collections import namedtuple
from dataclasses import dataclass, field
from enum import IntEnum
from xml.etree import ElementTree
from xml.sax.saxutils import escape

HEAD, FIELD = struct.Struct("<IQHHI"), struct.Struct("<HI")
FIELDS_BYTES_MAX = 131_072
CRITICAL, LAST, CRITICAL_FLAGS, CRITICAL_FIELD = 0x0001, 0x0002, 0xFF00, 0x8000
NUMBER_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOLD = ("1 number n, 2 state B, 3 message t, 4 from t, 5 to t, 6 type i, 7 status i, "
        "8 certificate t, 9 copies *tn, 10 response B")


class Broken(ValueError):
    """The other side sent what is no frame."""


class Unknown(Exception):
    """The other side sent what we do not know, and may not pass over."""


class Kind(IntEnum):
    """What a frame is, and its fields: tag, name and form. A form is a letter of the struct module,
    k for a key, n for a number, t for a text, or a list of what stands behind the star."""

    def __new__(cls, value, fields=""):
        this = int.__new__(cls, value)
        this._value_, this.fields = value, {}
        for words in filter(None, fields.split(", ")):
            tag, name, form = words.split(" ")
            this.fields[name] = int(tag), form
        return this

    DELIVER = 0x0001, ("1 key k, 2 from t, 3 to t, 4 type i, 5 status i, 6 certificate t, "
                       "7 channels *t, 8 validate B")
    SUBSCRIBE = 0x0002, "1 envelopes I, 2 bytes Q"
    CREDIT = 0x0003, "1 envelopes I, 2 bytes Q"
    PULL = 0x0004, "1 number n"
    ACKNOWLEDGE = 0x0005, "1 items *nBt"
    TRACK = 0x0006, "1 numbers *n"
    WATCH = 0x0007
    GET_PROFILE = 0x0008
    CODE_LISTS = 0x0009, "1 have *tI"
    VALIDATE = 0x000A
    CONNECTIONS = 0x000C, "1 after t"
    FIND = 0x000D, "1 from t, 2 to t, 3 certificate t, 4 before n, 5 limit I"
    DELIVERED = 0x8001, TOLD
    ENVELOPE = 0x8002, TOLD + ", 16 form B"
    ACKNOWLEDGED = 0x8003, "1 outcomes *HB"
    STATE = 0x8004, TOLD
    PROFILE = 0x8005, "1 code t, 2 receives B, 3 sends B, 4 accepts *ii"
    CODE_LIST = 0x8006, "1 name t, 2 revision I"
    FINDING = 0x8007, "1 area B, 2 level B, 3 field t, 4 message t"
    END = 0x8008
    REFUSED = 0x8009, "1 code H, 2 message t, 3 wait_ms I"
    LAGGED = 0x800A
    CONNECTION = 0x800B, ("1 code t, 2 receives B, 3 sends B, 4 accepts *ii, 5 name t, 6 channel B, "
                          "7 responses B, 8 test B")


@dataclass
class Frame:
    kind: Kind
    request: int
    fields: dict = field(default_factory=dict)
    content: bytes = b""
    flags: int = CRITICAL

    def __getitem__(self, name):
        """A field; one that was left out is empty, 0 or None."""
        form = self.kind.fields[name][1]
        return self.fields.get(name, {"k": b"", "n": None, "t": "", "*": ()}.get(form[0], 0))


class Head(namedtuple("Head", "fields content kind flags request")):
    @classmethod
    def read(cls, data):
        if (head := cls(*HEAD.unpack(data))).fields > FIELDS_BYTES_MAX:
            raise Broken(f"{head.fields} bytes of fields")
        return head

    def is_known(self):
        """Whether we know what this is; if not, it is passed over, unless it may not be."""
        strange = self.flags & CRITICAL_FLAGS
        known = self.kind in list(Kind) and not strange
        if not known and (strange or self.flags & CRITICAL):
            raise Unknown(f"an unknown critical frame: kind {self.kind:#x}, flags {self.flags:#x}")
        return known


def write(frame):
    """A frame's bytes, its content included."""
    fields = b""
    for name, (tag, form) in frame.kind.fields.items():
        if frame.fields.get(name) is not None:
            value = write_value(form, frame.fields[name])
            fields += FIELD.pack(tag, len(value)) + value
    sizes = len(fields), len(frame.content)
    return HEAD.pack(*sizes, frame.kind, frame.flags, frame.request) + fields + frame.content


def write_value(form, value, in_list=False):
    if form[0] == "*":
        pairs = (pair for row in value for pair in zip(form[1:], row, strict=True))
        return b"".join(write_value(*pair, in_list=True) for pair in pairs)
    if form == "n":
        bits = 0
        for letter in value:
            bits = bits * 32 + NUMBER_LETTERS.index(letter)
        return bits.to_bytes(16, "big")
    if form == "t":
        text = value.encode()
        return struct.pack("<I", len(text)) + text if in_list else text
    return value if form == "k" else struct.pack("<" + form, value)


def read(head, fields, content):
    """The frame with this head, which is known, and the bytes behind it."""
    kind, rest, last, found = Kind(head.kind), Bytes(fields), -1, {}
    known = {tag: (name, form) for name, (tag, form) in kind.fields.items()}
    while rest.left:
        mark, size = FIELD.unpack(rest.take(FIELD.size))
        tag, value = mark & ~CRITICAL_FIELD, Bytes(rest.take(size))
        if tag <= last:
            raise Broken(f"field {tag} behind field {last}")
        last = tag
        if tag in known:
            name, form = known[tag]
            found[name] = read_value(form, value)
            if value.left:
                raise Broken(f"field {tag} is too long")
        elif mark & CRITICAL_FIELD:
            raise Unknown(f"an unknown critical field: {tag}")
    return Frame(kind, head.request, found, content, head.flags)


def read_value(form, data, in_list=False):
    if form[0] == "*":
        rows = []
        while data.left:
            rows.append(tuple(read_value(part, data, in_list=True) for part in form[1:]))
        return rows
    if form == "n":
        bits = int.from_bytes(data.take(16), "big")
        return "".join(NUMBER_LETTERS[bits >> shift & 31] for shift in range(125, -1, -5))
    if form == "t":
        return data.take(read_value("I", data) if in_list else data.left).decode()
    if form == "k":
        return data.take(data.left)
    return struct.unpack("<" + form, data.take(struct.calcsize("<" + form)))[0]


class Bytes:
    """Gives one thing behind the other."""

    def __init__(self, data):
        self.data, self.left = data, len(data)

    def take(self, size):
        if size > self.left:
            raise Broken("something ends behind what holds it")
        start = len(self.data) - self.left
        self.left -= size
        return self.data[start : start + size]


def to_content(document):
    """A document as it is sent: character data of XML."""
    return escape(document, {"\r": "&#13;"}).encode()


def to_document(content, form):
    """The document that a content of this form stands for."""
    if form == 0:
        return content.decode()
    return ElementTree.fromstring(b"<c>" + content + b"</c>").text or ""
