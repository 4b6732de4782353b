//! Who and where.

use std::borrow::Cow;

use super::{WrittenDate, text, written};
use crate::document::Element;
use crate::name::Name;

/// A person or an organization.
#[derive(Clone, Copy, Debug)]
pub struct Party<'d>(pub(super) Element<'d>);

/// A country.
#[derive(Clone, Copy, Debug)]
pub struct Country<'d>(pub(super) Element<'d>);

/// A place.
#[derive(Clone, Copy, Debug)]
pub struct Location<'d>(pub(super) Element<'d>);

/// A signature in words: who certified what, when and where.
#[derive(Clone, Copy, Debug)]
pub struct Signatory<'d>(pub(super) Element<'d>);

impl<'d> Party<'d> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> Cow<'d, str> {
        text(self.0.child(Name::Name))
    }

    /// The name of the person in it.
    #[must_use]
    pub fn person(self) -> Cow<'d, str> {
        text(self.0.descend(&[Name::SpecifiedSPSPerson, Name::Name]))
    }

    /// The lines of its address that say something, in their order.
    pub fn address_lines(self) -> impl Iterator<Item = Cow<'d, str>> {
        let address = self.0.child(Name::SpecifiedSPSAddress);
        LINES
            .iter()
            .filter_map(move |line| address.and_then(|address| address.child(*line)))
            .map(Element::text)
            .filter(|line| !line.is_empty())
    }
}

impl<'d> Country<'d> {
    /// Its code of ISO 3166-1; empty if it is missing.
    #[must_use]
    pub fn id(self) -> Cow<'d, str> {
        text(self.0.child(Name::ID))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> Cow<'d, str> {
        text(self.0.child(Name::Name))
    }

    /// The names of its parts that are meant.
    pub fn subdivisions(self) -> impl Iterator<Item = Cow<'d, str>> {
        let parts = self.0.children_named(Name::SubordinateSPSCountrySubDivision);
        parts.map(|part| text(part.child(Name::Name)))
    }
}

impl<'d> Location<'d> {
    /// Its UN/LOCODE, if that is what stands there.
    #[must_use]
    pub fn id(self) -> Cow<'d, str> {
        text(self.0.child(Name::ID))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> Cow<'d, str> {
        text(self.0.child(Name::Name))
    }
}

impl<'d> Signatory<'d> {
    /// When it was signed.
    #[must_use]
    pub fn date(self) -> Option<WrittenDate<'d>> {
        written(self.0.child(Name::ActualDateTime))
    }

    /// The place of issue.
    #[must_use]
    pub fn place(self) -> Option<Location<'d>> {
        self.0.child(Name::IssueSPSLocation).map(Location)
    }

    /// The organization and its officer.
    #[must_use]
    pub fn provider(self) -> Option<Party<'d>> {
        self.0.child(Name::ProviderSPSParty).map(Party)
    }

    /// The numbers of the statements that were certified.
    pub fn statements(self) -> impl Iterator<Item = Cow<'d, str>> {
        self.0.children_named(Name::IncludedSPSClause).map(|clause| text(clause.child(Name::ID)))
    }
}

const LINES: [Name; 8] = [
    Name::LineOne,
    Name::LineTwo,
    Name::LineThree,
    Name::LineFour,
    Name::LineFive,
    Name::PostcodeCode,
    Name::CityName,
    Name::CountryName,
];
