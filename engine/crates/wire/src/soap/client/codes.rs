//! Code lists as another hub tells them.

use phytohub_schemas::code_list::{
    AdditionalDeclaration, MeanOfTransport, NamedRow, PackageType, Pesticide, Rows, Statement,
    TreatmentType, UnitMeasure, UnitType,
};

use super::super::{CodeListOperation, Operation};
use super::reply::{ReplyError, missing};
use super::tree::Tree;
use crate::xml::Space;

/// A code list as it was told: nothing is left out and nothing made better.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a reply of the WSDL is its rows")]
pub struct ClientCodeList {
    /// Which list it is.
    pub operation: CodeListOperation,
    /// Its rows, in the order in which they stand.
    pub rows: Vec<ClientRow>,
}

/// A row of a code list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a row of the WSDL is its fields")]
pub struct ClientRow {
    /// Local names and texts of its fields, in the order in which they stand.
    pub fields: Vec<(String, String)>,
}

/// The response of a code-list operation; nothing if it is another's.
pub(super) fn read(response: &Tree) -> Option<ClientCodeList> {
    let name = response.local.strip_suffix("Response")?;
    let operation = CodeListOperation::of(Operation::from_local_name(name.as_bytes())?)?;
    let rows = response.children_named(Space::Eph, operation.row_name());
    Some(ClientCodeList { operation, rows: rows.map(row).collect() })
}

/// Fields have no namespace; a hub that puts them in that of the rows is read all the same.
fn row(tree: &Tree) -> ClientRow {
    let ours = tree.children.iter().filter(|field| matches!(field.space, Space::None | Space::Eph));
    let fields = ours.map(|field| (field.local.clone(), field.text.clone()));
    ClientRow { fields: fields.collect() }
}

impl ClientRow {
    /// The text of a field; nothing if it is absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
    }

    /// Without the blanks around it; empty if it is absent.
    fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().trim().to_owned()
    }

    fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    fn code(&self, name: &'static str) -> Result<String, ReplyError> {
        self.optional(name).ok_or_else(|| missing(name))
    }

    fn number(&self, name: &'static str) -> Result<i32, ReplyError> {
        self.text(name).parse().map_err(|_| missing(name))
    }

    /// Languages are compared without regard to case, and kept in lower case.
    fn lang(&self) -> String {
        self.text("lang").to_lowercase()
    }

    /// As an `xs:boolean` is written.
    fn active(&self) -> Result<bool, ReplyError> {
        match self.text("active").as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(missing("active")),
        }
    }
}

impl ClientCodeList {
    /// The rows as a list of ours has them: texts without the blanks around them, languages in
    /// lower case, empty fields empty. What holds for every list is not checked here: that is for
    /// [`phytohub_schemas::code_list::CodeList::new`].
    ///
    /// # Errors
    /// When a row lacks its code, or a field that must be a number, a truth value or a word of the
    /// WSDL is none.
    pub fn to_rows(&self) -> Result<Rows, ReplyError> {
        type List = CodeListOperation;
        Ok(match self.operation {
            List::AdditionalDeclarations => Rows::AdditionalDeclaration(self.each(declaration)?),
            List::TreatmentTypes => Rows::TreatmentType(self.each(treatment_type)?),
            List::IntendedUses => Rows::IntendedUse(self.each(named)?),
            List::Pesticides => Rows::Pesticide(self.each(pesticide)?),
            List::ProductDescriptions => Rows::ProductDescription(self.each(named)?),
            List::UnitMeasures => Rows::UnitMeasure(self.each(unit_measure)?),
            List::MeanOfTransports => Rows::MeanOfTransport(self.each(mean_of_transport)?),
            List::Statements => Rows::Statement(self.each(statement)?),
            List::Conditions => Rows::Condition(self.each(named)?),
            List::PackageTypes => Rows::PackageType(self.each(package_type)?),
        })
    }

    fn each<T>(
        &self,
        row: impl Fn(&ClientRow) -> Result<T, ReplyError>,
    ) -> Result<Vec<T>, ReplyError> {
        self.rows.iter().map(row).collect()
    }
}

/// A row: the fields named, then those that all rows have.
macro_rules! row {
    ($type:ident, $row:ident, { $($field:ident: $value:expr,)* }) => {
        Ok($type {
            $($field: $value,)*
            active: $row.active()?,
            last_modified: $row.optional("lastModified"),
            last_modified_by: $row.optional("lastModifiedBy"),
        })
    };
}

fn declaration(row: &ClientRow) -> Result<AdditionalDeclaration, ReplyError> {
    row!(AdditionalDeclaration, row, {
        code: row.code("code")?,
        additional_code: row.text("additionalCode"),
        text: row.text("text"),
        optional_text: row.text("optionalText"),
        lang: row.lang(),
        unofficial: false,
    })
}

fn named(row: &ClientRow) -> Result<NamedRow, ReplyError> {
    row!(NamedRow, row, {
        code: row.code("code")?,
        name: row.text("name"),
        lang: row.lang(),
        unofficial: false,
    })
}

fn mean_of_transport(row: &ClientRow) -> Result<MeanOfTransport, ReplyError> {
    row!(MeanOfTransport, row, {
        code: row.number("modeCode")?.to_string(),
        used_transport_mean: row.text("usedTransportMean"),
        lang: row.lang(),
    })
}

fn package_type(row: &ClientRow) -> Result<PackageType, ReplyError> {
    row!(PackageType, row, {
        code: row.code("code")?,
        description: row.text("description"),
        lang: row.lang(),
    })
}

fn pesticide(row: &ClientRow) -> Result<Pesticide, ReplyError> {
    row!(Pesticide, row, {
        code: row.code("code")?,
        description: row.text("description"),
    })
}

fn statement(row: &ClientRow) -> Result<Statement, ReplyError> {
    row!(Statement, row, {
        code: row.code("code")?,
        doc_type_only: row.number("docTypeOnly")?,
        text: row.text("text"),
        lang: row.lang(),
        unofficial: false,
    })
}

fn treatment_type(row: &ClientRow) -> Result<TreatmentType, ReplyError> {
    row!(TreatmentType, row, {
        code: row.code("code")?,
        description: row.text("description"),
        lang: row.lang(),
        level: row.number("level")?,
        parent_code: row.optional("parentCode"),
        unofficial: false,
    })
}

fn unit_measure(row: &ClientRow) -> Result<UnitMeasure, ReplyError> {
    let kind = row.text("type");
    row!(UnitMeasure, row, {
        code: row.code("code")?,
        name: row.text("name"),
        symbol: row.text("symbol"),
        r#type: UNIT_TYPES.into_iter().find(|unit| unit.as_str() == kind).ok_or(missing("type"))?,
    })
}

const UNIT_TYPES: [UnitType; 7] = [
    UnitType::Weight,
    UnitType::Volume,
    UnitType::Duration,
    UnitType::Temperature,
    UnitType::Concentration,
    UnitType::Area,
    UnitType::Distance,
];
