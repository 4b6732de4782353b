//! Script and markup in everything that people and peers can write, on every page that shows it, in
//! both languages.

use phytohub_gens::domain::{Decision, Draft, IssueFacts, certificate};
use phytohub_gens::service::{ImportSearch, NewAccount, Registration, UserChange};
use phytohub_gens::web::routes;

use super::html::Page;
use super::state::one;
use crate::browser::{Browser, text};
use crate::sample;
use crate::world::{ADDRESS, PASSWORD, World};

/// Ends whatever may be open: attributes of either quote, texts, comments, scripts; and begins an
/// element and an attribute that no page has.
const EVIL: &str = "\"'></textarea></title></select></script>--><zzx onzzx=1><script>zzx()</script>\
    <img src=zzx onerror=zzx()>&#60;zzx&#62;&lt;zzx&gt; javascript:zzx() {{zzx}} %3Czzx%3E";

/// What every text of a draft is replaced by, one after the other.
fn evil_draft() -> Draft {
    let draft = sample::full("NL");
    let mut value = serde_json::to_value(&draft).expect("it is JSON");
    poison(&mut value, "");
    serde_json::from_value(value).expect("its shape is the same")
}

/// Replaces all texts; codes and numbers too, for drafts may hold anything.
fn poison(value: &mut serde_json::Value, at: &str) {
    match value {
        serde_json::Value::String(text) => *text = format!("{at} {EVIL}"),
        serde_json::Value::Array(list) => list.iter_mut().for_each(|one| poison(one, at)),
        serde_json::Value::Object(map) => map.iter_mut().for_each(|(name, one)| poison(one, name)),
        _ => {}
    }
}

/// What no page may have, whoever wrote what is on it.
fn check(page: &str, path: &str) -> Page {
    let page = Page::of(page);
    for element in &page.elements {
        let what = format!("{path}: {element:?}");
        assert!(!element.name.contains("zzx"), "{what}");
        assert!(
            !["iframe", "object", "embed", "base", "style", "svg"].contains(&&*element.name),
            "{what}"
        );
        if element.name == "script" {
            assert!(element.attributes.contains_key("src"), "{what}");
        }
        for (name, value) in &element.attributes {
            assert!(!name.contains("zzx") && !name.starts_with("on") && name != "style", "{what}");
            let leads = ["href", "src", "action", "formaction", "srcset", "data-autosave"];
            if leads.contains(&&**name) {
                let image = element.name == "img" && value.starts_with("data:image/");
                let inside = value.starts_with("/gens/") && !value.starts_with("//");
                assert!(inside || image || value.starts_with('#'), "{what}");
            }
        }
    }
    page
}

/// Every page that a thing has, seen by everybody who may.
fn walk(world: &World, ids: &[(&str, String)]) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    for name in ["admin", "officer", "inspector", "issuer", "importer", "auditor", "trader"] {
        for language in ["en", "ar"] {
            let mut browser = Browser::with_session(world, "GH", name);
            browser.get(&format!("account?lang={language}"));
            // Sheets are set from values, and no pages.
            let pages = routes().iter().filter(|route| !route.pattern.ends_with("/pdf"));
            for route in pages.filter(|route| route.method == "GET") {
                for path in paths(route.pattern, ids) {
                    let answer = browser.get(&path);
                    let is_page = answer.content_type().is_some_and(|kind| kind.contains("html"));
                    assert!(answer.status() < 500, "{name} {path} {}", text(&answer));
                    if is_page {
                        seen.push((format!("{name} {path} {language}"), text(&answer)));
                    }
                }
            }
        }
    }
    seen
}

/// The paths of a pattern: with each thing of its kind.
fn paths(pattern: &str, ids: &[(&str, String)]) -> Vec<String> {
    let kind = pattern.split('/').next().unwrap_or_default();
    if !pattern.contains('{') {
        return vec![
            pattern.to_owned(),
            format!(
                "{pattern}?q=%22%3E%3Czzx%3E&from=%22%3E%3Czzx%3E&done=%3Czzx%3E&after=%22%3Czzx"
            ),
        ];
    }
    let of_kind = ids.iter().filter(|(known, _)| *known == kind);
    of_kind
        .flat_map(|(_, id)| {
            let steps = ["submit", "return", "inspect", "approve", "issue", "withdraw"];
            let path = pattern.replace("{id}", id).replace("{token}", id).replace("{file}", "1");
            let path = path.replace("{version}", "1");
            let count = if path.contains("{step}") { steps.len() } else { 1 };
            steps.into_iter().take(count).map(move |step| path.replace("{step}", step))
        })
        .collect()
}

