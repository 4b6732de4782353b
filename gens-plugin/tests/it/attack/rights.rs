//! Everybody of one country, by every form: who has no right to it is told so, and nothing changes.

use phytohub_gens::domain::{Role, Step};

use super::plan::{Need, applicant, needs};
use super::state::{one, state};
use crate::browser::{Browser, field, text};
use crate::sample;
use crate::world::{PASSWORD, World};

const EVERYBODY: [&str; 7] =
    ["admin", "officer", "inspector", "issuer", "importer", "auditor", "trader"];

/// Who may send a form, said anew: not read off the table of routes.
fn who_may(need: Need) -> &'static [&'static str] {
    let pattern = need.route.pattern;
    match (pattern, need.step) {
        ("log-in" | "log-in/second-factor" | "register" | "v/{token}", _) => &EVERYBODY,
        ("log-out", _) => &EVERYBODY,
        _ if pattern.starts_with("account/") => &EVERYBODY,
        (_, Some(Step::Submit | Step::Recall)) => &["trader", "officer"],
        (_, Some(Step::Return)) => &["officer", "issuer"],
        (_, Some(Step::Inspect)) => &["inspector"],
        (_, Some(Step::Approve)) => &["officer"],
        (_, Some(_)) => &["issuer"],
        ("certificates/{id}/settle" | "certificates/{id}/print" | "certificates/{id}/lost", _) => {
            &["issuer"]
        }
        ("certificates/{id}/reassign", _) => &["trader", "admin"],
        ("imports/{id}/decide" | "imports/{id}/note", _) => &["importer"],
        ("packages/new" | "packages/{id}/file", _) => &["admin", "auditor"],
        _ if pattern.starts_with("differences/") => &["admin"],
        ("settings", _) => &["admin"],
        _ if pattern.starts_with("organizations/") => &["admin"],
        // The user in question is one of the trader's.
        _ if pattern.starts_with("users/") => &["admin", "trader"],
        (
            "certificates/new"
            | "certificates/{id}/save"
            | "certificates/{id}/autosave"
            | "certificates/{id}/copy"
            | "certificates/{id}/attachments"
            | "certificates/{id}/attachments/{file}/remove",
            _,
        ) => &["trader", "officer"],
        _ => panic!("POST {pattern}: say here who may send it"),
    }
}

#[test]
fn nobody_does_by_any_form_what_the_roles_do_not_include() {
    for need in needs().into_iter().filter(|need| need.route.method == "POST") {
        let able = who_may(need);
        if able == EVERYBODY {
            continue;
        }
        let world = World::new();
        let plan = need.plan(&world);
        let before = state(&world);
        for name in EVERYBODY.into_iter().filter(|name| !able.contains(name)) {
            let answer = plan.take(&mut Browser::with_session(&world, "GH", name), &plan.path());
            let what = format!("{name} {} {:?}", plan.path(), plan.step);
            assert_eq!(answer.status(), 403, "{what}: {}", text(&answer));
            assert_eq!(state(&world), before, "{what}: it was done all the same");
        }
        // The control: whoever may is not denied, each in a world of their own.
        for name in able {
            let world = World::new();
            let plan = need.plan(&world);
            let answer = plan.take(&mut Browser::with_session(&world, "GH", name), &plan.path());
            let what = format!("{name} {} {:?}", plan.path(), plan.step);
            assert_ne!(answer.status(), 403, "{what}: {}", text(&answer));
        }
    }
}

#[test]
fn applicants_take_no_step_of_the_authority_by_their_own_certificates() {
    let steps =
        [Step::Return, Step::Inspect, Step::Approve, Step::Issue, Step::Withdraw, Step::Resend];
    for need in needs() {
        let Some(step) = need.step.filter(|step| steps.contains(step)) else { continue };
        if need.route.method == "GET" {
            continue;
        }
        let world = World::new();
        let plan = need.plan(&world);
        let plain = applicant(&world);
        let before = state(&world);
        for mut browser in [Browser::with_session(&world, "GH", "trader"), plain] {
            let answer = plan.take(&mut browser, &plan.path());
            assert_eq!(answer.status(), 403, "{step:?} {}", text(&answer));
            assert_eq!(state(&world), before, "{step:?}");
            // The control: the certificate is theirs.
            let shown = browser.get(&format!("certificates/{}", plan.ids[0]));
            assert!(text(&shown).contains("Secretfruit"), "{step:?}");
        }
    }
}

