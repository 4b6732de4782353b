//! The pages, in the layout of the models.

use phytohub_official_certificate::{Cell, Column, Field, Section, Show};
use phytohub_sps::Name as N;

const fn field(item: &'static str, label: &'static str, show: Show) -> Field {
    Field { item, label, show }
}

const fn column(label: &'static str, cells: &'static [Cell]) -> Column {
    Column { label, cells }
}

pub(crate) static CONSIGNMENT: Section = Section {
    title: "Part I: Details of the consignment",
    fields: &[
        field("", "Country", Show::Countries(&[N::SPSConsignment, N::ExportSPSCountry])),
        field("I.1", "Consignor", Show::Parties(&[N::SPSConsignment, N::ConsignorSPSParty])),
        field(
            "I.2",
            "Certificate reference number",
            Show::Texts(&[N::SPSExchangedDocument, N::ID]),
        ),
        field(
            "I.3",
            "Veterinary Authority",
            Show::Parties(&[N::SPSExchangedDocument, N::IssuerSPSParty]),
        ),
        field("I.4", "Consignee", Show::Parties(&[N::SPSConsignment, N::ConsigneeSPSParty])),
        field("I.5", "Country of origin", Show::Countries(ORIGIN)),
        field("I.6", "Zone or compartment of origin", Show::Zones(ORIGIN)),
        field(
            "I.7",
            "Country of destination",
            Show::Countries(&[N::SPSConsignment, N::ImportSPSCountry]),
        ),
        field(
            "I.8",
            "Zone or compartment of destination",
            Show::Zones(&[N::SPSConsignment, N::ImportSPSCountry]),
        ),
        field("I.9", "Place of origin", Show::Parties(&[N::SPSConsignment, N::DespatchSPSParty])),
        field("I.9", "Place of origin", Show::Places(ORIGIN_PLACE)),
        field(
            "I.10",
            "Place of shipment",
            Show::Places(&[N::SPSConsignment, N::LoadingBaseportSPSLocation]),
        ),
        field(
            "I.11",
            "Date of departure",
            Show::Dates(&[N::SPSConsignment, N::ExportExitDateTime]),
        ),
        field("I.12", "Means of transport", Show::Transports),
        field("", "Transit", Show::Countries(&[N::SPSConsignment, N::TransitSPSCountry])),
        field(
            "I.13",
            "Expected border post",
            Show::Places(&[N::SPSConsignment, N::UnloadingBaseportSPSLocation]),
        ),
        field("I.14", "CITES permit", Show::References(&["626"])),
    ],
};

pub(crate) static ANIMALS: Section = goods(
    "I.24 Identification of the animals",
    &[field(
        "I.15\u{2013}I.24",
        "Commodities",
        Show::Lines(&[
            column("Commodity, HS code", COMMODITY),
            column("Species, breed", &[Cell::Texts(&[N::ScientificName]), Cell::Notes(&["BREED"])]),
            column("Sex, age", &[Cell::Notes(&["SEX", "AGE", "BIRTH_DATE", "LIFE_STAGE"])]),
            column(
                "Identification",
                &[Cell::Notes(&["ID_SYSTEM", "ANIMAL_ID"]), Cell::Texts(&[N::ProductionBatchID])],
            ),
            column("Quantity", QUANTITY),
            column("Use", &[Cell::Texts(&[N::IntendedUse])]),
            column("Establishments and other", &[Cell::Establishments, Cell::OtherNotes]),
        ]),
    )],
);

pub(crate) static EGGS: Section = goods(
    "I.24 Identification of the hatching eggs",
    &[field(
        "I.15\u{2013}I.24",
        "Commodities",
        Show::Lines(&[
            column("Commodity, HS code", COMMODITY),
            column("Species, breed", &[Cell::Texts(&[N::ScientificName]), Cell::Notes(&["BREED"])]),
            column(
                "Lot, collected",
                &[Cell::Texts(&[N::ProductionBatchID]), Cell::Notes(&["COLLECTION_DATE"])],
            ),
            column("Quantity", QUANTITY),
            column("Use", &[Cell::Texts(&[N::IntendedUse])]),
            column("Establishments", &[Cell::Establishments]),
            column("Other", &[Cell::OtherNotes]),
        ]),
    )],
);

