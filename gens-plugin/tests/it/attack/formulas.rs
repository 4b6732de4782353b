//! Lists that a spreadsheet opens.

use phytohub_gens::domain::Decision;
use phytohub_gens::service::{CertificateSearch, CsvList, ImportSearch, NewAccount, Registration};

use crate::sample;
use crate::world::{ADDRESS, PASSWORD, World};

#[test]
fn no_list_has_a_formula() {
    let world = World::new();
    let (admin, trader) = (world.session("GH", "admin"), world.session("GH", "trader"));
    for (place, start) in ["=", "+", "-", "@", "\t=", "＝", " ="].iter().enumerate() {
        let evil = format!("{start}HYPERLINK(\"http://evil.example\",\"x\")");
        let mut draft = sample::smallest("NL");
        draft.exporter.name.clone_from(&evil);
        draft.consignee.name.clone_from(&evil);
        draft.lines[0].produce.clone_from(&evil);
        let (id, _) = world.issued(draft.clone());
        let _ = world.gens.withdraw(world.session("GH", "issuer"), id, &evil, &World::proof());
        let registration = Registration {
            tenant: "GH".to_owned(),
            organization: evil.trim_start_matches('\t').to_owned(),
            address: vec![evil.trim_start_matches('\t').to_owned()],
            contact: evil.trim_start_matches('\t').to_owned(),
            name: format!("made{place}"),
            full_name: "Made".to_owned(),
            password: PASSWORD.to_owned(),
        };
        let _ = world.gens.register(&registration, ADDRESS);
        let account = NewAccount {
            name: format!("+user{place}"),
            full_name: evil.trim_start_matches('\t').to_owned(),
            contact: evil.trim_start_matches('\t').to_owned(),
            roles: vec![phytohub_gens::domain::Role::Officer],
            ..NewAccount::default()
        };
        let _ = world.gens.create_user(admin, &account);
        let facts = phytohub_gens::domain::IssueFacts::default();
        let mut foreign = phytohub_gens::domain::certificate(&draft, &facts, &[]);
        foreign.number = evil.clone();
        world.hub.deliver("NL", "GH", &evil, 70, foreign.to_xml().as_bytes());
    }
    world.exchange();
    let importer = world.session("GH", "importer");
    let found = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed").rows;
    assert_eq!(found.len(), 7);
    for row in found {
        let _ = world.gens.decide(importer, row.id, Decision::Held, "=1+1");
    }
    let year = (0, i64::MAX / 2);
    let lists = [
        (trader, CsvList::Certificates(CertificateSearch::default()), 14),
        (importer, CsvList::Imports(ImportSearch::default()), 14),
        (admin, CsvList::Users, 5),
        (admin, CsvList::Organizations, 5),
        (admin, CsvList::Audit, 7),
        (trader, CsvList::MonthlyCounts { from_ms: year.0, until_ms: year.1 }, 5),
    ];
    for (session, list, least) in lists {
        let (csv, _) = world.gens.csv(session, &list, None).expect("it is written");
        let mut guarded = 0;
        for field in fields_of(&csv) {
            let start = field.trim_start_matches([' ', '\u{a0}']).chars().next();
            let formula = start.is_some_and(|c| "=+-@\t\r\n＝＋－＠".contains(c));
            assert!(!formula, "{list:?}: {field:?}");
            guarded += usize::from(field.starts_with('\''));
        }
        assert!(guarded >= least, "{list:?}: {guarded} guarded\n{csv}");
    }
}

/// The fields of a CSV as RFC 4180 has them.
fn fields_of(csv: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = csv;
    while let Some((_, start)) = rest.split_once('"') {
        let mut field = String::new();
        let mut at = start;
        loop {
            let (part, after) = at.split_once('"').expect("a field ends");
            field.push_str(part);
            at = after;
            match after.strip_prefix('"') {
                Some(after) => {
                    field.push('"');
                    at = after;
                }
                None => break,
            }
        }
        fields.push(field);
        rest = at;
    }
    fields
}
