"""Contents that national systems send, and what a reader must get back for each."""

import base64
from xml.sax.saxutils import escape

CERTIFICATE = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:SPSCertificate xmlns:rsm="urn:un:unece:uncefact:data:standard:SPSCertificate:17"
    xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21">
\t<rsm:SPSExchangedDocument>
\t\t<ram:Name>Phytosanitary certificate &amp; annex 'A', \"B\"</ram:Name>
\t\t<ram:ID schemeID="x">{number}</ram:ID>
\t\t<ram:TypeCode>851</ram:TypeCode>
\t\t<ram:StatusCode>70</ram:StatusCode>
\t</rsm:SPSExchangedDocument>
</rsm:SPSCertificate>
"""

NON_ASCII = (
    "Ñandú – Örnsköldsvik – Ελλάδα – 中華 – العربية – 🌱"
    "\u00a0|\u2028|e\u0301|\ufeff|\u200e"
)


def certificate(number):
    """A small certificate with that number."""
    return CERTIFICATE.replace("{number}", number)


def fragments(number):
    """Rows of (name, content as it stands in the request, content as a reader must get it)."""
    text = certificate(number)
    cdata = f"<![CDATA[{text}]]>"
    spaced = f" \n\t{text} \n "
    encoded = base64.encodebytes(text.encode() * 3).decode()
    head, tail = text[:200], text[200:]
    return [
        ("escaped text", escape(text), text),
        ("escaped text with all five entities", full_escape(text), text),
        ("CDATA", cdata, text),
        ("CDATA inside escaped text", f"{escape(head)}<![CDATA[{tail}]]>", text),
        ("CDATA with its own end mark", "<![CDATA[a]]]]><![CDATA[>b]]>", "a]]>b"),
        ("an empty CDATA section", f"{escape(text)}<![CDATA[]]>", text),
        ("white space around", escape(spaced), spaced),
        ("characters beyond ASCII", escape(NON_ASCII), NON_ASCII),
        ("characters beyond ASCII in CDATA", f"<![CDATA[{NON_ASCII}]]>", NON_ASCII),
        ("characters by number", references(NON_ASCII), NON_ASCII),
        ("carriage returns by number", "a&#13;\nb&#xD;c&#x0d;&#10;d&#9;e", "a\r\nb\rc\r\nd\te"),
        ("line ends of another system", "a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("Base64 in lines", encoded, encoded),
        ("a declaration of UTF-16", escape(text.replace("UTF-8", "UTF-16")),
         text.replace("UTF-8", "UTF-16")),
        ("an entity that looks like another", "&amp;lt;&amp;amp;#13;", "&lt;&amp;#13;"),
        ("nothing", "", ""),
    ]


def large(number, mib):
    """A content of that many MiB with what needs escaping every few hundred characters."""
    block = certificate(number) + NON_ASCII
    return (block * (mib * 1024 * 1024 // len(block) + 1))[: mib * 1024 * 1024]


def full_escape(text):
    return escape(text, {"'": "&apos;", '"': "&quot;"})


def references(text):
    return "".join(
        f"&#{ord(c)};" if i % 2 else f"&#x{ord(c):X};" for i, c in enumerate(text)
    )
