//! The ten operations that read a code list.

use phytohub_schemas::CodeListName;
use phytohub_schemas::code_list::Rows;

use super::Operation;

macro_rules! code_lists {
    ($(
        $(#[$doc:meta])* $variant:ident $operation:ident $row:literal $name:ident $rows:ident;
    )+) => {
        /// An operation that reads a code list.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[expect(clippy::exhaustive_enums, reason = "the WSDL closes the list of operations")]
        pub enum CodeListOperation {
            $($(#[$doc])* $variant,)+
        }

        impl CodeListOperation {
            /// All of them.
            pub const ALL: [Self; 10] = [$(Self::$variant,)+];

            /// The code-list operation that an operation is, if it is one.
            #[must_use]
            pub const fn of(operation: Operation) -> Option<Self> {
                match operation {
                    $(Operation::$operation => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The operation that these rows are for; nothing for rows that no operation serves.
            #[must_use]
            pub const fn of_rows(rows: &Rows) -> Option<Self> {
                match rows {
                    $(Rows::$rows(_) => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Which of the 27 it is.
            #[must_use]
            pub const fn operation(self) -> Operation {
                match self {
                    $(Self::$variant => Operation::$operation,)+
                }
            }

            /// The local name of a row's element.
            #[must_use]
            pub const fn row_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $row,)+
                }
            }

            /// The list that it serves.
            #[must_use]
            pub const fn list(self) -> CodeListName {
                match self {
                    $(Self::$variant => CodeListName::$name,)+
                }
            }
        }
    };
}

code_lists! {
    /// `GetAdditionalDeclarations`.
    AdditionalDeclarations GetAdditionalDeclarations "AdditionalDeclaration"
        AdditionalDeclarations AdditionalDeclaration;
    /// `GetTreatmentTypes`.
    TreatmentTypes GetTreatmentTypes "TreatmentType" TreatmentTypes TreatmentType;
    /// `GetIntendedUses`.
    IntendedUses GetIntendedUses "IntendedUse" IntendedUses IntendedUse;
    /// `GetPesticides`.
    Pesticides GetPesticides "Pesticide" Pesticides Pesticide;
    /// `GetProductDescriptions`.
    ProductDescriptions GetProductDescriptions "ProductDescription"
        ProductDescriptions ProductDescription;
    /// `GetUnitMeasures`.
    UnitMeasures GetUnitMeasures "UnitMeasure" UnitMeasures UnitMeasure;
    /// `GetMeanOfTransports`.
    MeanOfTransports GetMeanOfTransports "MeanOfTransport" TransportModes MeanOfTransport;
    /// `GetStatements`.
    Statements GetStatements "Statement" Statements Statement;
    /// `GetConditions`.
    Conditions GetConditions "Condition" Conditions Condition;
    /// `GetPackageTypes`.
    PackageTypes GetPackageTypes "PackageType" PackageTypes PackageType;
}
