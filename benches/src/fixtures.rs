//! Certificates and requests of the sizes that benches use.

use std::fmt::Write;

use phytohub_sps::sample::Shape;

/// Bytes of the inputs: a bare certificate, one with a few lines, one of many lines, and one of
/// the size of the largest real message seen without attachments.
pub const SIZES: [usize; 4] = [4 << 10, 16 << 10, 64 << 10, 256 << 10];

/// How a content is written between its tags.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Form {
    /// Every `<`, `>` and `&` as a reference, as JAXB, PHP and zeep write it.
    Escaped,
    /// One CDATA section.
    Cdata,
}

impl Form {
    /// Both forms.
    pub const ALL: [Self; 2] = [Self::Escaped, Self::Cdata];

    /// The word in the names of benches.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Escaped => "escaped",
            Self::Cdata => "cdata",
        }
    }
}

/// A request that delivers a certificate, of about `bytes` bytes.
#[must_use]
pub fn deliver_envelope(bytes: usize, form: Form) -> Vec<u8> {
    // Escaping makes markup longer: what is left for the certificate follows from a first try.
    let first = request(&certificate(bytes), form).len();
    let scaled = bytes * bytes / first.max(1);
    let over = request(&certificate(scaled), form).len().saturating_sub(bytes);
    request(&certificate(scaled.saturating_sub(over)), form).into_bytes()
}

/// A certificate in the shape of the SPS schema, of `bytes` bytes or a little less; never less than
/// its head and its tail.
///
/// It is nearly all markup: attachments in Base64 would only make it easier to read.
#[must_use]
pub fn certificate(bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 2048);
    out.push_str(HEAD);
    let room = |out: &String, part: &str| out.len() + part.len() + TAIL.len() <= bytes;
    for sequence in 0.. {
        let line = line(sequence);
        if !room(&out, &line) {
            break;
        }
        out.push_str(&line);
    }
    while room(&out, SEAL) {
        out.push_str(SEAL);
    }
    out.push_str(TAIL);
    out
}

/// A certificate that every rule of the profile is content with, of about `bytes` bytes: as many
/// lines as there is room for.
#[must_use]
pub fn document(bytes: usize) -> String {
    let of = |lines| Shape { lines, ..Shape::default() }.certificate().to_xml();
    let (one, eleven) = (of(1).len(), of(11).len());
    of(1 + bytes.saturating_sub(one) * 10 / (eleven - one))
}

