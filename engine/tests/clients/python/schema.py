#!/usr/bin/env python3
"""The schema in a WSDL as the judge of replies.

    schema.py --wsdl FILE-or-URL [--ca PEM] FOLDER

Holds every reply that a client saved in a folder (*.xml) against the schema, and expects one from
each operation of the WSDL. Exit codes: 0 all are valid, 1 something is not, 2 no judgement.
"""

import argparse
import pathlib
import sys
import tempfile

import requests
from lxml import etree

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XS = "{http://www.w3.org/2001/XMLSchema}"


def parse(data):
    return etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False))


class Schema:
    """What the schemas of one WSDL say together."""

    def __init__(self, wsdl):
        description = parse(wsdl)
        self.operations = sorted(
            operation.get("name")
            for operation in description.iterfind(f"{WSDL}portType/{WSDL}operation")
        )
        schemas = description.findall(f"{WSDL}types/{XS}schema")
        places = {s.get("targetNamespace"): f"{i}.xsd" for i, s in enumerate(schemas)}
        imports = "".join(
            f'<xs:import namespace="{target}" schemaLocation="{place}"/>'
            for target, place in places.items()
        )
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for place, schema in zip(places.values(), schemas, strict=True):
                for other in schema.iterfind(f"{XS}import"):
                    other.set("schemaLocation", places[other.get("namespace")])
                (folder / place).write_bytes(etree.tostring(schema))
            whole = folder / "whole.xsd"
            whole.write_text(
                f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
            )
            self.schema = etree.XMLSchema(file=str(whole))

    def complaints(self, envelope):
        """What is wrong with a SOAP reply; nothing is an empty list."""
        body = envelope.find(f"{SOAP}Body")
        if envelope.tag != f"{SOAP}Envelope" or body is None or len(body) != 1:
            return ["no SOAP 1.1 envelope with one element in its Body"]
        element = body[0]
        if element.tag == f"{SOAP}Fault":
            if not element.findtext("faultcode") or not element.findtext("faultstring"):
                return ["a fault without faultcode or faultstring"]
            detail = element.find("detail")
            if detail is None or len(detail) != 1:
                return ["a fault without one element in its detail"]
            element = detail[0]
        if self.schema.validate(parse(etree.tostring(element, with_tail=False))):
            return []
        return [f"{error.path}: {error.message}" for error in self.schema.error_log]


def answered(envelope):
    """The operation that a reply belongs to; nothing for a fault."""
    name = etree.QName(envelope.find(f"{SOAP}Body")[0]).localname
    return name.removesuffix("Response") if name.endswith("Response") else None


def load(wsdl, ca):
    if not wsdl.startswith("https:"):
        return pathlib.Path(wsdl).read_bytes()
    reply = requests.get(wsdl, verify=ca, timeout=30)
    reply.raise_for_status()
    return reply.content


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wsdl", required=True)
    parser.add_argument("--ca", help="PEM file for a WSDL at an address")
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    try:
        schema = Schema(load(options.wsdl, options.ca))
        replies = [(path.name, parse(path.read_bytes())) for path in options.folder.glob("*.xml")]
    except (OSError, etree.LxmlError) as error:
        print(f"ERROR   {error}", file=sys.stderr)
        return 2
    wrong = [(name, what) for name, reply in replies for what in schema.complaints(reply)]
    for name, what in wrong:
        print(f"FAILED  {name}: {what}", file=sys.stderr)
    heard = {answered(reply) for _, reply in replies}
    missing = [operation for operation in schema.operations if operation not in heard]
    if missing:
        print(f"FAILED  no reply of {', '.join(missing)}", file=sys.stderr)
    if wrong or missing:
        return 1
    print(f"ok      {len(replies)} replies of {len(schema.operations)} operations are valid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
