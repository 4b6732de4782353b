//! All that a tenant has, in one file.

use std::collections::BTreeMap;
use std::io::Read;

use phytohub_gens::service::{PackageState, ServiceError};
use phytohub_sps::sample::Shape;

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::{PASSWORD, World};

fn unpacked(file: impl Read) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let entries = archive.entries().expect("it is an archive");
    entries
        .map(|entry| {
            let mut entry = entry.expect("an entry can be read");
            let path = entry.path().expect("it has a path").display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("it can be read");
            (path, bytes)
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn package_holds_everything_of_its_tenant_and_nothing_else() {
    let world = World::new();
    let trader = world.session("GH", "trader");
    let mut draft = sample::smallest("NL");
    draft.exporter.name = "=cmd|'/c calc'!A1".to_owned();
    let formula = world.draft(draft);
    let file = world.gens.attach(trader, formula, "list.pdf", b"%PDF-1.7 list".to_vec());
    let file = file.expect("it is attached");
    let (issued, number) = world.issued(sample::full("NL"));
    let theirs = world.gens.create_draft(world.session("NL", "officer"), None).expect("begun");
    let foreign = Shape::default().certificate();
    world.hub.deliver("US", "GH", &foreign.number, 70, foreign.to_xml().as_bytes());
    world.exchange();
    let auditor = world.session("GH", "auditor");
    world.gens.request_package(auditor, &World::proof()).expect("it is asked for");
    let twice = world.gens.request_package(auditor, &World::proof());
    assert!(matches!(twice, Err(ServiceError::Busy)), "{twice:?}");
    world.gens.make_packages();
    let made = world.gens.packages(auditor).expect("they are listed").remove(0);
    assert_eq!(made.state, PackageState::Ready);
    let package = world.gens.package_file(auditor, made.id).expect("it is there");
    let mut bytes = Vec::new();
    let mut file_of_package = package.file;
    file_of_package.read_to_end(&mut bytes).expect("it can be read");
    assert_eq!((bytes.len() as u64, sha256(&bytes)), (made.bytes, made.digest.clone()));
    let all = unpacked(&*bytes);
    let said = |path: &str| {
        let found = all.get(path).unwrap_or_else(|| panic!("{path} in {:?}", all.keys()));
        String::from_utf8_lossy(found).into_owned()
    };
    assert_eq!(
        said(&format!("certificates/{formula}/attachments/{file}-list.pdf")),
        "%PDF-1.7 list"
    );
    let sent = world.hub.envelopes();
    let sent = sent.iter().find(|(one, _)| one.nppo_certificate_number == number).expect("sent");
    let document = all.iter().find(|(path, _)| {
        path.starts_with(&format!("certificates/{issued}/version-")) && path.ends_with(".xml")
    });
    assert_eq!(document.expect("it is there").1, &sent.1);
    assert!(said("lists/certificates.csv").contains(&number));
    assert!(said("lists/certificates.csv").contains("\"'=cmd|"), "formulas are texts");
    assert!(said("lists/users.csv").contains("\"trader\""));
    assert!(said("lists/organizations.csv").contains("rival of GH"));
    assert!(said("lists/audit.csv").contains("request-package"));
    assert!(said("lists/steps.csv").contains("\"issue\""));
    assert!(said("settings.json").contains("Plant Health of Ghana"));
    assert!(all.keys().any(|path| path.starts_with("imports/")));
    assert!(!all.contains_key(&format!("certificates/{theirs}/text.json")), "it is NL's");
    let everything: String = all.values().map(|one| String::from_utf8_lossy(one)).collect();
    assert!(!everything.contains("argon2"), "no password, hashed or not, leaves");
    // Every file is listed with its length and digest, and counted.
    let list = said("files.csv");
    for (path, bytes) in &all {
        let listed = format!("\"{path}\",\"{}\",\"{}\"", bytes.len(), sha256(bytes));
        let is_list = path == "files.csv" || path == "manifest.json";
        assert!(is_list || list.contains(&listed), "{listed}");
    }
    let manifest: serde_json::Value = serde_json::from_str(&said("manifest.json")).expect("JSON");
    assert_eq!(manifest["counts"]["certificates"], 2);
    assert_eq!(manifest["counts"]["imports"], 1);
    assert_eq!(manifest["counts"]["attachments"], 1);
    assert_eq!(manifest["files_csv_sha256"], sha256(list.as_bytes()));
}

#[test]
fn package_is_there_for_a_day_and_for_who_sees_everything() {
    let mut world = World::new();
    for name in ["officer", "issuer", "importer", "trader"] {
        let refused = world.gens.request_package(world.session("GH", name), &World::proof());
        assert!(matches!(refused, Err(ServiceError::Denied(_))), "{name}: {refused:?}");
    }
    let auditor = world.session("GH", "auditor").clone();
    let wrong = world.gens.request_package(&auditor, &Default::default());
    assert!(matches!(wrong, Err(ServiceError::Credentials)), "{wrong:?}");
    let mut browser = Browser::with_session(&world, "GH", "auditor");
    assert_eq!(browser.post("packages/new", &[("password", PASSWORD)]).status(), 303);
    assert_eq!(browser.post("packages/new", &[("password", PASSWORD)]).status(), 409);
    // The process ends before it was made: it is made after the next start.
    world.reopen();
    world.gens.make_packages();
    let mut browser = Browser::with_session(&world, "GH", "auditor");
    let page = text(&browser.get("packages"));
    let forms = page.split("action=\"/gens/").filter_map(|rest| rest.split('"').next());
    let path = forms.into_iter().find(|path| path.ends_with("/file")).expect("it is offered");
    let answer = browser.post(path, &[]);
    assert_eq!(answer.status(), 200);
    assert!(answer.value("content-disposition").is_some_and(|how| how.contains("GH-2026-03-04")));
    let mut file = answer.sent_file().expect("it is streamed");
    let mut magic = [0; 2];
    file.read_exact(&mut magic).expect("it can be read");
    assert_eq!(magic, [0x1f, 0x8b]);
    let id = world.gens.packages(&auditor).expect("listed")[0].id;
    let foreign = world.gens.package_file(world.session("NL", "auditor"), id);
    assert!(matches!(foreign, Err(ServiceError::NotFound)), "{foreign:?}");
    let files = || std::fs::read_dir(world.directory.path().join("packages")).expect("there");
    assert_eq!(files().count(), 1, "nothing else is left");
    world.watch.pass_ms(86_400_001);
    world.gens.make_packages();
    assert_eq!(files().count(), 0);
    assert_eq!(world.gens.packages(&auditor).expect("listed")[0].state, PackageState::Removed);
    let gone = world.gens.package_file(&auditor, id);
    assert!(matches!(gone, Err(ServiceError::NotFound)), "{gone:?}");
    let trail = world.gens.audit(&auditor, None).expect("it is read").rows;
    for action in ["request-package", "package-made", "download-package", "package-removed"] {
        assert!(trail.iter().any(|row| row.action == action), "{action}");
    }
}
