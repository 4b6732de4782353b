"""One connection to a hub through zeep, and the checks that every step shares."""

import re
import time

import requests
from lxml import etree
from zeep import Client, Plugin, Settings
from zeep.exceptions import Fault
from zeep.plugins import HistoryPlugin
from zeep.transports import Transport

from schema import Schema, parse

EPH = "http://ephyto.ippc.int/"
HUB = "http://ephyto.ippc.int/HUB.Entities"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BINDING = f"{{{EPH}}}DeliveryServiceSoapBinding"
CONTENT_MARK = "@content-belongs-here@"
TIMEOUT_SECONDS = 120

# What partners use a number for: part of a file name, an URL segment, a subject of a queue.
NUMBER = re.compile(r"^[0-9A-Za-z-]{1,36}$")


class ExpectationFailed(Exception):
    """The hub answered, but not as it must."""


def expect(condition, message):
    if not condition:
        raise ExpectationFailed(message)


def expect_equal(got, wanted, what):
    if got != wanted:
        raise ExpectationFailed(f"{what}: got {shortened(got)}, wanted {shortened(wanted)}")


def expect_same_text(got, wanted, what):
    """Compares long texts and names the first place where they differ."""
    got, wanted = got or "", wanted or ""
    if got == wanted:
        return
    pairs = enumerate(zip(got, wanted))
    place = next((i for i, (a, b) in pairs if a != b), min(len(got), len(wanted)))
    raise ExpectationFailed(
        f"{what}: {len(got)} characters for {len(wanted)}, different from {place}: "
        f"got {got[place:place + 40]!r}, wanted {wanted[place:place + 40]!r}"
    )


def shortened(value):
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "…"


class Witness(Plugin):
    """Holds every reply against the schema of the WSDL, and remembers what was called."""

    def __init__(self):
        self.schema = None
        self.called = set()

    def ingress(self, envelope, http_headers, operation):
        self.called.add(operation.name)
        self.see(envelope, operation.name)
        return envelope, http_headers

    def see(self, envelope, name):
        complaints = self.schema.complaints(envelope)
        expect(not complaints, f"reply of {name}: {shortened(complaints)}")


class Hub:
    """The hub as one certificate holder sees it."""

    def __init__(self, wsdl, endpoint, ca, witness, certificate=None, strict=True):
        self.endpoint = endpoint
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = ca
        self.session.cert = certificate
        self.history = HistoryPlugin(maxlen=1)
        transport = Transport(
            session=self.session, timeout=TIMEOUT_SECONDS, operation_timeout=TIMEOUT_SECONDS
        )
        settings = Settings(strict=strict, xml_huge_tree=True)
        self.witness = witness
        if witness.schema is None:
            witness.schema = Schema(transport.load(wsdl))
        plugins = [self.history, witness]
        self.client = Client(wsdl, transport=transport, settings=settings, plugins=plugins)
        self.service = self.client.create_service(BINDING, endpoint)

    def __getattr__(self, operation):
        return getattr(self.service, operation)

    def operations(self):
        return sorted(self.client.wsdl.bindings[BINDING].all())

    def last_reply(self):
        """The element inside the Body of the reply that came last."""
        return body(self.history.last_received["envelope"])

    def last_request(self):
        return self.history.last_sent["envelope"]

    def fault(self, operation, *arguments, **named):
        """Calls and returns the fault that must come, with both of its texts filled alike."""
        try:
            answer = getattr(self.service, operation)(*arguments, **named)
        except Fault as fault:
            message = fault.detail is not None and fault.detail.findtext(
                f"{{{EPH}}}HubWebException/{{{EPH}}}message"
            )
            expect(fault.message, f"{operation}: a fault without faultstring")
            expect(message, f"{operation}: a fault without HubWebException/message")
            return fault
        raise ExpectationFailed(f"{operation}: {shortened(answer)} where a fault belongs")

    def request(self, fragment, envelope):
        """A DeliverEnvelope request as text, its content written as `fragment` has it."""
        filled = dict(envelope, Content=CONTENT_MARK)
        message = self.client.create_message(self.service, "DeliverEnvelope", env=filled)
        return etree.tostring(message, encoding="unicode").replace(CONTENT_MARK, fragment)

    def post(self, text, encoding="utf-8", action='""'):
        """Sends a request as it is and returns the element inside the Body of the reply."""
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        response = self.session.post(
            self.endpoint,
            data=(head + text).encode(encoding),
            headers={"Content-Type": f"text/xml; charset={encoding}", "SOAPAction": action},
            timeout=TIMEOUT_SECONDS,
        )
        kind = response.headers.get("Content-Type", "")
        expect(kind.startswith("text/xml"), f"HTTP {response.status_code} with type {kind!r}")
        envelope = parse(response.content)
        self.witness.see(envelope, "a request by hand")
        reply = body(envelope)
        if response.status_code != 200:
            raise ExpectationFailed(
                f"HTTP {response.status_code}: {reply.findtext('faultstring') or reply.tag}"
            )
        return reply

    def deliver_fragment(self, fragment, envelope, **how):
        """Delivers a content in the given written form and returns its number."""
        reply = self.post(self.request(fragment, envelope), **how)
        header = reply.find(f"{{{EPH}}}DeliverEnvelopeResult")
        expect(header is not None, "DeliverEnvelopeResult is missing")
        expect_equal(header.findtext(f"{{{HUB}}}HUBTrackingInfo"), "PendingDelivery", "state")
        return header.findtext(f"{{{HUB}}}hubDeliveryNumber")

    def pull(self, number, what):
        envelope = self.PULLSingleImportEnvelope(hubTrackingNumber=number)
        expect(envelope is not None, f"{what}: no envelope in the reply")
        expect_equal(envelope.hubDeliveryNumber, number, f"{what}: number")
        return envelope

    def expect_state(self, number, state, message=None):
        header = self.GetEnvelopeTrackingInfo(hubTrackingNumber=number)
        expect_equal(header.hubDeliveryNumber, number, "number of the tracked envelope")
        expect_equal(header.HUBTrackingInfo, state, f"state of {number}")
        if message is not None:
            expect_same_text(header.hubDeliveryErrorMessage, message, "receiver's message")
        return header


def search(call, rows, wanted, what, calls_max=500):
    """Calls until a row with the number comes: each call continues where the last one ended."""
    end = time.monotonic() + TIMEOUT_SECONDS
    for _ in range(calls_max):
        result = call()
        for row in rows(result):
            expect(row.hubDeliveryNumber, f"{what}: a row without hubDeliveryNumber")
            expect(row.HUBTrackingInfo, f"{what}: a row without HUBTrackingInfo")
            if row.hubDeliveryNumber == wanted:
                return row
        if not rows(result) or time.monotonic() > end:
            break
    raise ExpectationFailed(f"{what}: {wanted} is not listed")


def numbers(result, rows):
    return [row.hubDeliveryNumber for row in rows(result)]


def body(envelope):
    found = envelope.find(f"{{{SOAP}}}Body")
    expect(found is not None and len(found) == 1, "a reply without one element in its Body")
    return found[0]


def canonical(element):
    return etree.tostring(element, method="c14n")