fn request(certificate: &str, form: Form) -> String {
    let content = match form {
        Form::Escaped => {
            certificate.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
        }
        Form::Cdata => format!("<![CDATA[{certificate}]]>"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:ns1=\"http://ephyto.ippc.int/\" xmlns:ns2=\"http://ephyto.ippc.int/HUB.Entities\">\n\
         <soapenv:Header/>\n<soapenv:Body>\n<ns1:DeliverEnvelope>\n<ns1:env>\n\
         <ns2:From>NO</ns2:From>\n<ns2:To>NL</ns2:To>\n\
         <ns2:CertificateType>851</ns2:CertificateType>\n\
         <ns2:CertificateStatus>70</ns2:CertificateStatus>\n\
         <ns2:NPPOCertificateNumber>NO-2026-0001234</ns2:NPPOCertificateNumber>\n\
         <ns2:hubDeliveryNumber></ns2:hubDeliveryNumber>\n<ns2:HUBTrackingInfo/>\n\
         <ns2:hubDeliveryErrorMessage/>\n<ns2:Forwardings/>\n\
         <ns2:Content>{content}</ns2:Content>\n\
         </ns1:env>\n</ns1:DeliverEnvelope>\n</soapenv:Body>\n</soapenv:Envelope>\n"
    )
}

fn line(sequence: u32) -> String {
    let mut out = String::new();
    let (net, gross) = (sequence * 7 % 900 + 10, sequence * 7 % 900 + 12);
    write!(
        out,
        "      <ram:IncludedSPSTradeLineItem>\n\
        \x20       <ram:SequenceNumeric>{sequence}</ram:SequenceNumeric>\n\
        \x20       <ram:Description languageID=\"en\">Seed potatoes, washed & graded</ram:Description>\n\
        \x20       <ram:ScientificName>Solanum tuberosum</ram:ScientificName>\n\
        \x20       <ram:NetWeightMeasure unitCode=\"KGM\">{net}.5</ram:NetWeightMeasure>\n\
        \x20       <ram:GrossWeightMeasure unitCode=\"KGM\">{gross}</ram:GrossWeightMeasure>\n\
        \x20       <ram:AdditionalInformationSPSNote>\n\
        \x20         <ram:Subject>ADTLIL</ram:Subject>\n\
        \x20         <ram:Content languageID=\"no\">Fri for potetringråte på dyrkingsstedet</ram:Content>\n\
        \x20       </ram:AdditionalInformationSPSNote>\n\
        \x20       <ram:ApplicableSPSClassification>\n\
        \x20         <ram:SystemName>HS</ram:SystemName>\n\
        \x20         <ram:ClassCode>070110</ram:ClassCode>\n\
        \x20         <ram:ClassName/>\n\
        \x20       </ram:ApplicableSPSClassification>\n\
        \x20       <ram:PhysicalSPSPackage>\n\
        \x20         <ram:LevelCode>1</ram:LevelCode>\n\
        \x20         <ram:TypeCode>BG</ram:TypeCode>\n\
        \x20         <ram:ItemQuantity>{gross}</ram:ItemQuantity>\n\
        \x20       </ram:PhysicalSPSPackage>\n\
        \x20       <ram:OriginSPSCountry>\n\
        \x20         <ram:ID>NO</ram:ID>\n\
        \x20         <ram:Name languageID=\"en\">Norway</ram:Name>\n\
        \x20       </ram:OriginSPSCountry>\n\
        \x20     </ram:IncludedSPSTradeLineItem>\n",
    )
    .expect("writing to a String cannot fail");
    // The example document's `&` must itself be written as one.
    out.replace(" & ", " &amp; ")
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<rsm:SPSCertificate xmlns:rsm=\"urn:un:unece:uncefact:data:standard:SPSCertificate:17\" \
xmlns:ram=\"urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21\" \
xmlns:udt=\"urn:un:unece:uncefact:data:standard:UnqualifiedDataType:21\">\n\
\x20 <rsm:SPSExchangedDocument>\n\
\x20   <ram:Name/>\n\
\x20   <ram:ID>NO-2026-0001234</ram:ID>\n\
\x20   <ram:TypeCode>851</ram:TypeCode>\n\
\x20   <ram:StatusCode>70</ram:StatusCode>\n\
\x20   <ram:IssueDateTime>\n\
\x20     <udt:DateTimeString>2026-03-04T10:11:12+01:00</udt:DateTimeString>\n\
\x20   </ram:IssueDateTime>\n\
\x20 </rsm:SPSExchangedDocument>\n\
\x20 <rsm:SPSConsignment>\n\
\x20   <ram:ExportSPSCountry>\n\
\x20     <ram:ID>NO</ram:ID>\n\
\x20   </ram:ExportSPSCountry>\n\
\x20   <ram:ImportSPSCountry>\n\
\x20     <ram:ID>NL</ram:ID>\n\
\x20   </ram:ImportSPSCountry>\n\
\x20   <ram:IncludedSPSConsignmentItem>\n";

/// Fills what is too short for another line.
const SEAL: &str = "      <ram:AffixedSPSSeal><ram:ID>4711</ram:ID></ram:AffixedSPSSeal>\n";

const TAIL: &str = "    </ram:IncludedSPSConsignmentItem>\n\
\x20 </rsm:SPSConsignment>\n\
</rsm:SPSCertificate>\n";
