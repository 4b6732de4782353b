//! The types of the schema as a table: which children, how often, in which order.
//!
//! Source: UN/CEFACT release 17A, SPSCertificate 17 with the aggregates 21; the other releases differ
//! in their namespaces only, as far as the field uses them.

use crate::name::Name;

mod tables;

use tables::*;

/// The type of an element's content.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Kind {
    Certificate,
    Acknowledgement,
    AcknowledgementDocument,
    ExchangedDocument,
    Consignment,
    ConsignmentItem,
    Cargo,
    TradeLineItem,
    Note,
    ReferencedDocument,
    Authentication,
    Clause,
    Party,
    Contact,
    Person,
    Qualification,
    Address,
    Location,
    Event,
    Country,
    CountrySubDivision,
    TransportMovement,
    TransportMeans,
    TransportEquipment,
    Seal,
    Temperature,
    Classification,
    Package,
    ShippingMarks,
    Process,
    Period,
    ProcessCharacteristic,
    DateTime,
    Indicator,
    Text,
    Id,
    Code,
    Number,
    Measure,
    Quantity,
    Binary,
}

impl Kind {
    /// All kinds in the order of their declaration: `kind as usize` is a place in it.
    #[rustfmt::skip]
    pub(crate) const ALL: &[Self] = &[
        Self::Certificate, Self::Acknowledgement, Self::AcknowledgementDocument,
        Self::ExchangedDocument, Self::Consignment, Self::ConsignmentItem, Self::Cargo,
        Self::TradeLineItem, Self::Note, Self::ReferencedDocument, Self::Authentication,
        Self::Clause, Self::Party, Self::Contact, Self::Person, Self::Qualification,
        Self::Address, Self::Location, Self::Event, Self::Country, Self::CountrySubDivision,
        Self::TransportMovement, Self::TransportMeans, Self::TransportEquipment, Self::Seal,
        Self::Temperature, Self::Classification, Self::Package, Self::ShippingMarks,
        Self::Process, Self::Period, Self::ProcessCharacteristic, Self::DateTime, Self::Indicator,
        Self::Text, Self::Id, Self::Code, Self::Number, Self::Measure, Self::Quantity,
        Self::Binary,
    ];

    /// The children in the order of the schema; none for an element that holds text.
    pub(crate) const fn children(self) -> &'static [Child] {
        match self {
            Self::Certificate => CERTIFICATE,
            Self::Acknowledgement => ACKNOWLEDGEMENT,
            Self::AcknowledgementDocument => ACKNOWLEDGEMENT_DOCUMENT,
            Self::ExchangedDocument => EXCHANGED_DOCUMENT,
            Self::Consignment => CONSIGNMENT,
            Self::ConsignmentItem => CONSIGNMENT_ITEM,
            Self::Cargo => CARGO,
            Self::TradeLineItem => TRADE_LINE_ITEM,
            Self::Note => NOTE,
            Self::ReferencedDocument => REFERENCED_DOCUMENT,
            Self::Authentication => AUTHENTICATION,
            Self::Clause => CLAUSE,
            Self::Party => PARTY,
            Self::Contact => CONTACT,
            Self::Person => PERSON,
            Self::Qualification => QUALIFICATION,
            Self::Address => ADDRESS,
            Self::Location => LOCATION,
            Self::Event => EVENT,
            Self::Country => COUNTRY,
            Self::CountrySubDivision => COUNTRY_SUB_DIVISION,
            Self::TransportMovement => TRANSPORT_MOVEMENT,
            Self::TransportMeans => TRANSPORT_MEANS,
            Self::TransportEquipment => TRANSPORT_EQUIPMENT,
            Self::Seal => SEAL,
            Self::Temperature => TEMPERATURE,
            Self::Classification => CLASSIFICATION,
            Self::Package => PACKAGE,
            Self::ShippingMarks => SHIPPING_MARKS,
            Self::Process => PROCESS,
            Self::Period => PERIOD,
            Self::ProcessCharacteristic => PROCESS_CHARACTERISTIC,
            Self::DateTime => DATE_TIME,
            Self::Indicator => INDICATOR,
            Self::Text
            | Self::Id
            | Self::Code
            | Self::Number
            | Self::Measure
            | Self::Quantity
            | Self::Binary => &[],
        }
    }

    /// Whether the content is text, or a date or an indicator, which may be text by mistake.
    pub(crate) const fn may_hold_text(self) -> bool {
        self.children().is_empty() || matches!(self, Self::DateTime | Self::Indicator)
    }

    /// Bits of the children that the schema requires.
    pub(crate) fn required(self) -> u32 {
        let required = |child: &Child| child.occurs.is_required();
        let children = self.children().iter().enumerate();
        children.filter(|(_, child)| required(child)).fold(0, |bits, (at, _)| bits | 1 << at)
    }
}

/// The namespace of a child, whatever its version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Space {
    /// That of the document's root.
    Root,
    /// The reusable aggregates.
    Aggregate,
    /// The unqualified data types.
    Data,
}

/// How often a child may stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the four cardinalities of the standard")]
pub enum Occurs {
    /// Exactly once.
    One,
    /// Once or not at all.
    Optional,
    /// Once or more.
    Many,
    /// As often as wished.
    Any,
}

impl Occurs {
    pub(crate) const fn repeats(self) -> bool {
        matches!(self, Self::Many | Self::Any)
    }

    pub(crate) const fn is_required(self) -> bool {
        matches!(self, Self::One | Self::Many)
    }
}

/// A row of a type.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) name: Name,
    /// The name as it is written, beside it so that a comparison touches one line of memory.
    pub(crate) local: &'static str,
    pub(crate) space: Space,
    pub(crate) occurs: Occurs,
    pub(crate) kind: Kind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_listed_in_their_order_and_have_room_in_a_word() {
        for (place, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, place);
            assert!(kind.children().len() <= 32, "{kind:?}");
        }
        assert_eq!(Kind::ALL.len(), Kind::Binary as usize + 1);
    }
}
