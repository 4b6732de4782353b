//! The page behind the code on a paper: what anybody may know who holds it.

use super::show;
use crate::service::{PublicCard, PublicGoods};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::list::Coded;
use crate::web::view::VerifyPage;

pub(in crate::web) fn show(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let token = ask.text_segment("token")?;
    let card = ask.gens.verify_paper(&token, None, ask.address())?;
    page(ask, 200, &token, card, "")
}

pub(in crate::web) fn reveal(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let token = ask.text_segment("token")?;
    let card = ask.gens.verify_paper(&token, Some(ask.form.get("code")), ask.address())?;
    match card.goods {
        Some(_) => page(ask, 200, &token, card, ""),
        None => page(ask, 422, &token, card, "verify-wrong"),
    }
}

fn page(
    ask: &Ask<'_>,
    status: u16,
    token: &str,
    card: PublicCard,
    error: &str,
) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let (verdict, tone) = match (card.training, card.withdrawn) {
        (true, _) => ("training-banner", "bad"),
        (false, true) => ("verify-withdrawn", "bad"),
        (false, false) => ("verify-valid", "good"),
    };
    let valid = card.duplicate.map(|number| locale.fill("duplicate-number", "name", number));
    let facts = [
        ("fact-number", card.number),
        ("setting-organization", card.organization),
        ("fact-from", Coded::Country.label(&card.country, locale)),
        ("fact-destination", Coded::Country.label(&card.destination, locale)),
        ("fact-issued", show::moment(card.issued_ms, locale).1),
    ];
    let goods = card.goods.unwrap_or_default().into_iter().map(|one: PublicGoods| {
        let names = [one.produce, one.botanical_name];
        let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let measures = one.measures.iter().map(|one| show::measured(&one.value, &one.unit));
        let packages =
            one.packages.iter().map(|one| show::packed(&one.quantity, &one.kind, locale));
        let parts = measures.chain(packages).chain([one.packages_text]);
        (names.join(" · "), locale.list(parts))
    });
    let page = VerifyPage {
        p: &ask.chrome(),
        path: format!("v/{}", crate::web::answer::encoded(token, b"")),
        tone,
        verdict: locale.text(verdict),
        facts: facts
            .into_iter()
            .chain(valid.map(|valid| ("fact-valid-original", valid)))
            .map(|(key, value)| (locale.text(key), value))
            .collect(),
        error: if error.is_empty() { String::new() } else { locale.text(error) },
        goods: goods.collect(),
    };
    Ok(ask.page_with(status, &page)?.header("x-robots-tag", "noindex"))
}
