//! What is of another country, or of another organization, is not there.

use phytohub_gens::auth::Session;
use phytohub_gens::domain::{
    AttachmentId, CertificateId, Decision, ImportId, OrganizationId, UserId,
};
use phytohub_gens::service::{
    CertificateSearch, CsvList, Holder, ImportSearch, ServiceError, UserChange,
};
use phytohub_sps::sample::Shape;

use crate::sample;
use crate::world::World;

/// Ids of things that somebody else has, or that nobody has.
#[derive(Clone, Copy)]
struct Ids {
    certificate: CertificateId,
    attachment: AttachmentId,
    import: ImportId,
    organization: OrganizationId,
    user: UserId,
}

type Outcome = Result<String, ServiceError>;

/// Every function of the service that takes an id.
fn everything(world: &World, session: &Session, ids: Ids) -> Vec<(&'static str, Outcome)> {
    let Ids { certificate, attachment, import, organization, user } = ids;
    let gens = &world.gens;
    let proof = World::proof();
    let said = |outcome: Result<(), ServiceError>| outcome.map(|()| "done".to_owned());
    let change = || UserChange {
        full_name: "Mallory".to_owned(),
        roles: world.session("GH", "officer").roles().to_vec(),
        ..UserChange::default()
    };
    vec![
        ("certificate", gens.certificate(session, certificate).map(|v| format!("{v:?}"))),
        ("version", gens.version(session, certificate, 1).map(|v| format!("{v:?}"))),
        ("versions", gens.versions(session, certificate).map(|v| format!("{v:?}"))),
        (
            "version_changes",
            gens.version_changes(session, certificate, (1, 2)).map(|v| format!("{v:?}")),
        ),
        (
            "successors",
            gens.successors(session, certificate, Holder::Issuer).map(|v| format!("{v:?}")),
        ),
        ("reassign", said(gens.reassign(session, certificate, Holder::Issuer, user))),
        ("copy", gens.copy(session, certificate).map(|v| v.to_string())),
        (
            "save_draft",
            gens.save_draft(session, certificate, 1, sample::full("US")).map(|v| v.to_string()),
        ),
        (
            "attach",
            gens.attach(session, certificate, "a.pdf", b"%PDF-".to_vec()).map(|v| v.to_string()),
        ),
        ("detach", said(gens.detach(session, certificate, attachment))),
        ("attachment", gens.attachment(session, certificate, attachment).map(|v| format!("{v:?}"))),
        ("submit", said(gens.submit(session, certificate, 1))),
        ("recall", said(gens.recall(session, certificate))),
        ("return", said(gens.return_for_correction(session, certificate, "Why not"))),
        ("inspect", said(gens.inspect(session, certificate, ""))),
        ("approve", said(gens.approve(session, certificate))),
        ("issue", gens.issue(session, certificate, 1, &proof)),
        ("resend", said(gens.resend(session, certificate, "Why not", &proof))),
        ("withdraw", said(gens.withdraw(session, certificate, "Why not", &proof))),
        ("settle", said(gens.settle(session, certificate))),
        ("take_original", gens.take_original(session, certificate, 1).map(|v| v.to_string())),
        (
            "declare_lost",
            gens.declare_lost(session, certificate, "Why not", &proof).map(|v| v.to_string()),
        ),
        ("xml", gens.xml(session, certificate)),
        ("check_saved", gens.check_saved(session, certificate).map(|v| format!("{v:?}"))),
        ("import", gens.import(session, import).map(|v| format!("{v:?}"))),
        ("decide", said(gens.decide(session, import, Decision::Rejected, "Why not"))),
        ("note_withdrawal", said(gens.note_withdrawal(session, import))),
        ("organization", gens.organization(session, organization).map(|v| format!("{v:?}"))),
        ("approve_organization", said(gens.approve_organization(session, organization))),
        ("end_organization", said(gens.end_organization(session, organization, "Why not"))),
        ("user", gens.user(session, user).map(|v| format!("{v:?}"))),
        ("change_user", said(gens.change_user(session, user, &change()))),
        ("reset_password", gens.reset_password(session, user, &proof).map(|_| String::new())),
        ("reset_second_factor", said(gens.reset_second_factor(session, user, &proof))),
        ("end_user", gens.end_user(session, user, None).map(|v| v.to_string())),
        ("restore_user", said(gens.restore_user(session, user))),
    ]
}

/// Things of GH's trader, and what GH received.
fn theirs(world: &World) -> Ids {
    let (certificate, _) = world.issued(sample::smallest("US"));
    let draft = world.draft(sample::smallest("NL"));
    let trader = world.session("GH", "trader");
    let pdf = b"%PDF-1.4".to_vec();
    let attachment = world.gens.attach(trader, draft, "a.pdf", pdf).expect("it is attached");
    let foreign = Shape::default().certificate();
    world.hub.deliver("US", "GH", &foreign.number, 70, foreign.to_xml().as_bytes());
    world.gens.exchange(false);
    let importer = world.session("GH", "importer");
    let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
    Ids {
        certificate,
        attachment,
        import: page.rows[0].id,
        organization: world.organization("GH", "trader"),
        user: trader.user(),
    }
}

fn nobodys() -> Ids {
    Ids {
        certificate: "999999".parse().expect("a number"),
        attachment: "999999".parse().expect("a number"),
        import: "999999".parse().expect("a number"),
        organization: "999999".parse().expect("a number"),
        user: "999999".parse().expect("a number"),
    }
}

