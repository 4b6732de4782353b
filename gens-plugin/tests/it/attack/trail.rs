//! Whatever somebody does leaves a line in the audit trail, here and in the hub's.

use std::collections::BTreeSet;

use phytohub_gens::web::{Answer, routes};

use super::plan::needs;
use crate::browser::{Browser, text};
use crate::world::{PASSWORD, World};

/// The actions of a country's trail, the last first.
fn lines(world: &World) -> Vec<String> {
    let auditor = world.session("GH", "auditor");
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = world.gens.audit(auditor, after).expect("it is read");
        lines.extend(page.rows.into_iter().map(|row| row.action));
        after = page.next;
        if after.is_none() {
            return lines;
        }
    }
}

fn succeeds(what: &str, answer: &Answer) {
    assert!([200, 303].contains(&answer.status()), "{what}: {} {}", answer.status(), text(answer));
}

/// Every form of the table, sent so that it succeeds: each leaves a line, and the hub has them all.
#[test]
fn every_form_leaves_a_line() {
    let mut seen: BTreeSet<&str> = people();
    for need in needs().into_iter().filter(|need| need.route.method == "POST") {
        if seen.contains(need.route.pattern) && need.step.is_none() {
            continue;
        }
        let world = World::new();
        let plan = need.plan(&world);
        // Saving what was saved a moment ago is the same spell of work, which has its line.
        world.watch.pass_ms(700_000);
        let before = lines(&world).len();
        let mut browser = match plan.public {
            true => Browser::new(&world),
            false => Browser::with_session(&world, plan.owner.0, plan.owner.1),
        };
        let answer = plan.take(&mut browser, &plan.path());
        let what = format!("{} {:?}", need.route.pattern, need.step);
        succeeds(&what, &answer);
        let after = lines(&world);
        assert!(after.len() > before, "{what} left no line");
        world.gens.exchange(false);
        assert!(world.hub.audit_lines().len() >= after.len(), "{what}: the hub has less");
        seen.insert(need.route.pattern);
    }
    let missing: Vec<_> = routes()
        .iter()
        .filter(|route| route.method == "POST" && !seen.contains(route.pattern))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Forms of people about themselves; the patterns that were walked.
fn people() -> BTreeSet<&'static str> {
    let world = World::new();
    let mut seen = BTreeSet::new();
    let mut leaves = |browser: &mut Browser, path: &'static str, fields: &[(&str, &str)], line| {
        let csrf = browser.csrf();
        let before = lines(&world).len();
        let mut all = vec![("csrf", &*csrf)];
        all.extend(fields);
        let answer = browser.post_bare(path, &all);
        succeeds(path, &answer);
        let after = lines(&world);
        let more = &after[..after.len() - before];
        let expected = Some(line).filter(|line: &&str| !line.is_empty());
        assert!(expected.is_none_or(|line| more.iter().any(|one| one == line)), "{path}: {more:?}");
        seen.insert(path);
        text(&answer)
    };
    let entry = [("tenant", "GH"), ("name", "issuer"), ("password", PASSWORD)];
    let mut issuer = Browser::new(&world);
    leaves(&mut issuer, "log-in", &entry, "log-in");
    let proof = [("password", PASSWORD)];
    let page = leaves(&mut issuer, "account/second-factor", &proof, "begin-second-factor");
    // Shown in groups of four letters.
    let secret = page.split("class=\"secret\"").nth(1).expect("the seed is shown");
    let secret = secret.split("<bdi>").nth(1).and_then(|rest| rest.split('<').next());
    let seed: String = secret.expect("it stands there").split_whitespace().collect();
    let code = || world.code(&seed);
    let first = code();
    let confirm = "account/second-factor/confirm";
    leaves(&mut issuer, confirm, &[("code", &*first)], "confirm-second-factor");
    let new = [("old", PASSWORD), ("new", "quite another phrase")];
    leaves(&mut issuer, "account/password", &new, "change-password");
    leaves(&mut issuer, "account/language", &[("language", "ar")], "choose-language");
    leaves(&mut issuer, "log-out", &[], "log-out");
    world.watch.pass_ms(60_000);
    let mut again = Browser::new(&world);
    let entry = [("tenant", "GH"), ("name", "issuer"), ("password", "quite another phrase")];
    // Half of a log-in is none, and leaves no line.
    leaves(&mut again, "log-in", &entry, "");
    leaves(&mut again, "log-in/second-factor", &[("code", &*code())], "log-in");
    let fields = [
        ("tenant", "GH"),
        ("organization", "Newcomer"),
        ("address", "1 Street"),
        ("full_name", "New Comer"),
        ("name", "newcomer"),
        ("password", PASSWORD),
    ];
    leaves(&mut Browser::new(&world), "register", &fields, "register");
    seen
}
