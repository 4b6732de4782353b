//! Replies that carry code lists: rows without a wrapper, whose fields have no namespace.

use phytohub_schemas::code_list::{
    AdditionalDeclaration, MeanOfTransport, NamedRow, PackageType, Pesticide, Rows, Statement,
    TreatmentType, UnitMeasure,
};

use super::super::CodeListOperation;
use super::{Reply, Writer};

/// The response of the operation, each row's fields in the order of the WSDL's sequence and none
/// of them left out but the time, the author and the parent that a row may lack. Nothing if these
/// rows belong to another operation.
#[must_use]
pub fn code_list(operation: CodeListOperation, rows: &Rows) -> Option<Reply> {
    if CodeListOperation::of_rows(rows) != Some(operation) {
        return None;
    }
    let response = format!("ns2:{}Response", operation.operation());
    let element = format!("ns2:{}", operation.row_name());
    let mut list = List { writer: Writer::new(), element: &element };
    list.writer.start(&response);
    match rows {
        Rows::AdditionalDeclaration(rows) => rows.iter().for_each(|row| list.declaration(row)),
        Rows::Condition(rows) | Rows::IntendedUse(rows) | Rows::ProductDescription(rows) => {
            rows.iter().for_each(|row| list.named(row));
        }
        Rows::MeanOfTransport(rows) => rows.iter().for_each(|row| list.mean_of_transport(row)),
        Rows::PackageType(rows) => rows.iter().for_each(|row| list.package_type(row)),
        Rows::Pesticide(rows) => rows.iter().for_each(|row| list.pesticide(row)),
        Rows::Statement(rows) => rows.iter().for_each(|row| list.statement(row)),
        Rows::TreatmentType(rows) => rows.iter().for_each(|row| list.treatment_type(row)),
        Rows::UnitMeasure(rows) => rows.iter().for_each(|row| list.unit_measure(row)),
        // No operation serves them.
        _ => return None,
    }
    list.writer.end(&response);
    Some(list.writer.finish())
}

struct List<'a> {
    writer: Writer,
    element: &'a str,
}

impl List<'_> {
    fn row(&mut self, active: bool, fields: impl FnOnce(&mut Writer)) {
        self.writer.start(self.element);
        self.writer.element("active", if active { "true" } else { "false" });
        fields(&mut self.writer);
        self.writer.end(self.element);
    }

    fn declaration(&mut self, row: &AdditionalDeclaration) {
        self.row(row.active, |writer| {
            writer.element("additionalCode", &row.additional_code);
            writer.element("code", &row.code);
            writer.element("lang", &row.lang);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
            writer.element("optionalText", &row.optional_text);
            writer.element("text", &row.text);
        });
    }

    fn named(&mut self, row: &NamedRow) {
        self.row(row.active, |writer| {
            writer.element("code", &row.code);
            writer.element("lang", &row.lang);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
            writer.element("name", &row.name);
        });
    }

    fn mean_of_transport(&mut self, row: &MeanOfTransport) {
        self.row(row.active, |writer| {
            writer.element("lang", &row.lang);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
            // As a number: the code may be written with zeros in front.
            writer.number("modeCode", row.mode_code().unwrap_or_default());
            writer.element("usedTransportMean", &row.used_transport_mean);
        });
    }

    fn package_type(&mut self, row: &PackageType) {
        self.row(row.active, |writer| {
            writer.element("code", &row.code);
            writer.element("description", &row.description);
            writer.element("lang", &row.lang);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
        });
    }

    fn pesticide(&mut self, row: &Pesticide) {
        self.row(row.active, |writer| {
            writer.element("code", &row.code);
            writer.element("description", &row.description);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
        });
    }

    fn statement(&mut self, row: &Statement) {
        self.row(row.active, |writer| {
            writer.element("code", &row.code);
            writer.number("docTypeOnly", row.doc_type_only);
            writer.element("lang", &row.lang);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
            writer.element("text", &row.text);
        });
    }

    fn treatment_type(&mut self, row: &TreatmentType) {
        self.row(row.active, |writer| {
            writer.element("code", &row.code);
            writer.element("description", &row.description);
            writer.element("lang", &row.lang);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
            writer.number("level", row.level);
            if let Some(parent) = &row.parent_code {
                writer.element("parentCode", parent);
            }
        });
    }

    fn unit_measure(&mut self, row: &UnitMeasure) {
        self.row(row.active, |writer| {
            writer.element("code", &row.code);
            writer.modified(row.last_modified.as_deref(), row.last_modified_by.as_deref());
            writer.element("name", &row.name);
            writer.element("symbol", &row.symbol);
            writer.element("type", row.r#type.as_str());
        });
    }
}

impl Writer {
    fn modified(&mut self, when: Option<&str>, who: Option<&str>) {
        for (name, value) in [("lastModified", when), ("lastModifiedBy", who)] {
            if let Some(value) = value {
                self.element(name, value);
            }
        }
    }
}
