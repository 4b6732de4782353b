"""The steps that look into documents: validation, code lists, typed certificates, responses."""

import json
import pathlib

from zeep import xsd

import contents
from exchange import Exchange, rows_of
from hub import EPH, expect, expect_equal, expect_same_text

DATE = "2026-11-21T10:11:12+01:00"
DOCUMENTS = pathlib.Path(__file__).parent.parent / "documents.json"
CODE_LISTS = [
    "GetAdditionalDeclarations", "GetConditions", "GetIntendedUses", "GetMeanOfTransports",
    "GetPackageTypes", "GetPesticides", "GetProductDescriptions", "GetStatements",
    "GetTreatmentTypes", "GetUnitMeasures",
]
# What a reader of the code lists relies on in every row that has it at all.
NEVER_EMPTY = {"code", "description", "lang", "modeCode", "name", "symbol", "text", "type",
               "usedTransportMean"}


class Documents(Exchange):
    """All steps of an exchange, then those of its documents."""

    def __init__(self, options):
        super().__init__(options)
        self.documents = json.loads(DOCUMENTS.read_text("utf-8"))

    def dates(self):
        """A date as zeep writes it into an element of any type: as text, and in its own type."""
        kind = self.sender.client.get_type(f"{{{EPH}}}issueDateTime")
        return [DATE, xsd.AnyObject(kind, kind(DateTimeString=DATE))]

    def typed(self, name, number, date):
        return values(self.documents[name], {"{number}": number, "{date}": date})

    def expect_document(self, name, number, content):
        """Expects each piece of a document, in whichever lines it was written."""
        dense = "".join(line.strip() for line in content.splitlines())
        for piece in self.documents[f"{name}_becomes"]:
            piece = piece.replace("{number}", number)
            expect(piece in dense, f"{name}: {piece} is not in {dense}")

    def header(self, **fields):
        envelope = self.envelope(**fields)
        del envelope["Content"]
        return envelope

    def deliver_typed(self, date):
        header = self.header()
        number = header["NPPOCertificateNumber"]
        certificate = self.typed("certificate", number, date)
        reply = self.sender.DeliverPhytoEnvelope(
            ePhytoEnvelope={**header, "SPSCertificate": certificate}
        )
        return header, reply

    def severe(self, hub, content):
        findings = hub.ValidatePhytoXML(ePhytoXML=content) or []
        for finding in findings:
            expect(finding.area and finding.level and finding.msg, "a finding without its words")
        return [finding for finding in findings if finding.level == "SEVERE"]

    # ---- steps ----

    def code_lists_have_rows_without_gaps(self):
        for operation in CODE_LISTS:
            rows = getattr(self.receiver, operation)()
            expect(rows, f"{operation}: no rows")
            for row in rows:
                gaps = [name for name in NEVER_EMPTY.intersection(row) if row[name] is None]
                expect(not gaps, f"{operation}: a row without {gaps}")

    def typed_certificate_becomes_a_document(self):
        for date in self.dates():
            header, reply = self.deliver_typed(date)
            expect_equal(reply.HUBTrackingInfo, "PendingDelivery", reply.hubDeliveryErrorMessage)
            number = reply.hubDeliveryNumber
            content = self.receiver.pull(number, "typed certificate").Content
            self.expect_document("certificate", header["NPPOCertificateNumber"], content)
            expect_equal(self.severe(self.receiver, content), [], "grave findings")
            self.end(number)

    def typed_certificate_must_fit_its_header(self):
        header = self.header()
        other = self.typed("certificate", "ANOTHER/1", DATE)
        reply = self.sender.DeliverPhytoEnvelope(
            ePhytoEnvelope={**header, "SPSCertificate": other}
        )
        expect_equal(reply.HUBTrackingInfo, "FailedDelivery", "state")
        expect("ANOTHER/1" in reply.hubDeliveryErrorMessage, reply.hubDeliveryErrorMessage)
        reply = self.sender.DeliverPhytoEnvelope(ePhytoEnvelope=header)
        expect_equal(reply.HUBTrackingInfo, "FailedDelivery", "state without a certificate")

    def validation_tells_what_is_wrong(self):
        severe = self.severe(self.sender, "<a/>")
        expect(severe, "<a/> has no grave findings")
        expect_equal(severe[0].area, "Schema", "area")

    def validated_envelope_is_delivered_only_without_grave_findings(self):
        header, reply = self.deliver_typed(DATE)
        content = self.receiver.pull(reply.hubDeliveryNumber, "typed certificate").Content
        self.end(reply.hubDeliveryNumber)
        reply = self.sender.ValidateAndDeliverEnvelope(envelope={**header, "Content": content})
        expect_equal(reply.HUBTrackingInfo, "PendingDelivery", reply.hubDeliveryErrorMessage)
        pulled = self.receiver.pull(reply.hubDeliveryNumber, "validated")
        expect_same_text(pulled.Content, content, "content")
        self.end(reply.hubDeliveryNumber)
        bad = contents.certificate(header["NPPOCertificateNumber"])
        reply = self.sender.ValidateAndDeliverEnvelope(envelope={**header, "Content": bad})
        expect_equal(reply.HUBTrackingInfo, "FailedDelivery", "state of a bad document")
        expect("SPSConsignment" in reply.hubDeliveryErrorMessage, "no finding in the message")

    def response_reaches_who_takes_responses(self):
        back = {"From": self.options.receiver, "To": self.options.sender}
        for date in self.dates():
            header = self.header(CertificateStatus=41, **back)
            number = header["NPPOCertificateNumber"]
            response = self.typed("response", number, date)
            reply = self.receiver.DeliverCountryResponseEnvelope(
                CountryResponseEnvelope={**header, "SPSAcknowledgement": response}
            )
            expect_equal(reply.HUBTrackingInfo, "PendingDelivery", reply.hubDeliveryErrorMessage)
            content = self.sender.pull(reply.hubDeliveryNumber, "response").Content
            self.expect_document("response", number, content)
            expect_equal(self.severe(self.sender, content), [], "grave findings")
            self.sender.AcknowledgeEnvelopeReceipt(hubTrackingNumber=reply.hubDeliveryNumber)
            self.receiver.expect_state(reply.hubDeliveryNumber, "Delivered")

    def response_to_who_takes_none_is_refused(self):
        header = self.header()
        response = self.typed("response", header["NPPOCertificateNumber"], DATE)
        reply = self.sender.DeliverCountryResponseEnvelope(
            CountryResponseEnvelope={**header, "SPSAcknowledgement": response}
        )
        expect_equal(reply.HUBTrackingInfo, "FailedDelivery", "state")
        expect("responses" in reply.hubDeliveryErrorMessage, reply.hubDeliveryErrorMessage)

    def every_operation_was_called(self):
        expect_equal(sorted(self.witness.called), self.sender.operations(), "operations called")

    def steps(self):
        return super().steps() + [
            self.code_lists_have_rows_without_gaps,
            self.typed_certificate_becomes_a_document,
            self.typed_certificate_must_fit_its_header,
            self.validation_tells_what_is_wrong,
            self.validated_envelope_is_delivered_only_without_grave_findings,
            self.response_reaches_who_takes_responses,
            self.response_to_who_takes_none_is_refused,
            self.every_operation_was_called,
        ]


def values(node, words):
    """A part of `documents.json` as zeep wants it."""
    if isinstance(node, list):
        return [values(part, words) for part in node]
    if isinstance(node, str):
        return words.get(node, node)
    if not isinstance(node, dict):
        return node
    if "$value" in node:
        return {"_value_1": node["$value"], **node.get("attributes", {})}
    return {name: values(part, words) for name, part in node.items()}