pub(crate) static GERMPLASM: Section = goods(
    "I.24 Identification of embryos, ova and semen",
    &[field(
        "I.15\u{2013}I.24",
        "Commodities",
        Show::Lines(&[
            column("Commodity, HS code", COMMODITY),
            column(
                "Donor",
                &[Cell::Texts(&[N::ScientificName]), Cell::Notes(&["DONOR_ID", "BREED"])],
            ),
            column("Collected", &[Cell::Notes(&["COLLECTION_DATE"])]),
            column("Marks", &[Cell::Texts(&[N::ProductionBatchID])]),
            column("Quantity", QUANTITY),
            column("Collection centre", &[Cell::Establishments]),
            column("Other", &[Cell::OtherNotes]),
        ]),
    )],
);

pub(crate) static PRODUCTS: Section = goods(
    "I.24 Identification of the products",
    &[field(
        "I.15\u{2013}I.24",
        "Commodities",
        Show::Lines(&[
            column("Commodity, HS code", COMMODITY),
            column("Species", &[Cell::Texts(&[N::ScientificName])]),
            column("Nature", &[Cell::Texts(&[N::CommonName]), Cell::Notes(&["NATURE"])]),
            column("Establishments", &[Cell::Establishments]),
            column(
                "Lot, dates",
                &[
                    Cell::Texts(&[N::ProductionBatchID]),
                    Cell::Dates(&[N::ExpiryDateTime]),
                    Cell::Notes(&["PRODUCTION_DATE"]),
                ],
            ),
            column("Quantity", QUANTITY),
            column("Use", &[Cell::Texts(&[N::IntendedUse]), Cell::OtherNotes]),
        ]),
    )],
);

pub(crate) static ATTESTATIONS: Section = Section {
    title: "Part II: Zoosanitary information",
    fields: &[
        field(
            "II.a",
            "Certificate reference number",
            Show::Texts(&[N::SPSExchangedDocument, N::ID]),
        ),
        field("II", "The undersigned official veterinarian certifies", Show::Clauses),
    ],
};

pub(crate) static SIGNATURE: Section = Section {
    title: "Official veterinarian",
    fields: &[
        field(
            "",
            "Name, address, position",
            Show::Parties(&[
                N::SPSExchangedDocument,
                N::SignatorySPSAuthentication,
                N::ProviderSPSParty,
            ]),
        ),
        field(
            "",
            "Place",
            Show::Places(&[
                N::SPSExchangedDocument,
                N::SignatorySPSAuthentication,
                N::IssueSPSLocation,
            ]),
        ),
        field(
            "",
            "Date",
            Show::Dates(&[
                N::SPSExchangedDocument,
                N::SignatorySPSAuthentication,
                N::ActualDateTime,
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

const fn goods(title: &'static str, fields: &'static [Field]) -> Section {
    Section { title, fields }
}

pub(crate) static TOTALS: Section = Section {
    title: "Commodities of the consignment",
    fields: &[
        field(
            "I.17",
            "Total quantity",
            Show::Notes(&["TOTAL_QUANTITY", "TOTAL_NET_WEIGHT_KG", "TOTAL_GROSS_WEIGHT_KG"]),
        ),
        field("I.18", "Temperature of the product", Show::Temperatures),
        field("I.19", "Total number of packages", Show::Notes(&["TOTAL_PACKAGES"])),
        field("I.20", "Containers and seals", Show::Containers),
        field("I.23", "For import or admission", Show::Notes(&["IMPORT_PURPOSE"])),
    ],
};

const COMMODITY: &[Cell] = &[Cell::Texts(&[N::Description]), Cell::Classes];
const QUANTITY: &[Cell] = &[
    Cell::Notes(&["NUMBER_OF_ANIMALS", "NUMBER_OF_EGGS", "NUMBER_OF_STRAWS"]),
    Cell::Measures(&[N::NetWeightMeasure]),
    Cell::Packages,
];
const ORIGIN: &[N] = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::OriginSPSCountry,
];
const ORIGIN_PLACE: &[N] = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::OriginSPSLocation,
];
