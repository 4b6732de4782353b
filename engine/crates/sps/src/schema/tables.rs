//! The rows of each type, in the order of the schema.

use super::{Child, Kind, Occurs, Space};
use crate::name::Name;

/// `child!(Name, Kind, Occurs)` in the aggregates, or with a namespace as the fourth word.
macro_rules! child {
    ($name:ident, $kind:ident, $occurs:ident) => {
        child!($name, $kind, $occurs, Aggregate)
    };
    ($name:ident, $kind:ident, $occurs:ident, $space:ident) => {
        Child {
            name: Name::$name,
            local: stringify!($name),
            space: Space::$space,
            occurs: Occurs::$occurs,
            kind: Kind::$kind,
        }
    };
}

pub(super) const CERTIFICATE: &[Child] = &[
    child!(SPSExchangedDocument, ExchangedDocument, One, Root),
    child!(SPSConsignment, Consignment, One, Root),
];

pub(super) const ACKNOWLEDGEMENT: &[Child] =
    &[child!(SPSAcknowledgementDocument, AcknowledgementDocument, One, Root)];

pub(super) const ACKNOWLEDGEMENT_DOCUMENT: &[Child] = &[
    child!(IssueDateTime, DateTime, One),
    child!(StatusCode, Code, One),
    child!(ReasonInformation, Text, Any),
    child!(ReferenceSPSReferencedDocument, ReferencedDocument, Many),
];

pub(super) const EXCHANGED_DOCUMENT: &[Child] = &[
    child!(Name, Text, Many),
    child!(ID, Id, One),
    child!(Description, Text, Any),
    child!(TypeCode, Code, One),
    child!(StatusCode, Code, One),
    child!(IssueDateTime, DateTime, One),
    child!(IssuerSPSParty, Party, Optional),
    child!(IncludedSPSNote, Note, Any),
    child!(ReferenceSPSReferencedDocument, ReferencedDocument, Any),
    child!(SignatorySPSAuthentication, Authentication, Many),
];

pub(super) const CONSIGNMENT: &[Child] = &[
    child!(ID, Id, Optional),
    child!(AvailabilityDueDateTime, DateTime, Optional),
    child!(ExportExitDateTime, DateTime, Optional),
    child!(ShipStoresIndicator, Indicator, Optional),
    child!(ConsignorSPSParty, Party, One),
    child!(ConsigneeSPSParty, Party, One),
    child!(ExportSPSCountry, Country, One),
    child!(ReExportSPSCountry, Country, Any),
    child!(StorageSPSEvent, Event, Any),
    child!(LoadingBaseportSPSLocation, Location, Optional),
    child!(ImportSPSCountry, Country, One),
    child!(ConsigneeReceiptSPSLocation, Location, Optional),
    child!(TransitSPSCountry, Country, Any),
    child!(TransitSPSLocation, Location, Any),
    child!(UnloadingBaseportSPSLocation, Location, Optional),
    child!(ExaminationSPSEvent, Event, One),
    child!(CarrierSPSParty, Party, Optional),
    child!(DespatchSPSParty, Party, Optional),
    child!(DeliverySPSParty, Party, Optional),
    child!(CustomsTransitAgentSPSParty, Party, Optional),
    child!(MainCarriageSPSTransportMovement, TransportMovement, Any),
    child!(UtilizedSPSTransportEquipment, TransportEquipment, Any),
    child!(IncludedSPSConsignmentItem, ConsignmentItem, Many),
];

pub(super) const CONSIGNMENT_ITEM: &[Child] = &[
    child!(NatureIdentificationSPSCargo, Cargo, Any),
    child!(IncludedSPSTradeLineItem, TradeLineItem, Many),
];

pub(super) const CARGO: &[Child] = &[child!(TypeCode, Code, One)];

pub(super) const TRADE_LINE_ITEM: &[Child] = &[
    child!(SequenceNumeric, Number, One),
    child!(Description, Text, Many),
    child!(CommonName, Text, Any),
    child!(ScientificName, Text, Any),
    child!(ProductionBatchID, Id, Any),
    child!(IntendedUse, Text, Any),
    child!(ExpiryDateTime, DateTime, Any),
    child!(NetWeightMeasure, Measure, Optional),
    child!(GrossWeightMeasure, Measure, Optional),
    child!(NetVolumeMeasure, Measure, Optional),
    child!(GrossVolumeMeasure, Measure, Optional),
    child!(AdditionalInformationSPSNote, Note, Any),
    child!(ApplicableSPSClassification, Classification, Any),
    child!(PhysicalSPSPackage, Package, Any),
    child!(AssociatedSPSTransportEquipment, TransportEquipment, Any),
    child!(OriginSPSCountry, Country, Any),
    child!(OriginSPSLocation, Location, Any),
    child!(AppliedSPSProcess, Process, Any),
    child!(AssertedSPSAuthentication, Authentication, Any),
    child!(ReferenceSPSReferencedDocument, ReferencedDocument, Any),
];

pub(super) const NOTE: &[Child] = &[
    child!(Subject, Text, Optional),
    child!(ContentCode, Code, Any),
    child!(Content, Text, Many),
    child!(SubjectCode, Code, Optional),
];

pub(super) const REFERENCED_DOCUMENT: &[Child] = &[
    child!(IssueDateTime, DateTime, Optional),
    child!(TypeCode, Code, Optional),
    child!(RelationshipTypeCode, Code, One),
    child!(ID, Id, One),
    child!(AttachmentBinaryObject, Binary, Any),
    child!(Information, Text, Optional),
];