/// An organization that registers itself and users, all evil: their ids.
fn evil_people(world: &World) -> (String, String) {
    let (gens, admin) = (&world.gens, world.session("GH", "admin"));
    let registration = Registration {
        tenant: "GH".to_owned(),
        organization: format!("organization {EVIL}"),
        address: vec![format!("address {EVIL}")],
        contact: format!("contact {EVIL}"),
        name: "mallory".to_owned(),
        full_name: format!("full_name {EVIL}"),
        password: PASSWORD.to_owned(),
    };
    gens.register(&registration, ADDRESS).expect("it registers");
    let organization = one(
        world,
        "SELECT CAST(max(id) AS TEXT) FROM organization WHERE tenant = 1 AND state = 'pending'",
    );
    let account = NewAccount {
        name: "evil".to_owned(),
        full_name: format!("new {EVIL}"),
        contact: EVIL.to_owned(),
        place: EVIL.to_owned(),
        roles: vec![phytohub_gens::domain::Role::Inspector],
        organization: None,
    };
    let (user, _) = gens.create_user(admin, &account).expect("it is made");
    for who in ["officer", "trader"] {
        let session = world.session("GH", who);
        let change = UserChange {
            full_name: format!("changed {EVIL}"),
            contact: EVIL.to_owned(),
            place: EVIL.to_owned(),
            roles: session.roles().to_vec(),
        };
        gens.change_user(admin, session.user(), &change).expect("it is changed");
    }
    (organization, user.to_string())
}

/// Sends what was issued, and has the hub fail with evil words.
fn fail_to_deliver(world: &World) {
    let envelopes_before = world.hub.envelopes().len();
    world.gens.exchange(false);
    let sent = world.hub.envelopes();
    assert!(sent.len() > envelopes_before, "it was sent");
    let (envelope, _) = sent.last().expect("it was sent");
    let number = envelope.hub_delivery_number.clone();
    world.hub.decide(
        &number,
        phytohub_plugin_sdk::State::FailedDelivery,
        &format!("message {EVIL}"),
    );
    world.exchange();
}

