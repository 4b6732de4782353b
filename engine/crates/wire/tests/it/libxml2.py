"""Reads XML documents with libxml2, one after the other, for the tests of this crate.

Each document comes on stdin as four bytes length, little-endian, and its bytes. Each answer is one
byte, + for a document that is well-formed and namespace-well-formed, - for one that is not, ? where
the library does not tell, and a list of events: kind, length, bytes. Kind "." ends the list. Needs python3 and the library alone.
"""

import ctypes
import struct
import sys

TEXT, CDATA, PI, COMMENT, DOCTYPE, BLANK, SIGNIFICANT = 3, 4, 7, 8, 10, 13, 14
# XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_HUGE
OPTIONS = 1 << 5 | 1 << 6 | 1 << 11 | 1 << 19
LEVEL_ERROR = 2
# XML_WAR_NS_URI: a namespace name that is no URI, which breaks no rule of well-formedness.
NOT_A_URI = 99
BAD, GOOD, UNCLEAR = b"-", b"+", b"?"


class Error(ctypes.Structure):
    _fields_ = [
        ("domain", ctypes.c_int),
        ("code", ctypes.c_int),
        ("message", ctypes.c_char_p),
        ("level", ctypes.c_int),
    ]


def library():
    lib = ctypes.CDLL("libxml2.so.2")
    lib.xmlReadMemory.restype = ctypes.c_void_p
    lib.xmlReadMemory.argtypes = [
        ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
    lib.xmlReaderWalker.restype, lib.xmlReaderWalker.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    lib.xmlFreeDoc.argtypes = [ctypes.c_void_p]
    for name in ("LocalName", "NamespaceUri", "Value"):
        function = getattr(lib, "xmlTextReaderConst" + name)
        function.restype, function.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
    for name in ("Read", "NodeType", "IsEmptyElement"):
        getattr(lib, "xmlTextReader" + name).argtypes = [ctypes.c_void_p]
    lib.xmlFreeTextReader.argtypes = [ctypes.c_void_p]
    lib.xmlGetLastError.restype = ctypes.POINTER(Error)
    return lib


def events(lib, document):
    lib.xmlResetLastError()
    found = []
    # Not its streaming reader, which leaves line ends in CDATA sections as they are.
    tree = lib.xmlReadMemory(document, len(document), None, None, OPTIONS)
    if not tree:
        return BAD, found
    error = lib.xmlGetLastError()
    if not error:
        verdict = GOOD
    elif error.contents.level < LEVEL_ERROR or error.contents.code == NOT_A_URI:
        # Only the last complaint is known: it may hide one that matters.
        verdict = UNCLEAR
    else:
        verdict = BAD
    reader = lib.xmlReaderWalker(tree)
    while lib.xmlTextReaderRead(reader) == 1:
        kind = lib.xmlTextReaderNodeType(reader)
        if kind == 1:
            space = lib.xmlTextReaderConstNamespaceUri(reader) or b""
            local = lib.xmlTextReaderConstLocalName(reader)
            found.append((b"E", space + b" " + local))
            if lib.xmlTextReaderIsEmptyElement(reader):
                found.append((b"X", b""))
        elif kind == 15:
            found.append((b"X", b""))
        elif kind in (TEXT, CDATA, BLANK, SIGNIFICANT):
            found.append((b"T", lib.xmlTextReaderConstValue(reader) or b""))
        elif kind in (PI, COMMENT, DOCTYPE):
            found.append((b"M", b""))
    lib.xmlFreeTextReader(reader)
    lib.xmlFreeDoc(tree)
    return verdict, found


def main():
    lib = library()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(b"ready\n")
    sink.flush()
    while len(head := source.read(4)) == 4:
        verdict, found = events(lib, source.read(struct.unpack("<I", head)[0]))
        sink.write(verdict)
        for kind, value in found + [(b".", b"")]:
            sink.write(kind + struct.pack("<I", len(value)) + value)
        sink.flush()


main()