/// Fields that no form has.
const HIDDEN: [(&str, &str); 14] = [
    ("roles", "nppo-administrator"),
    ("role", "issuing-officer"),
    ("nppo-administrator", "yes"),
    ("issuing-officer", "yes"),
    ("officer", "yes"),
    ("tenant", "NL"),
    ("tenant_id", "2"),
    ("organization", "2"),
    ("organization_id", "2"),
    ("state", "issued"),
    ("user", "1"),
    ("author", "1"),
    ("number", "GH-FORGED"),
    ("must_change", "0"),
];

#[test]
fn fields_that_no_form_has_give_applicants_nothing() {
    let world = World::new();
    let mut trader = Browser::with_session(&world, "GH", "trader");
    // A colleague with the roles of an authority is none.
    let mut fields = HIDDEN.to_vec();
    fields.extend([("name", "mole"), ("full_name", "The Mole"), ("applicant", "yes")]);
    let answer = trader.post("users/new", &fields);
    assert_eq!(answer.status(), 422, "{}", text(&answer));
    assert_eq!(one(&world, "SELECT name FROM user WHERE name = 'mole'"), "");
    // The control: one with a role of applicants is, in one's own organization.
    fields.retain(|(name, _)| !["nppo-administrator", "issuing-officer", "officer"].contains(name));
    assert_eq!(trader.post("users/new", &fields).status(), 200);
    let own = world.organization("GH", "trader");
    let made = one(
        &world,
        "SELECT tenant || ' ' || organization || ' ' || roles || ' ' || must_change FROM user
         JOIN credential ON credential.user = user.id WHERE name = 'mole'",
    );
    assert_eq!(made, format!("1 {own} applicant 1"));
    // Drafts stay where and what they are.
    let id = world.draft(sample::smallest("NL"));
    let mut fields = HIDDEN.to_vec();
    fields.extend([("revision", "2"), ("marks", "Marked")]);
    assert_eq!(trader.post(&format!("certificates/{id}/save"), &fields).status(), 303);
    let kept = format!(
        "SELECT tenant || ' ' || organization || ' ' || state || ' ' || coalesce(number, '-') || ' '
           || (draft LIKE '%Marked%') FROM certificate WHERE id = {id}"
    );
    assert_eq!(one(&world, &kept), format!("1 {own} draft - 1"));
    let made = trader.post("certificates/new", &HIDDEN);
    assert_eq!(made.status(), 303);
    let last = "SELECT tenant || ' ' || organization || ' ' || state FROM certificate
                ORDER BY id DESC LIMIT 1";
    assert_eq!(one(&world, last), format!("1 {own} draft"));
}

#[test]
fn registering_gives_no_more_than_an_applicant_who_waits() {
    let world = World::new();
    let mut visitor = Browser::new(&world);
    let mut fields = HIDDEN.to_vec();
    fields.retain(|(name, _)| !["tenant", "organization"].contains(name));
    fields.extend([
        ("tenant", "GH"),
        ("organization", "Newcomers"),
        ("address", "1 Street"),
        ("name", "newcomer"),
        ("full_name", "New Comer"),
        ("password", PASSWORD),
        ("active", "yes"),
    ]);
    assert_eq!(visitor.post("register", &fields).status(), 200);
    let made = "SELECT u.tenant || ' ' || u.roles || ' ' || o.state FROM user u
                JOIN organization o ON o.id = u.organization WHERE u.name = 'newcomer'";
    assert_eq!(one(&world, made), "1 applicant-administrator pending");
    let credentials = [("tenant", "GH"), ("name", "newcomer"), ("password", PASSWORD)];
    assert_eq!(visitor.post("log-in", &credentials).status(), 401);
    // The control: approved, the same credentials are good.
    let admin = world.session("GH", "admin");
    let waiting = world.gens.organizations(admin, true, None).expect("it is listed");
    world.gens.approve_organization(admin, waiting.rows[0].id).expect("it is approved");
    assert_eq!(visitor.post("log-in", &credentials).status(), 303);
}