/// A world in which everything that can be written is evil.
fn evil_world() -> (World, Vec<(&'static str, String)>) {
    let world = World::new();
    let gens = &world.gens;
    let (trader, officer) = (world.session("GH", "trader"), world.session("GH", "officer"));
    let admin = world.session("GH", "admin");
    let (organization, user) = evil_people(&world);
    let mut settings = gens.settings(admin).expect("they are read");
    settings.organization = format!("setting {EVIL}");
    settings.place = format!("place {EVIL}");
    gens.save_settings(admin, &settings).expect("they are kept");
    let draft = world.draft(evil_draft());
    let name = format!("file {}.pdf", EVIL.replace('/', ""));
    gens.attach(trader, draft, &name, b"%PDF-1.7".to_vec()).expect("it is attached");
    let returned = world.draft(evil_draft());
    gens.submit(trader, returned, 2).expect("it is submitted");
    gens.return_for_correction(officer, returned, &format!("reason {EVIL}"))
        .expect("it is returned");
    let submitted = world.draft(evil_draft());
    gens.submit(trader, submitted, 2).expect("it is submitted");
    // One that can be issued: what is free text is evil.
    let mut issuable = sample::full("NL");
    issuable.exporter.name = format!("exporter {EVIL}");
    issuable.exporter.address = vec![format!("street {EVIL}")];
    issuable.consignee.name = format!("consignee {EVIL}");
    issuable.marks = format!("marks {EVIL}");
    issuable.lines[0].produce = format!("produce {EVIL}");
    issuable.lines[0].botanical_name = format!("botanical {EVIL}");
    issuable.declarations[1].text = format!("declaration {EVIL}");
    issuable.official_information = format!("official {EVIL}");
    let (issued, _) = world.issued(issuable);
    fail_to_deliver(&world);
    receive(&world);
    let importer = world.session("GH", "importer");
    let rows =
        gens.imports(importer, &ImportSearch::default(), None).expect("they are listed").rows;
    assert!(rows.len() >= 3, "{rows:?}");
    for row in &rows {
        let _ = gens.decide(importer, row.id, Decision::Held, &format!("held {EVIL}"));
    }
    let view = gens.certificate(world.session("GH", "issuer"), issued).expect("it is seen");
    let mut ids: Vec<(&'static str, String)> =
        [draft, returned, submitted, issued].map(|id| ("certificates", id.to_string())).into();
    ids.extend(rows.iter().map(|row| ("imports", row.id.to_string())));
    ids.extend([
        ("users", user),
        ("users", trader.user().to_string()),
        ("organizations", organization),
        ("v", view.token.expect("there is one")),
    ]);
    (world, ids)
}

/// Certificates of a hostile partner: evil in every text, evil where codes belong, and not readable
/// at all.
fn receive(world: &World) {
    let facts = IssueFacts {
        number: format!("number {EVIL}"),
        status: 70,
        issued: "2026-03-04T10:11:12Z".to_owned(),
        country: "NL".to_owned(),
        organization: format!("issuer {EVIL}"),
        place: format!("place {EVIL}"),
        officer: format!("officer {EVIL}"),
    };
    let mut issuable = sample::full("GH");
    issuable.lines[0].produce = format!("produce {EVIL}");
    let readable = certificate(&issuable, &facts, &[]).to_xml();
    let evil = certificate(&evil_draft(), &facts, &[]).to_xml();
    let broken = format!("<SPSCertificate><zzx>{EVIL}");
    for (place, content) in [readable, evil, broken].iter().enumerate() {
        let number = format!("{place} {EVIL}");
        world.hub.deliver("NL", "GH", &number, 70, content.as_bytes());
    }
    world.exchange();
}

#[test]
fn nothing_that_anybody_writes_becomes_markup_on_any_page() {
    let (world, ids) = evil_world();
    let mut told = String::new();
    let pages = walk(&world, &ids);
    assert!(pages.len() > 300, "{} pages", pages.len());
    for (path, page) in &pages {
        told.push_str(&check(page, path).text);
        for (name, value) in Page::of(page).elements.iter().flat_map(|element| &element.attributes)
        {
            if name == "value" {
                told.push_str(value);
            }
        }
    }
    // The control: all of it is shown, as text, letter by letter.
    let shown = [
        "exporter",
        "consignee",
        "marks",
        "produce",
        "botanical",
        "declaration",
        "official",
        "organization",
        "full_name",
        "new",
        "changed",
        "setting",
        "place",
        "reason",
        "message",
        "number",
        "held",
        "street",
    ];
    for name in shown {
        assert!(told.contains(&format!("{name} {EVIL}")), "{name} is shown nowhere");
    }
    assert!(told.contains("file "), "the file is shown");
}

#[test]
fn what_is_typed_wrongly_comes_back_as_text() {
    let world = World::new();
    let mut sent = 0;
    for route in routes().iter().filter(|route| route.method == "POST") {
        let who = ["trader", "officer", "admin", "importer", "issuer"];
        for name in who {
            let mut browser = match route.pattern {
                "log-in" | "log-in/second-factor" | "register" => Browser::new(&world),
                _ => Browser::with_session(&world, "GH", name),
            };
            if route.pattern == "log-out" {
                continue;
            }
            let id = world.draft(sample::smallest("NL")).to_string();
            let path = route.pattern.replace("{id}", &id).replace("{file}", "1");
            let path = path.replace("{step}", "submit").replace("{token}", "%22%3E%3Czzx%3E");
            let names = [
                "tenant",
                "name",
                "full_name",
                "organization",
                "address",
                "contact",
                "reason",
                "place",
                "number",
                "kept",
                "code",
                "do",
                "revision",
                "decision",
                "heir",
                "q",
                "exporter.name",
                "destination",
                "lines.0.produce",
                "lines.0.net_weight.value",
                "old",
            ];
            let mut fields: Vec<(&str, &str)> = names.map(|name| (name, EVIL)).into();
            fields.push(("password", "wrong"));
            let answer = browser.post(&path, &fields);
            assert!(answer.status() < 500, "{name} {path} {}", text(&answer));
            check(&text(&answer), &path);
            sent += 1;
        }
    }
    assert!(sent > 100, "{sent}");
}
