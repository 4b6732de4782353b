"""The codec against the examples of the specification: `python -m unittest` in this folder."""

import re
import unittest
from pathlib import Path

from codec import CRITICAL, HEAD, LAST, Broken, Frame, Head, Kind, Unknown, read, write
from codec import to_content, to_document

SPECIFICATION = Path(__file__).parents[2] / "crates/wire/QUIC.md"
NUMBER = "00041061050R3GG28A1C60T3GF"
EXAMPLES = {
    "deliver": Frame(
        Kind.DELIVER,
        1,
        {
            "key": b"k1",
            "to": "LK",
            "type": 851,
            "status": 70,
            "certificate": "NO-1",
            "channels": [("ASW",)],
            "validate": 1,
        },
        to_content("<a/>"),
    ),
    "delivered": Frame(Kind.DELIVERED, 1, {"number": NUMBER, "state": 0}, flags=LAST),
    "acknowledge": Frame(Kind.ACKNOWLEDGE, 2, {"items": [(NUMBER, 4, "late")]}),
    "acknowledged": Frame(Kind.ACKNOWLEDGED, 2, {"outcomes": [(0, 4)]}, flags=LAST),
    "subscribe": Frame(Kind.SUBSCRIBE, 0, {"envelopes": 64, "bytes": 1 << 20}),
    "refused": Frame(
        Kind.REFUSED,
        3,
        {"code": 5, "message": "later", "wait_ms": 5000},
        flags=CRITICAL | LAST,
    ),
}


def examples():
    """The bytes of each example: what stands before the bars."""
    text = SPECIFICATION.read_text(encoding="utf-8")
    for name, block in re.findall(r"<!-- example: (\S+) -->\n```\n(.*?)```", text, re.DOTALL):
        yield name, bytes.fromhex("".join(line.split("|")[0] for line in block.splitlines()))


def whole(data):
    """Reads one frame that fills the data."""
    head = Head.read(data[: HEAD.size])
    rest = data[HEAD.size :]
    assert head.is_known() and head.fields + head.content == len(rest)
    return read(head, rest[: head.fields], rest[head.fields :])


class Codec(unittest.TestCase):
    def test_every_example_is_written_and_read_as_it_stands(self):
        found = dict(examples())
        self.assertEqual(found.keys(), EXAMPLES.keys())
        for name, frame in EXAMPLES.items():
            with self.subTest(name):
                self.assertEqual(write(frame).hex(" "), found[name].hex(" "))
                self.assertEqual(whole(found[name]), frame)

    def test_what_is_unknown_is_passed_over_unless_it_is_critical(self):
        self.assertFalse(Head(0, 0, 0x8FFF, LAST, 1).is_known())
        self.assertTrue(Head(0, 0, Kind.END, LAST | 0x80, 1).is_known())
        for head in (Head(0, 0, 0x8FFF, CRITICAL, 1), Head(0, 0, Kind.END, 0x100, 1)):
            self.assertRaises(Unknown, head.is_known)
        head = Head(7, 0, Kind.END, LAST, 1)
        passed_over = read(head, bytes.fromhex("7f00 01000000 00"), b"")
        self.assertEqual(passed_over, Frame(Kind.END, 1, flags=LAST))
        self.assertRaises(Unknown, read, head, bytes.fromhex("7f80 01000000 00"), b"")

    def test_broken_frames_are_refused(self):
        head = Head(0, 0, Kind.REFUSED, LAST, 1)
        for fields in (
            "01",  # a field breaks off
            "0100 03000000 0500",  # so does its value
            "0100 01000000 05",  # an integer of another width
            "0100 02000000 0500 0100 02000000 0500",  # a field twice
            "0200 01000000 61 0100 02000000 0500",  # fields in another order
            "0200 01000000 ff",  # a text that is none
        ):
            self.assertRaises(ValueError, read, head, bytes.fromhex(fields), b"")
        self.assertRaises(Broken, Head.read, HEAD.pack(131_073, 0, Kind.END, LAST, 1))

    def test_documents_come_out_as_they_went_in(self):
        for document in ("", "plain", "<a b=\"1\">blåbær &amp; ]]> 蘇果</a>\r\n"):
            self.assertEqual(to_document(to_content(document), 1), document)
        self.assertEqual(to_document(b"a", 0), "a")
        self.assertEqual(to_document(b"<![CDATA[<a/>]]>&#13;\r\n", 2), "<a/>\r\n")


if __name__ == "__main__":
    unittest.main()
