//! A line of a certificate: one produce.

use std::borrow::Cow;

use super::{Country, Note, WrittenDate, text, written};
use crate::document::Element;
use crate::name::Name;

/// A line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'d>(pub(super) Element<'d>);

/// A number with its unit.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'d>(Element<'d>);

/// Packages of one level.
#[derive(Clone, Copy, Debug)]
pub struct Package<'d>(Element<'d>);

/// The class of the produce in one system.
#[derive(Clone, Copy, Debug)]
pub struct Classification<'d>(Element<'d>);

/// A disinfestation or disinfection.
#[derive(Clone, Copy, Debug)]
pub struct Treatment<'d>(Element<'d>);

/// One thing that is said of a treatment.
#[derive(Clone, Copy, Debug)]
pub struct TreatmentCharacteristic<'d>(Element<'d>);

impl<'d> Line<'d> {
    /// Its number as it is written; the field counts from 0 or from 1.
    #[must_use]
    pub fn sequence(self) -> Cow<'d, str> {
        text(self.0.child(Name::SequenceNumeric))
    }

    /// What the produce is, first in its first language.
    #[must_use]
    pub fn description(self) -> Cow<'d, str> {
        text(self.0.child(Name::Description))
    }

    /// Its common names.
    pub fn common_names(self) -> impl Iterator<Item = Cow<'d, str>> {
        self.0.children_named(Name::CommonName).map(Element::text)
    }

    /// Its botanical names.
    pub fn scientific_names(self) -> impl Iterator<Item = Cow<'d, str>> {
        self.0.children_named(Name::ScientificName).map(Element::text)
    }

    /// What it is meant for.
    pub fn intended_uses(self) -> impl Iterator<Item = Cow<'d, str>> {
        self.0.children_named(Name::IntendedUse).map(Element::text)
    }

    /// The net weight.
    #[must_use]
    pub fn net_weight(self) -> Option<Measure<'d>> {
        self.0.child(Name::NetWeightMeasure).map(Measure)
    }

    /// The gross weight.
    #[must_use]
    pub fn gross_weight(self) -> Option<Measure<'d>> {
        self.0.child(Name::GrossWeightMeasure).map(Measure)
    }

    /// The net volume.
    #[must_use]
    pub fn net_volume(self) -> Option<Measure<'d>> {
        self.0.child(Name::NetVolumeMeasure).map(Measure)
    }

    /// The gross volume.
    #[must_use]
    pub fn gross_volume(self) -> Option<Measure<'d>> {
        self.0.child(Name::GrossVolumeMeasure).map(Measure)
    }

    /// The notes on this line.
    pub fn notes(self) -> impl Iterator<Item = Note<'d>> {
        self.0.children_named(Name::AdditionalInformationSPSNote).map(Note)
    }

    /// Its classes.
    pub fn classifications(self) -> impl Iterator<Item = Classification<'d>> {
        self.0.children_named(Name::ApplicableSPSClassification).map(Classification)
    }

    /// Its packages, the outermost first.
    pub fn packages(self) -> impl Iterator<Item = Package<'d>> {
        self.0.children_named(Name::PhysicalSPSPackage).map(Package)
    }

    /// Where it grew.
    pub fn origins(self) -> impl Iterator<Item = Country<'d>> {
        self.0.children_named(Name::OriginSPSCountry).map(Country)
    }

    /// How it was treated.
    pub fn treatments(self) -> impl Iterator<Item = Treatment<'d>> {
        self.0.children_named(Name::AppliedSPSProcess).map(Treatment)
    }

    /// The element, for what has no word of its own here.
    #[must_use]
    pub const fn element(self) -> Element<'d> {
        self.0
    }
}

impl<'d> Measure<'d> {
    /// The number as it is written.
    #[must_use]
    pub fn value(self) -> Cow<'d, str> {
        self.0.text()
    }

    /// The unit as Recommendation 20 has it.
    #[must_use]
    pub fn unit(self) -> Option<Cow<'d, str>> {
        self.0.attribute("unitCode")
    }
}

impl<'d> Package<'d> {
    /// 1 for the outermost packages.
    #[must_use]
    pub fn level(self) -> Cow<'d, str> {
        text(self.0.child(Name::LevelCode))
    }

    /// The packaging as Recommendation 21 has it.
    #[must_use]
    pub fn packaging(self) -> Cow<'d, str> {
        text(self.0.child(Name::TypeCode))
    }

    /// How many.
    #[must_use]
    pub fn quantity(self) -> Cow<'d, str> {
        text(self.0.child(Name::ItemQuantity))
    }
}

impl<'d> Classification<'d> {
    /// The system, such as HS or IPPCPCVP.
    #[must_use]
    pub fn system(self) -> Cow<'d, str> {
        text(self.0.child(Name::SystemName))
    }

    /// The class's code in it.
    #[must_use]
    pub fn code(self) -> Cow<'d, str> {
        text(self.0.child(Name::ClassCode))
    }

    /// The class's name in it.
    #[must_use]
    pub fn name(self) -> Cow<'d, str> {
        text(self.0.child(Name::ClassName))
    }
}

impl<'d> Treatment<'d> {
    /// When it began.
    #[must_use]
    pub fn start(self) -> Option<WrittenDate<'d>> {
        written(self.0.descend(&[Name::CompletionSPSPeriod, Name::StartDateTime]))
    }

    /// When it ended.
    #[must_use]
    pub fn end(self) -> Option<WrittenDate<'d>> {
        written(self.0.descend(&[Name::CompletionSPSPeriod, Name::EndDateTime]))
    }

    /// How long it took.
    #[must_use]
    pub fn duration(self) -> Option<Measure<'d>> {
        self.0.descend(&[Name::CompletionSPSPeriod, Name::DurationMeasure]).map(Measure)
    }

    /// What is said of it.
    pub fn characteristics(self) -> impl Iterator<Item = TreatmentCharacteristic<'d>> {
        let all = self.0.children_named(Name::ApplicableSPSProcessCharacteristic);
        all.map(TreatmentCharacteristic)
    }
}

impl<'d> TreatmentCharacteristic<'d> {
    /// The tag, such as TTL1: its first description.
    #[must_use]
    pub fn tag(self) -> Cow<'d, str> {
        text(self.0.child(Name::Description))
    }

    /// What is said under it: its second description.
    #[must_use]
    pub fn text(self) -> Cow<'d, str> {
        text(self.0.children_named(Name::Description).nth(1))
    }

    /// The number that is said under it.
    #[must_use]
    pub fn measure(self) -> Option<Measure<'d>> {
        self.0.child(Name::ValueMeasure).map(Measure)
    }
}
