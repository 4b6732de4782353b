//! Country to country and organization to organization, by every route there is.

use super::plan::{Plan, Who, needs};
use super::state::state;
use crate::browser::{Browser, text};
use crate::sample;
use crate::world::World;

/// Everybody of another country, and another organization of the same one.
const STRANGERS: [Who; 9] = [
    ("NL", "admin"),
    ("NL", "officer"),
    ("NL", "inspector"),
    ("NL", "issuer"),
    ("NL", "importer"),
    ("NL", "auditor"),
    ("NL", "trader"),
    ("NL", "rival"),
    ("GH", "rival"),
];

/// A page without what differs by address: ids and tokens.
fn likeness(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("name=\"csrf\" value=\"") {
        out.push_str(before);
        rest = after.split_once('"').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn refused(plan: &Plan, world: &World, (tenant, name): Who) {
    let mut browser = Browser::with_session(world, tenant, name);
    let theirs = plan.take(&mut browser, &plan.path());
    let nobodys = plan.take(&mut browser, &plan.nobodys_path());
    let what = format!("{tenant} {name} {} {}", plan.route.method, plan.path());
    assert!([403, 404].contains(&theirs.status()), "{what}: {}", theirs.status());
    assert_eq!(theirs.status(), nobodys.status(), "{what}: it shows that it is there");
    let (theirs, nobodys) = (text(&theirs), text(&nobodys));
    assert_eq!(likeness(&theirs), likeness(&nobodys), "{what}: it shows that it is there");
    assert!(!theirs.contains("Secretfruit"), "{what}: {theirs}");
}

#[test]
fn every_route_with_ids_answers_strangers_as_if_nothing_were_there() {
    let mut tried = 0;
    for need in needs().into_iter().filter(|need| need.route.pattern.contains('{')) {
        let world = World::new();
        let plan = need.plan(&world);
        if plan.public {
            continue;
        }
        let before = state(&world);
        for who in STRANGERS {
            refused(&plan, &world, who);
        }
        assert_eq!(state(&world), before, "{} {}", need.route.method, plan.path());
        // The control: whose it is has it.
        let (tenant, name) = plan.owner;
        let mut owner = Browser::with_session(&world, tenant, name);
        let answer = plan.take(&mut owner, &plan.path());
        assert!([200, 303].contains(&answer.status()), "{plan:?} {}", text(&answer));
        if need.route.method == "POST" {
            assert_ne!(state(&world), before, "{plan:?} did nothing");
        }
        tried += 1;
    }
    assert!(tried > 30, "{tried} routes");
}

#[test]
fn file_of_another_organization_is_not_reached_through_ones_own_certificate() {
    let world = World::new();
    for need in needs().into_iter().filter(|need| need.route.pattern.contains("{file}")) {
        let plan = need.plan(&world);
        for (tenant, name) in [("GH", "rival"), ("NL", "trader")] {
            let session = world.session(tenant, name);
            let own = world.gens.create_draft(session, None).expect("it is begun");
            world.gens.save_draft(session, own, 1, sample::smallest("US")).expect("saved");
            let mut browser = Browser::with_session(&world, tenant, name);
            let path = plan.path_of(&[own.to_string(), plan.ids[1].clone()]);
            let answer = plan.take(&mut browser, &path);
            assert_eq!(answer.status(), 404, "{tenant} {path} {}", text(&answer));
        }
    }
}

/// Every page without ids, as somebody sees it.
fn walk(world: &World, (tenant, name): Who) -> Vec<(String, String)> {
    let mut browser = Browser::with_session(world, tenant, name);
    let pages = needs()
        .into_iter()
        .filter(|need| need.route.method == "GET" && !need.route.pattern.contains('{'));
    let mut seen = Vec::new();
    for need in pages {
        for query in ["", "?q=Secretfruit", "?q=Secretfr*", "?after=999999&q=1"] {
            let path = format!("{}{query}", need.route.pattern);
            let page = text(&browser.get(&path));
            // What was typed into the search stands in its field.
            seen.push((path, page.replace("value=\"Secretfruit\"", "")));
        }
    }
    seen
}

#[test]
fn no_list_shows_what_is_somebody_elses() {
    let world = World::new();
    // One thing of each kind, each with the word.
    for need in needs().into_iter().filter(|need| need.route.pattern.contains('{')).take(8) {
        need.plan(&world);
    }
    let mut importing = needs().into_iter().filter(|need| need.route.pattern == "imports/{id}");
    importing.next().expect("there is one").plan(&world);
    let holds = |page: &str| {
        let page = page.replace("q=Secretfruit", "").replace("q=Secretfr", "");
        page.contains("Secretfruit") || page.contains("trader of GH")
    };
    for who in STRANGERS {
        for (path, page) in walk(&world, who) {
            assert!(!holds(&page), "{who:?} {path}: {page}");
        }
    }
    // The control: whose they are finds them.
    for (who, least) in [
        (("GH", "trader"), 4),
        (("GH", "officer"), 4),
        (("GH", "importer"), 4),
        (("GH", "admin"), 4),
    ] {
        let found = walk(&world, who).into_iter().filter(|(_, page)| holds(page)).count();
        assert!(found >= least, "{who:?} finds {found}");
    }
}
