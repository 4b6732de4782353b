//! The page, in the layout of the generic model.

use phytohub_official_certificate::{Cell, Column, Field, Section, Show};
use phytohub_sps::Name as N;

const fn field(item: &'static str, label: &'static str, show: Show) -> Field {
    Field { item, label, show }
}

const fn column(label: &'static str, cells: &'static [Cell]) -> Column {
    Column { label, cells }
}

pub(crate) static HEAD: Section = Section {
    title: "Certificate",
    fields: &[
        field(
            "1",
            "Consignor / exporter",
            Show::Parties(&[N::SPSConsignment, N::ConsignorSPSParty]),
        ),
        field("2", "Certificate number", Show::Texts(&[N::SPSExchangedDocument, N::ID])),
        field(
            "3",
            "Competent authority",
            Show::Parties(&[N::SPSExchangedDocument, N::IssuerSPSParty]),
        ),
        field(
            "4",
            "Certifying body",
            Show::Texts(&[
                N::SPSExchangedDocument,
                N::SignatorySPSAuthentication,
                N::ProviderSPSParty,
                N::Name,
            ]),
        ),
        field(
            "5",
            "Consignee / importer",
            Show::Parties(&[N::SPSConsignment, N::ConsigneeSPSParty]),
        ),
        field("6", "Country of origin", Show::Countries(ORIGIN)),
        field("", "Issuing country", Show::Countries(&[N::SPSConsignment, N::ExportSPSCountry])),
        field(
            "7",
            "Country of destination",
            Show::Countries(&[N::SPSConsignment, N::ImportSPSCountry]),
        ),
    ],
};

pub(crate) static ROUTE: Section = Section {
    title: "Consignment",
    fields: &[
        field(
            "8",
            "Place of loading",
            Show::Places(&[N::SPSConsignment, N::LoadingBaseportSPSLocation]),
        ),
        field("9", "Means of transport", Show::Transports),
        field("", "Departure", Show::Dates(&[N::SPSConsignment, N::ExportExitDateTime])),
        field(
            "10",
            "Declared point of entry",
            Show::Places(&[N::SPSConsignment, N::UnloadingBaseportSPSLocation]),
        ),
        field("11", "Conditions for transport and storage", Show::Temperatures),
        field("11", "Conditions for transport and storage", Show::Notes(&["STORAGE_CONDITIONS"])),
        field(
            "12",
            "Total quantity",
            Show::Notes(&["TOTAL_QUANTITY", "TOTAL_NET_WEIGHT_KG", "TOTAL_GROSS_WEIGHT_KG"]),
        ),
        field("13", "Containers and seals", Show::Containers),
        field("14", "Total number of packages", Show::Notes(&["TOTAL_PACKAGES"])),
    ],
};

pub(crate) static PRODUCTS: Section = Section {
    title: "Identification of food products",
    fields: &[field(
        "15",
        "Products",
        Show::Lines(&[
            column("Product, HS code", &[Cell::Texts(&[N::Description]), Cell::Classes]),
            column(
                "Nature, species",
                &[
                    Cell::Texts(&[N::CommonName]),
                    Cell::Texts(&[N::ScientificName]),
                    Cell::Notes(&["NATURE"]),
                ],
            ),
            column("Purpose", &[Cell::Texts(&[N::IntendedUse])]),
            column("Producer, approval number", &[Cell::Establishments]),
            column("Region", &[Cell::Zones(&[N::OriginSPSCountry])]),
            column(
                "Lot, dates",
                &[
                    Cell::Texts(&[N::ProductionBatchID]),
                    Cell::Dates(&[N::ExpiryDateTime]),
                    Cell::Notes(&["PRODUCTION_DATE"]),
                ],
            ),
            column("Packages", &[Cell::Packages]),
            column(
                "Net weight",
                &[Cell::Measures(&[N::NetWeightMeasure]), Cell::Measures(&[N::NetVolumeMeasure])],
            ),
            column("Other", &[Cell::OtherNotes]),
        ]),
    )],
};

pub(crate) static ATTESTATIONS: Section = Section {
    title: "Attestations",
    fields: &[
        field("16", "The certifying officer certifies", Show::Clauses),
        field(
            "17",
            "Certifying officer",
            Show::Parties(&[
                N::SPSExchangedDocument,
                N::SignatorySPSAuthentication,
                N::ProviderSPSParty,
            ]),
        ),
        field(
            "17",
            "Date",
            Show::Dates(&[
                N::SPSExchangedDocument,
                N::SignatorySPSAuthentication,
                N::ActualDateTime,
            ]),
        ),
        field(
            "17",
            "Place",
            Show::Places(&[
                N::SPSExchangedDocument,
                N::SignatorySPSAuthentication,
                N::IssueSPSLocation,
            ]),
        ),
    ],
};

pub(crate) static OTHER: Section = Section {
    title: "Other information",
    fields: &[
        field("", "Notes", Show::OtherNotes),
        field("", "Documents referred to", Show::References(&[])),
    ],
};

const ORIGIN: &[N] = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::OriginSPSCountry,
];
