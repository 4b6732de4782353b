//! Phytosanitary certificates as text, of the size that a test wants.

/// Bytes of the smallest document that [`certificate_xml`] makes.
pub const CERTIFICATE_XML_BYTES_MIN: usize =
    HEAD.len() + NOTE_START.len() + NOTE_END.len() + TAIL.len();

/// An `SPSCertificate` of exactly `bytes` bytes, or of [`CERTIFICATE_XML_BYTES_MIN`] if that is
/// more. Its length lies in notes, whose text is not all ASCII and needs escaping inside SOAP.
#[must_use]
pub fn certificate_xml(bytes: usize) -> String {
    let bytes = bytes.max(CERTIFICATE_XML_BYTES_MIN);
    let mut text = String::with_capacity(bytes);
    text.push_str(HEAD);
    loop {
        let left = bytes - text.len() - TAIL.len();
        let full = NOTE_START.len() + NOTE_TEXT.len() + NOTE_END.len();
        // The last note takes the rest, which must have room for its tags.
        if left < full + NOTE_START.len() + NOTE_END.len() {
            text.push_str(NOTE_START);
            text.extend(std::iter::repeat_n('x', left - NOTE_START.len() - NOTE_END.len()));
            text.push_str(NOTE_END);
            break;
        }
        text.push_str(NOTE_START);
        text.push_str(NOTE_TEXT);
        text.push_str(NOTE_END);
    }
    text.push_str(TAIL);
    text
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rsm:SPSCertificate xmlns:rsm="urn:un:unece:uncefact:data:standard:SPSCertificate:17"
    xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21"
    xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:21">
  <rsm:SPSExchangedDocument>
    <ram:Name languageID="en">Phytosanitary certificate</ram:Name>
    <ram:ID>TEST-2026-0001</ram:ID>
    <ram:TypeCode>851</ram:TypeCode>
    <ram:StatusCode>70</ram:StatusCode>
    <ram:IssueDateTime><udt:DateTime>2026-11-21T10:11:12+01:00</udt:DateTime></ram:IssueDateTime>
    <ram:IssuerSPSParty><ram:Name>Plantehelse &amp; Frø</ram:Name></ram:IssuerSPSParty>
    <ram:IncludedSPSNote><ram:Subject>ADRD</ram:Subject><ram:Content>none</ram:Content></ram:IncludedSPSNote>
    <ram:SignatorySPSAuthentication>
      <ram:ActualDateTime><udt:DateTime>2026-11-21T10:11:12+01:00</udt:DateTime></ram:ActualDateTime>
      <ram:IssueSPSLocation><ram:Name>Ås</ram:Name></ram:IssueSPSLocation>
      <ram:ProviderSPSParty>
        <ram:Name>Plantehelse</ram:Name>
        <ram:SpecifiedSPSPerson><ram:Name>Kari Nordmann</ram:Name></ram:SpecifiedSPSPerson>
      </ram:ProviderSPSParty>
      <ram:IncludedSPSClause><ram:ID>1</ram:ID><ram:Content>examined</ram:Content></ram:IncludedSPSClause>
    </ram:SignatorySPSAuthentication>
  </rsm:SPSExchangedDocument>
  <rsm:SPSConsignment>
    <ram:ConsignorSPSParty><ram:Name>Gård AS</ram:Name></ram:ConsignorSPSParty>
    <ram:ConsigneeSPSParty><ram:Name>Tea &lt;Gardens&gt; Ltd</ram:Name></ram:ConsigneeSPSParty>
    <ram:ExportSPSCountry><ram:ID>NO</ram:ID></ram:ExportSPSCountry>
    <ram:ImportSPSCountry><ram:ID>LK</ram:ID></ram:ImportSPSCountry>
    <ram:MainCarriageSPSTransportMovement><ram:ModeCode>1</ram:ModeCode></ram:MainCarriageSPSTransportMovement>
    <ram:IncludedSPSConsignmentItem>
      <ram:IncludedSPSTradeLineItem>
        <ram:SequenceNumeric>1</ram:SequenceNumeric>
        <ram:Description>Seed potatoes</ram:Description>
        <ram:ScientificName>Solanum tuberosum</ram:ScientificName>
        <ram:NetWeightMeasure unitCode="KGM">1000</ram:NetWeightMeasure>
        <ram:OriginSPSCountry><ram:ID>NO</ram:ID></ram:OriginSPSCountry>
"#;

const NOTE_START: &str =
    "        <ram:AdditionalInformationSPSNote><ram:Subject>ADTLIL</ram:Subject><ram:Content>";
const NOTE_TEXT: &str = "The consignment was found free from \u{ab}quarantine\u{bb} pests: \
    \u{3b1}, \u{448}, \u{82f9}\u{679c}; temperature &lt; 4 \u{b0}C &amp; humidity &gt; 80 %.";
const NOTE_END: &str = "</ram:Content></ram:AdditionalInformationSPSNote>\n";

const TAIL: &str = r"      </ram:IncludedSPSTradeLineItem>
    </ram:IncludedSPSConsignmentItem>
  </rsm:SPSConsignment>
</rsm:SPSCertificate>
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_the_size_asked_for() {
        for bytes in [4 << 10, 16 << 10, 65_537, 1 << 20] {
            assert_eq!(certificate_xml(bytes).len(), bytes);
        }
        assert_eq!(certificate_xml(0).len(), CERTIFICATE_XML_BYTES_MIN);
        const { assert!(CERTIFICATE_XML_BYTES_MIN < 4 << 10) };
    }
}
