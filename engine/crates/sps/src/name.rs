//! The local names that the schema knows.

/// Declares the names once: as variants and as what is written.
macro_rules! names {
    ($($name:ident)*) => {
        /// A local name of an element.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[expect(missing_docs, reason = "each is the element of that name")]
        #[non_exhaustive]
        pub enum Name {
            $($name,)*
        }

        impl Name {
            /// The name as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

names! {
    AbbreviatedName ActivityAuthorizedSPSParty ActualDateTime AdditionalInformationSPSNote
    AffixedSPSSeal ApplicableSPSClassification ApplicableSPSProcessCharacteristic
    AppliedSPSProcess AssertedSPSAuthentication AssociatedSPSTransportEquipment
    AttachmentBinaryObject AttainedSPSQualification AvailabilityDueDateTime CarrierSPSParty
    CityID CityName ClassCode ClassName CommonName CompletionSPSPeriod
    ConsigneeReceiptSPSLocation ConsigneeSPSParty ConsignorSPSParty Content ContentCode CountryID
    CountryName CountrySubDivisionID CountrySubDivisionName CustomsTransitAgentSPSParty DateTime
    DateTimeString DefinedSPSContact DeliverySPSParty Description DespatchSPSParty
    DurationMeasure EndDateTime ExaminationSPSEvent ExpiryDateTime ExportExitDateTime
    ExportSPSCountry FunctionTypeCode GrossVolumeMeasure GrossWeightMeasure HierarchicalLevelCode
    ID ImportSPSCountry IncludedSPSClause IncludedSPSConsignmentItem IncludedSPSNote
    IncludedSPSTradeLineItem Indicator IndicatorString Information IntendedUse IssueDateTime
    IssueSPSLocation IssuerSPSParty IssuingSPSParty ItemQuantity LevelCode LineFive LineFour
    LineOne LineThree LineTwo LoadingBaseportSPSLocation LocationProviderSPSParty
    MainCarriageSPSTransportMovement Marking MaximumID MaximumValueMeasure MinimumValueMeasure
    ModeCode Name NatureIdentificationSPSCargo NetVolumeMeasure NetWeightMeasure
    NominalGrossVolumeMeasure NominalGrossWeightMeasure OccurrenceSPSLocation OperationSPSCountry
    OperatorSPSParty OriginSPSCountry OriginSPSLocation PersonName PhysicalSPSPackage
    PhysicalSPSShippingMarks PostcodeCode ProductionBatchID ProviderSPSParty ReExportSPSCountry
    ReasonInformation ReferenceSPSReferencedDocument RelationshipTypeCode RoleCode
    SPSAcknowledgement SPSAcknowledgementDocument SPSCertificate SPSConsignment
    SPSExchangedDocument ScientificName SequenceNumeric SettingSPSTemperature ShipStoresIndicator
    SignatorySPSAuthentication SpecifiedSPSAddress SpecifiedSPSPerson StartDateTime StatusCode
    StorageSPSEvent Subject SubjectCode SubordinateSPSCountrySubDivision
    SuperordinateSPSCountrySubDivision SystemID SystemName TransitSPSCountry TransitSPSLocation
    TypeCode UnloadingBaseportSPSLocation UsedSPSTransportMeans UtilizedSPSTransportEquipment
    ValueMeasure
}
