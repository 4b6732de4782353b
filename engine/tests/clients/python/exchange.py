"""The steps of a whole exchange of envelopes, as zeep takes them."""

import datetime
import os
import re
import tempfile
import uuid

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

import contents
from hub import (
    EPH, NUMBER, Hub, Witness, canonical, expect, expect_equal, expect_same_text, search,
)

WARNING = "Señal: «humedad» > 12 % & <no> legible – 中文 🌱. " + "Véase el anexo. " * 200
STRANGER = "NPPO from client certificate not found"
UNKNOWN = "0000000000000000000000000Z"


def rows_of(result, name):
    """The rows of an array: zeep hands out the list itself, or nothing for an empty one."""
    if isinstance(result, list):
        return result
    return (result is not None and result[name]) or []


def headers_of(result):
    return rows_of(result, "EnvelopeHeader")


def envelopes_of(result):
    return rows_of(result, "Envelope")


class Exchange:
    """The steps, in the order in which they run."""

    def __init__(self, options):
        self.options = options
        self.run = uuid.uuid4().hex[:12]
        self.count = 0
        self.witness = Witness()
        self.sender = self.connect((options.sender_cert, options.sender_key))
        self.receiver = self.connect((options.receiver_cert, options.receiver_key))

    def connect(self, certificate):
        o = self.options
        return Hub(o.wsdl, o.endpoint, o.ca, self.witness, certificate, strict=not o.lax)

    def envelope(self, content=None, **fields):
        self.count += 1
        number = f"ZEEP/{self.run}/{self.count}"
        values = {
            "From": self.options.sender, "To": self.options.receiver, "CertificateType": 851,
            "CertificateStatus": 70, "NPPOCertificateNumber": number,
            "Content": contents.certificate(number) if content is None else content,
        }
        return {**values, **fields}

    def deliver(self, **fields):
        """Delivers an envelope that must be accepted; returns it and its number."""
        envelope = self.envelope(**fields)
        header = self.sender.DeliverEnvelope(env=envelope)
        expect(header is not None, "DeliverEnvelopeResult is missing")
        expect_equal(header.HUBTrackingInfo, "PendingDelivery", "state of a new envelope")
        expect(not header.hubDeliveryErrorMessage, f"message {header.hubDeliveryErrorMessage!r}")
        number = header.hubDeliveryNumber
        expect(number and NUMBER.match(number), f"hubDeliveryNumber {number!r}")
        for field in ("From", "To", "CertificateType", "CertificateStatus",
                      "NPPOCertificateNumber"):
            expect_equal(header[field], envelope[field], f"{field} of the reply")
        return envelope, number

    def end(self, number):
        """Takes an envelope out of the inbox, so that a next run finds it short."""
        self.receiver.AcknowledgeEnvelopeReceipt(hubTrackingNumber=number)

    # ---- steps ----

    def description_offers_all_operations(self):
        expect_equal(len(self.sender.operations()), 27, "operations in the WSDL")

    def description_is_open_to_everyone(self):
        url = self.options.endpoint + "?wsdl"
        reply = requests.get(url, verify=self.options.ca, timeout=30)
        expect_equal(reply.status_code, 200, "status of ?wsdl without a certificate")
        expect(reply.headers["Content-Type"].startswith("text/xml"), "type of ?wsdl")
        address = re.search(rb'address location="([^"]+)"', reply.content)
        expect(address and address[1].startswith(b"https://"), "soap:address in ?wsdl")

    def profile_names_the_caller(self):
        for hub, code in ((self.sender, self.options.sender),
                          (self.receiver, self.options.receiver)):
            profile = hub.GetProfile()
            expect(profile is not None, "GetProfileResult is missing")
            expect_equal(profile.Country, code, "Country of the profile")
            check_nppo(profile)

    def request_carries_addressing_headers(self):
        self.sender.GetProfile()
        action = self.sender.last_request().find(
            ".//{http://www.w3.org/2005/08/addressing}Action"
        )
        expect(action is not None, "zeep sent no WS-Addressing headers")

    def active_nppos_list_the_receiver(self):
        nppos = rows_of(self.sender.GetActiveNppos(), "Nppo")
        for nppo in nppos:
            check_nppo(nppo)
        codes = [nppo.Country for nppo in nppos]
        expect(self.options.receiver in codes, f"{self.options.receiver} not in {codes}")

    def channels_come_in_their_wrapper(self):
        result = self.sender.GetAvailableChannels()
        wrapper = self.sender.last_reply().find(f"{{{EPH}}}GetAvailableChannelsResult")
        expect(wrapper is not None, "GetAvailableChannelsResult is missing")
        for channel in rows_of(result, "Channel"):
            expect(channel.Code and channel.Name, "a channel without Code or Name")
            expect(channel.Send is not None and channel.Receive is not None, "Send, Receive")

    def delivered_envelope_is_listed_and_tracked(self):
        _, number = self.deliver()
        self.sender.expect_state(number, "PendingDelivery")
        self.receiver.expect_state(number, "PendingDelivery")
        search(self.sender.GetUnderDeliveryEnvelope, headers_of, number, "under delivery")
        listing = self.receiver.GetImportEnvelopeHeaders
        search(lambda: listing(countryCode=""), headers_of, number, 'headers for ""')
        search(listing, headers_of, number, "headers")
        self.end(number)

    def pulled_envelope_is_whole_and_offered_again(self):
        envelope, number = self.deliver()
        for turn in ("first", "second"):
            pulled = search(self.receiver.PULLImportEnvelope, envelopes_of, number, "pull")
            for field, value in envelope.items():
                if field != "Content":
                    expect_equal(pulled[field], value, f"{field}, {turn} pull")
            expect_same_text(pulled.Content, envelope["Content"], f"content, {turn} pull")
            self.receiver.expect_state(number, "PendingDelivery")
        single = self.receiver.pull(number, "single pull")
        expect_same_text(single.Content, envelope["Content"], "content, single pull")
        self.end(number)

    def content_comes_out_character_for_character(self):
        for name, fragment, wanted in contents.fragments(f"ZEEP/{self.run}"):
            number = self.sender.deliver_fragment(fragment, self.envelope())
            pulled = self.receiver.pull(number, name)
            expect_same_text(pulled.Content, wanted, f"{name}: content")
            self.end(number)
            print(f"ok      content: {name}")

    def content_through_zeep_itself(self):
        texts = [contents.certificate("Ñ"), "a\r\nb\rc", contents.NON_ASCII, etree.CDATA("<a/>")]
        for text in texts:
            _, number = self.deliver(Content=text)
            wanted = "<a/>" if isinstance(text, etree.CDATA) else text
            expect_same_text(self.receiver.pull(number, "zeep").Content, wanted, "content")
            self.end(number)

    def request_in_utf_16_is_read(self):
        envelope = self.envelope()
        text = contents.certificate(envelope["NPPOCertificateNumber"]) + contents.NON_ASCII
        number = self.sender.deliver_fragment(contents.escape(text), envelope, encoding="utf-16")
        expect_same_text(self.receiver.pull(number, "UTF-16").Content, text, "content")
        self.end(number)

    def large_content_comes_out_whole(self):
        if not self.options.large_mib:
            return
        text = contents.large(f"ZEEP/{self.run}", self.options.large_mib)
        _, number = self.deliver(content=text)
        expect_same_text(self.receiver.pull(number, "large").Content, text, "large content")
        pulled = search(self.receiver.PULLImportEnvelope, envelopes_of, number, "pull of it")
        expect_same_text(pulled.Content, text, "large content in a pull of all")
        self.end(number)

    def plain_acknowledgement_delivers(self):
        _, number = self.deliver()
        self.receiver.pull(number, "pull")
        self.acknowledge("AcknowledgeEnvelopeReceipt", number, "Delivered")

    def advanced_acknowledgement_carries_its_warning(self):
        _, number = self.deliver()
        self.receiver.pull(number, "pull")
        self.acknowledge("AdvancedAcknowledgeEnvelopeReceipt", number, "DeliveredWithWarnings",
                         warningMessage=WARNING)

    def failed_acknowledgement_after_a_pull_ends_the_state(self):
        _, number = self.deliver()
        self.receiver.pull(number, "pull")
        self.acknowledge("AcknowledgeFailedEnvelopeReceipt", number, "DeliveredNotReadable",
                         message=WARNING)

    def failed_acknowledgement_without_a_pull_leaves_it_pending(self):
        envelope, number = self.deliver()
        self.receiver.AcknowledgeFailedEnvelopeReceipt(
            hubTrackingNumber=number, message="Could not read the envelope from the hub"
        )
        self.sender.expect_state(number, "PendingDelivery")
        search(lambda: self.receiver.GetImportEnvelopeHeaders(countryCode=""), headers_of,
               number, "headers after it")
        pulled = self.receiver.pull(number, "pull after it")
        expect_same_text(pulled.Content, envelope["Content"], "content after it")
        self.end(number)
        self.sender.expect_state(number, "Delivered")

    def acknowledge(self, operation, number, state, **message):
        """Acknowledges twice and otherwise, and expects that the first time counts."""
        call = getattr(self.receiver, operation)
        call(hubTrackingNumber=number, **message)
        first = canonical(self.receiver.last_reply())
        text = next(iter(message.values()), None)
        self.sender.expect_state(number, state, text)
        call(hubTrackingNumber=number, **message)
        expect_equal(canonical(self.receiver.last_reply()), first, "reply to the repetition")
        self.receiver.AdvancedAcknowledgeEnvelopeReceipt(
            hubTrackingNumber=number, warningMessage="a later word"
        )
        self.receiver.AcknowledgeEnvelopeReceipt(hubTrackingNumber=number)
        self.sender.expect_state(number, state, text)
        self.receiver.expect_state(number, state, text)
        self.expect_gone(number)

    def expect_gone(self, number):
        """An acknowledged envelope is offered no more, yet its owner may pull it again."""
        for hub, operation in ((self.receiver, "GetImportEnvelopeHeaders"),
                               (self.sender, "GetUnderDeliveryEnvelope")):
            listed = [h.hubDeliveryNumber for h in headers_of(getattr(hub, operation)())]
            expect(number not in listed, f"{operation} still lists {number}")
        self.receiver.pull(number, "pull after the acknowledgement")

    def receiver_sets_the_state_by_a_header(self):
        envelope, number = self.deliver()
        self.receiver.pull(number, "pull")
        header = {k: v for k, v in envelope.items() if k != "Content"}
        header.update(hubDeliveryNumber=number, HUBTrackingInfo="DeliveredWithWarnings",
                      hubDeliveryErrorMessage=WARNING)
        self.sender.fault("SetTrackingInfoUpdate", header=header)
        self.sender.expect_state(number, "PendingDelivery")
        self.receiver.SetTrackingInfoUpdate(header=header)
        self.sender.expect_state(number, "DeliveredWithWarnings", WARNING)

    def empty_inbox_comes_in_its_wrapper(self):
        for operation, wrapper in (("GetImportEnvelopeHeaders", "GetImportEnvelopeHeadersResult"),
                                   ("PULLImportEnvelope", "PULLImportEnvelopesResult"),
                                   ("GetUnderDeliveryEnvelope", "GetUnderDeliveryEnvelopeResult")):
            getattr(self.receiver, operation)()
            found = self.receiver.last_reply().find(f"{{{EPH}}}{wrapper}")
            expect(found is not None, f"{wrapper} is missing")

    def wrong_header_is_an_answer_and_no_fault(self):
        wrong = [("To", "QZ"), ("From", self.options.receiver)]
        for field, value in wrong:
            header = self.sender.DeliverEnvelope(env=self.envelope(**{field: value}))
            expect_equal(header.HUBTrackingInfo, "FailedDelivery", f"state for {field}={value}")
            message = header.hubDeliveryErrorMessage or ""
            expect(field in message, f"message {message!r} does not name {field}")

    def unknown_number_does_not_exist(self):
        for number in (UNKNOWN, "no such number", "1"):
            header = self.sender.GetEnvelopeTrackingInfo(hubTrackingNumber=number)
            expect_equal(header.HUBTrackingInfo, "EnvelopeNotExists", f"state of {number!r}")
            expect_equal(header.hubDeliveryNumber, number, "echoed number")
        self.receiver.fault("PULLSingleImportEnvelope", hubTrackingNumber=UNKNOWN)
        self.receiver.fault("AcknowledgeEnvelopeReceipt", hubTrackingNumber=UNKNOWN)

    def number_of_others_is_not_shown(self):
        _, number = self.deliver()
        self.sender.fault("PULLSingleImportEnvelope", hubTrackingNumber=number)
        self.sender.fault("AcknowledgeEnvelopeReceipt", hubTrackingNumber=number)
        if self.options.outsider_cert:
            outsider = self.connect((self.options.outsider_cert, self.options.outsider_key))
            header = outsider.GetEnvelopeTrackingInfo(hubTrackingNumber=number)
            expect_equal(header.HUBTrackingInfo, "EnvelopeNotExists", "state for an outsider")
            outsider.fault("PULLSingleImportEnvelope", hubTrackingNumber=number)
            outsider.fault("AcknowledgeEnvelopeReceipt", hubTrackingNumber=number)
        self.sender.expect_state(number, "PendingDelivery")
        self.end(number)

    def stranger_is_told_so(self):
        with tempfile.TemporaryDirectory() as folder:
            unregistered = self.connect(self_signed(folder))
            absent = self.connect(None)
            for hub in (unregistered, absent):
                fault = hub.fault("GetProfile")
                expect_equal(fault.message, STRANGER, "faultstring")
                inner = fault.detail.findtext(f"{{{EPH}}}HubWebException/{{{EPH}}}message")
                expect_equal(inner, STRANGER, "HubWebException/message")
                fault = hub.fault("DeliverEnvelope", env=self.envelope())
                expect_equal(fault.message, STRANGER, "faultstring of a delivery")

    def steps(self):
        return [
            self.description_offers_all_operations,
            self.description_is_open_to_everyone,
            self.profile_names_the_caller,
            self.request_carries_addressing_headers,
            self.active_nppos_list_the_receiver,
            self.channels_come_in_their_wrapper,
            self.delivered_envelope_is_listed_and_tracked,
            self.pulled_envelope_is_whole_and_offered_again,
            self.content_comes_out_character_for_character,
            self.content_through_zeep_itself,
            self.request_in_utf_16_is_read,
            self.large_content_comes_out_whole,
            self.plain_acknowledgement_delivers,
            self.advanced_acknowledgement_carries_its_warning,
            self.failed_acknowledgement_after_a_pull_ends_the_state,
            self.failed_acknowledgement_without_a_pull_leaves_it_pending,
            self.receiver_sets_the_state_by_a_header,
            self.empty_inbox_comes_in_its_wrapper,
            self.wrong_header_is_an_answer_and_no_fault,
            self.unknown_number_does_not_exist,
            self.number_of_others_is_not_shown,
            self.stranger_is_told_so,
        ]


def check_nppo(nppo):
    """What a reader of the register relies on in every entry."""
    for field in ("Country", "Send", "Receive"):
        expect(nppo[field], f"an NPPO without {field}")
    for document in nppo.AllowedDocument:
        for part in (document.certificateType, document.certificateStatus):
            expect(part is not None and part.value, "AllowedDocument without type or status")


def self_signed(folder):
    """The paths of a certificate and a key that nobody registered."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    certificate = builder.not_valid_before(now - day).not_valid_after(now + day).sign(
        key, hashes.SHA256()
    )
    paths = os.path.join(folder, "stranger.pem"), os.path.join(folder, "stranger.key")
    with open(paths[0], "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    with open(paths[1], "wb") as file:
        file.write(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ))
    return paths