#[test]
fn what_another_country_has_answers_as_what_nobody_has() {
    let world = World::new();
    let theirs = theirs(&world);
    let before = snapshot(&world, theirs);
    for who in ["admin", "officer", "inspector", "issuer", "importer", "auditor", "trader"] {
        let session = world.session("NL", who);
        let others = everything(&world, session, theirs);
        let nothing = everything(&world, session, nobodys());
        for ((name, other), (_, none)) in others.into_iter().zip(nothing) {
            let (other, none) = (other.expect_err(name), none.expect_err(name));
            assert!(matches!(other, ServiceError::NotFound), "{who} {name}: {other:?}");
            assert!(matches!(none, ServiceError::NotFound), "{who} {name}: {none:?}");
        }
    }
    assert_eq!(snapshot(&world, theirs), before);
}

#[test]
fn what_another_organization_has_answers_as_what_nobody_has() {
    let world = World::new();
    let theirs = theirs(&world);
    let before = snapshot(&world, theirs);
    let rival = world.session("GH", "rival");
    let others = everything(&world, rival, theirs);
    let nothing = everything(&world, rival, nobodys());
    for ((name, other), (_, none)) in others.into_iter().zip(nothing) {
        let (other, none) = (other.expect_err(name), none.expect_err(name));
        assert!(matches!(other, ServiceError::NotFound), "{name}: {other:?}");
        assert!(matches!(none, ServiceError::NotFound), "{name}: {none:?}");
    }
    assert_eq!(snapshot(&world, theirs), before);
    // And the owner sees what is its own.
    world.gens.certificate(world.session("GH", "trader"), theirs.certificate).expect("it is");
}

fn snapshot(world: &World, ids: Ids) -> String {
    let gens = &world.gens;
    let view = gens.certificate(world.session("GH", "auditor"), ids.certificate);
    let import = gens.import(world.session("GH", "auditor"), ids.import);
    let user = gens.user(world.session("GH", "admin"), ids.user);
    format!("{view:?} {import:?} {user:?}")
}

#[test]
fn lists_show_what_is_ones_own() {
    let world = World::new();
    let theirs = theirs(&world);
    let certificates = |tenant, who| {
        let session = world.session(tenant, who);
        let found = |words: &str| {
            let search = CertificateSearch { words: words.to_owned(), ..Default::default() };
            world.gens.certificates(session, &search, None).expect("listed").rows.len()
        };
        (found(""), found("apples"))
    };
    assert_eq!(certificates("GH", "auditor"), (2, 2));
    assert_eq!(certificates("GH", "trader"), (2, 2));
    assert_eq!(certificates("GH", "rival"), (0, 0));
    assert_eq!(certificates("NL", "auditor"), (0, 0));
    let imports = |tenant, who, words: &str| {
        let search = ImportSearch { words: words.to_owned(), ..Default::default() };
        world.gens.imports(world.session(tenant, who), &search, None).map(|page| page.rows.len())
    };
    assert_eq!(imports("GH", "auditor", "").expect("listed"), 1);
    assert_eq!(imports("GH", "auditor", "us").expect("listed"), 1);
    assert_eq!(imports("NL", "auditor", "").expect("listed"), 0);
    assert_eq!(imports("NL", "auditor", "us").expect("listed"), 0);
    assert!(matches!(imports("GH", "trader", ""), Err(ServiceError::Denied(_))));
    let users = |tenant, who| {
        let page = world.gens.users(world.session(tenant, who), None).expect("it is listed");
        page.rows.iter().any(|user| user.id == theirs.user)
    };
    assert!(users("GH", "admin") && users("GH", "trader"));
    assert!(!users("NL", "admin") && !users("GH", "rival"));
    let csv = |tenant, who| {
        let list = CsvList::Certificates(CertificateSearch::default());
        world.gens.csv(world.session(tenant, who), &list, None).expect("written").0.lines().count()
    };
    assert_eq!((csv("GH", "auditor"), csv("GH", "rival"), csv("NL", "auditor")), (3, 1, 1));
}

#[test]
fn formulas_that_people_enter_are_texts_in_csv() {
    let world = World::new();
    let mut draft = sample::smallest("NL");
    draft.exporter.name = "=HYPERLINK(\"http://evil\")".to_owned();
    draft.consignee.name = "@cmd".to_owned();
    draft.lines[0].produce = "+1\n-2".to_owned();
    world.draft(draft);
    let list = CsvList::Certificates(CertificateSearch::default());
    let (csv, _) = world.gens.csv(world.session("GH", "auditor"), &list, None).expect("written");
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{csv}");
    assert!(csv.contains("\"'@cmd\"") && csv.contains("\"'+1\n-2\""), "{csv}");
}

#[test]
fn paper_is_verified_by_its_token_and_goods_by_its_code() {
    let world = World::new();
    let (id, number) = world.issued(sample::smallest("US"));
    let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("it is seen");
    let (token, code) = (view.token.expect("there is one"), view.paper_code.expect("there is one"));
    let look =
        |token: &str, code: Option<&str>| world.gens.verify_paper(token, code, "203.0.113.1");
    let card = look(&token, None).expect("it is known");
    assert_eq!((card.number, card.withdrawn, card.goods), (number, false, None));
    assert_eq!(look(&token, Some("WRONG")).expect("it is known").goods, None);
    let goods = look(&token, Some(&code.to_lowercase())).expect("it is known").goods;
    assert_eq!(goods.expect("they are shown")[0].produce, "Apples");
    assert!(matches!(look("guessed", None), Err(ServiceError::NotFound)));
    let limited =
        (0..20).any(|_| matches!(look(&token, Some("WRONG")), Err(ServiceError::Limited { .. })));
    assert!(limited, "codes cannot be tried for ever");
}