pub(super) const AUTHENTICATION: &[Child] = &[
    child!(TypeCode, Code, Optional),
    child!(ActualDateTime, DateTime, One),
    child!(IssueSPSLocation, Location, Optional),
    child!(ProviderSPSParty, Party, One),
    child!(LocationProviderSPSParty, Party, Optional),
    child!(IncludedSPSClause, Clause, Many),
];

pub(super) const CLAUSE: &[Child] = &[child!(ID, Id, Optional), child!(Content, Text, Many)];

pub(super) const PARTY: &[Child] = &[
    child!(ID, Id, Optional),
    child!(Name, Text, One),
    child!(RoleCode, Code, Optional),
    child!(TypeCode, Code, Any),
    child!(SpecifiedSPSAddress, Address, Optional),
    child!(DefinedSPSContact, Contact, Any),
    child!(SpecifiedSPSPerson, Person, Optional),
];

pub(super) const CONTACT: &[Child] = &[child!(PersonName, Text, One)];

pub(super) const PERSON: &[Child] =
    &[child!(Name, Text, One), child!(AttainedSPSQualification, Qualification, Any)];

pub(super) const QUALIFICATION: &[Child] =
    &[child!(Name, Text, Many), child!(AbbreviatedName, Text, Optional)];

pub(super) const ADDRESS: &[Child] = &[
    child!(PostcodeCode, Code, Optional),
    child!(LineOne, Text, Optional),
    child!(LineTwo, Text, Optional),
    child!(LineThree, Text, Optional),
    child!(LineFour, Text, Optional),
    child!(LineFive, Text, Optional),
    child!(CityName, Text, Optional),
    child!(CountryID, Id, Optional),
    child!(TypeCode, Code, Optional),
    child!(CountryName, Text, Optional),
    child!(CountrySubDivisionID, Id, Optional),
    child!(CountrySubDivisionName, Text, Optional),
    child!(CityID, Id, Optional),
];

pub(super) const LOCATION: &[Child] = &[child!(ID, Id, Optional), child!(Name, Text, Many)];

pub(super) const EVENT: &[Child] = &[child!(OccurrenceSPSLocation, Location, One)];

pub(super) const COUNTRY: &[Child] = &[
    child!(ID, Id, One),
    child!(Name, Text, Many),
    child!(SubordinateSPSCountrySubDivision, CountrySubDivision, Any),
];

pub(super) const COUNTRY_SUB_DIVISION: &[Child] = &[
    child!(ID, Id, Optional),
    child!(Name, Text, Many),
    child!(HierarchicalLevelCode, Code, One),
    child!(FunctionTypeCode, Code, Optional),
    child!(SuperordinateSPSCountrySubDivision, CountrySubDivision, Any),
    child!(SubordinateSPSCountrySubDivision, CountrySubDivision, Any),
    child!(ActivityAuthorizedSPSParty, Party, Any),
];

pub(super) const TRANSPORT_MOVEMENT: &[Child] = &[
    child!(ID, Id, Optional),
    child!(ModeCode, Code, One),
    child!(UsedSPSTransportMeans, TransportMeans, Optional),
];

pub(super) const TRANSPORT_MEANS: &[Child] = &[child!(Name, Text, One)];

pub(super) const TRANSPORT_EQUIPMENT: &[Child] = &[
    child!(ID, Id, One),
    child!(AffixedSPSSeal, Seal, Any),
    child!(SettingSPSTemperature, Temperature, Any),
];

pub(super) const SEAL: &[Child] = &[
    child!(ID, Id, One),
    child!(MaximumID, Id, Optional),
    child!(IssuingSPSParty, Party, Optional),
];

pub(super) const TEMPERATURE: &[Child] = &[
    child!(ValueMeasure, Measure, Optional),
    child!(MinimumValueMeasure, Measure, Optional),
    child!(MaximumValueMeasure, Measure, Optional),
    child!(TypeCode, Code, Optional),
];

pub(super) const CLASSIFICATION: &[Child] = &[
    child!(SystemID, Id, Optional),
    child!(SystemName, Text, Many),
    child!(ClassCode, Code, Optional),
    child!(ClassName, Text, Many),
];

pub(super) const PACKAGE: &[Child] = &[
    child!(LevelCode, Code, One),
    child!(TypeCode, Code, One),
    child!(ItemQuantity, Quantity, One),
    child!(NominalGrossWeightMeasure, Measure, Optional),
    child!(NominalGrossVolumeMeasure, Measure, Optional),
    child!(PhysicalSPSShippingMarks, ShippingMarks, Any),
];

pub(super) const SHIPPING_MARKS: &[Child] = &[child!(Marking, Text, One)];

pub(super) const PROCESS: &[Child] = &[
    child!(TypeCode, Code, One),
    child!(CompletionSPSPeriod, Period, Optional),
    child!(ApplicableSPSProcessCharacteristic, ProcessCharacteristic, Any),
    child!(OperationSPSCountry, Country, Optional),
    child!(OperatorSPSParty, Party, Optional),
];

pub(super) const PERIOD: &[Child] = &[
    child!(StartDateTime, DateTime, One),
    child!(EndDateTime, DateTime, Optional),
    child!(DurationMeasure, Measure, Optional),
];

pub(super) const PROCESS_CHARACTERISTIC: &[Child] = &[
    child!(TypeCode, Code, Optional),
    child!(Description, Text, Many),
    child!(ValueMeasure, Measure, Optional),
    child!(MinimumValueMeasure, Measure, Optional),
    child!(MaximumValueMeasure, Measure, Optional),
];

pub(super) const DATE_TIME: &[Child] =
    &[child!(DateTimeString, Text, Optional, Data), child!(DateTime, Text, Optional, Data)];

pub(super) const INDICATOR: &[Child] =
    &[child!(IndicatorString, Text, Optional, Data), child!(Indicator, Text, Optional, Data)];
