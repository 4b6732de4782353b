//! What everybody may see: which countries there are, and whether a paper is right.

use super::log_in::network;
use super::{Gens, ServiceError, setting};
use crate::domain::{Measure, Package, State};
use crate::store::{Scope, exchange, tenants};

/// A country to log in to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TenantCard {
    /// Its code.
    pub code: String,
    /// Its country.
    pub country: String,
    /// Its name.
    pub name: String,
    /// Whether nothing there is meant seriously.
    pub training: bool,
}

/// What the public page says of a certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PublicCard {
    /// Its number.
    pub number: String,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// The country that issued it.
    pub country: String,
    /// The plant protection organization that issued it.
    pub organization: String,
    /// The country that it goes to.
    pub destination: String,
    /// When it was issued, in milliseconds since 1970.
    pub issued_ms: i64,
    /// Whether it is one for training.
    pub training: bool,
    /// The original that is valid, where the first was lost or spoilt: its number.
    pub duplicate: Option<i64>,
    /// Produce and quantities, for whoever has the code on the paper.
    pub goods: Option<Vec<PublicGoods>>,
}

/// One produce on the public page.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PublicGoods {
    /// Name of the produce.
    pub produce: String,
    /// Its botanical name.
    pub botanical_name: String,
    /// Net weight and volume, as far as they are known.
    pub measures: Vec<Measure>,
    /// Packages by kind.
    pub packages: Vec<Package>,
    /// Packages in the words of who applied.
    pub packages_text: String,
}

impl Gens {
    /// All countries, by code.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn tenants(&self) -> Result<Vec<TenantCard>, ServiceError> {
        let rows = self.0.store.read(tenants::tenants)?.into_iter();
        Ok(rows
            .map(|row| TenantCard {
                code: row.code,
                country: row.country,
                name: row.name,
                training: row.training,
            })
            .collect())
    }

    /// What the public may know of the certificate whose paper carries this token; with the code on
    /// the paper, its goods too.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`]: nobody issued such a paper. [`ServiceError::Limited`]: too many
    /// wrong codes or tokens from this address.
    pub fn verify_paper(
        &self,
        token: &str,
        code: Option<&str>,
        address: &str,
    ) -> Result<PublicCard, ServiceError> {
        // Wrong codes are counted by paper, wrong tokens by who tries them: nobody can make papers
        // unreadable for others. No account has a space in its name.
        let of_whom = match code {
            Some(_) => format!("paper {token}"),
            None => format!("paper from {}", network(address_or(address, token))),
        };
        let tried = self.reserve_try("", &of_whom, address_or(address, token))?;
        let found = self.0.store.read(|db| exchange::by_token(db, token))?;
        let (reach, id) = found.ok_or(ServiceError::NotFound)?;
        let (card, right) = self.0.store.read(|db| {
            let scope = Scope::new(db, reach);
            let row = scope.certificate(id)?.ok_or(ServiceError::NotFound)?;
            let tenant = scope.tenant()?;
            let right = code.map(|code| {
                let typed = code.trim().to_ascii_uppercase();
                row.paper_code.as_deref().is_some_and(|code| code == typed)
            });
            let goods = match right {
                Some(true) => Some(goods(&scope.draft(id)?)),
                _ => None,
            };
            let card = PublicCard {
                number: row.number.unwrap_or_default(),
                withdrawn: row.state == State::Withdrawn,
                country: tenant.country,
                organization: setting::settings(&scope)?.organization,
                destination: row.destination,
                issued_ms: row.issued_ms.unwrap_or_default(),
                training: tenant.training,
                duplicate: scope.duplicates(id)?.last().map(|last| last.number),
                goods,
            };
            Ok::<_, ServiceError>((card, right))
        })?;
        if right != Some(false) {
            let now_ms = self.now_ms();
            self.0.store.write(|db| {
                crate::store::sessions::forget_attempt(db, tried)?;
                if right == Some(true) {
                    let (scope, object) = (Scope::new(db, reach), super::certificate::object(id));
                    scope.insert_audit(None, address, "verify-paper", &object, "", now_ms)?;
                }
                Ok::<_, ServiceError>(())
            })?;
        }
        Ok(card)
    }
}

/// Wrong codes are counted by address; where none is known, by token.
fn address_or<'a>(address: &'a str, token: &'a str) -> &'a str {
    if address.is_empty() { token } else { address }
}

fn goods(draft: &crate::domain::Draft) -> Vec<PublicGoods> {
    let of_line = |line: &crate::domain::Line| {
        let measures = [&line.net_weight, &line.net_volume].into_iter();
        PublicGoods {
            produce: line.produce.clone(),
            botanical_name: line.botanical_name.clone(),
            measures: measures.filter(|one| !one.value.is_empty()).cloned().collect(),
            packages: line.packages.clone(),
            packages_text: line.packages_text.clone(),
        }
    };
    draft.lines.iter().map(of_line).collect()
}