#[test]
fn nobody_gives_roles_to_oneself() {
    let world = World::new();
    let roles = |name: &str| {
        one(&world, &format!("SELECT roles FROM user WHERE tenant = 1 AND name = '{name}'"))
    };
    for (name, added) in [("admin", "issuing-officer"), ("trader", "applicant")] {
        let mut browser = Browser::with_session(&world, "GH", name);
        let id = world.session("GH", name).user();
        let before = roles(name);
        let held = world.session("GH", name).roles()[0].as_str();
        let fields = [("full_name", "Me"), (held, "yes"), (added, "yes")];
        let answer = browser.post(&format!("users/{id}"), &fields);
        // An applicant's administrator who applies too has no right more than before.
        let expected = if name == "trader" { 303 } else { 422 };
        assert_eq!(answer.status(), expected, "{name} {}", text(&answer));
        if name == "admin" {
            assert_eq!(roles(name), before);
        }
        // The control: one's name one may change.
        let fields = [("full_name", "Somebody Else"), (held, "yes")];
        assert_eq!(browser.post(&format!("users/{id}"), &fields).status(), 303, "{name}");
    }
    // Who is no administrator changes nobody, oneself included.
    for name in ["officer", "issuer", "auditor"] {
        let id = world.session("GH", name).user();
        let fields = [("full_name", "Me"), ("nppo-administrator", "yes")];
        let answer =
            Browser::with_session(&world, "GH", name).post(&format!("users/{id}"), &fields);
        assert_eq!(answer.status(), 403, "{name}");
    }
}

#[test]
fn roles_taken_away_are_gone_at_once() {
    let world = World::new();
    let mut officer = Browser::with_session(&world, "GH", "officer");
    assert_eq!(officer.post("certificates/new", &[]).status(), 303);
    let id = world.session("GH", "officer").user();
    let mut admin = Browser::with_session(&world, "GH", "admin");
    let fields = [("full_name", "Person officer"), ("auditor", "yes")];
    assert_eq!(admin.post(&format!("users/{id}"), &fields).status(), 303);
    assert_eq!(officer.get("").status(), 303, "the session has ended");
    let mut again = Browser::of(&world, "GH", "officer");
    assert_eq!(again.post("certificates/new", &[]).status(), 403);
    assert_eq!(again.get("audit").status(), 200);
}

#[test]
fn no_role_includes_both_to_apply_and_to_decide() {
    for role in Role::ALL {
        let (applies, rights) = (role.is_of_applicants(), role.rights());
        use phytohub_gens::domain::Right as R;
        let decides = [
            R::Review,
            R::Inspect,
            R::Approve,
            R::Issue,
            R::Decide,
            R::Users,
            R::Settings,
            R::Audit,
        ];
        let decides = decides.into_iter().filter(|right| rights.has(*right)).count();
        assert_eq!(rights.has(R::Apply), applies, "{role:?}");
        assert!(!applies || decides == 0, "{role:?}");
    }
    // And nobody is given one of each kind.
    let world = World::new();
    let mut admin = Browser::with_session(&world, "GH", "admin");
    let fields =
        [("name", "both"), ("full_name", "Both"), ("officer", "yes"), ("applicant", "yes")];
    let answer = admin.post("users/new", &fields);
    assert_eq!(answer.status(), 422);
    assert!(field(&text(&answer), "csrf").is_some());
    let fields = [("name", "both"), ("full_name", "Both"), ("officer", "yes"), ("auditor", "yes")];
    assert_eq!(admin.post("users/new", &fields).status(), 200);
}

#[test]
fn plain_applicants_keep_no_users() {
    let world = World::new();
    let mut plain = applicant(&world);
    for path in ["users", "users/new", "users.csv", "settings", "audit", "organizations", "imports"]
    {
        assert_eq!(plain.get(path).status(), 403, "{path}");
    }
    assert_eq!(plain.get("certificates").status(), 200);
}
