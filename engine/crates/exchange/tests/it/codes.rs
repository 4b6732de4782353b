//! Code lists: served from the store, in revisions that hold from a date on.

use std::time::Duration;

use phytohub_domain::{Clock, ErrorKind};
use phytohub_exchange::{AdminReply, AdminRequest};
use phytohub_schemas::CodeListName;

use super::fixture::{Fixture, OPERATOR};

async fn views(fixture: &Fixture) -> Vec<(String, u32, bool)> {
    let AdminReply::CodeLists(views) = fixture.admin(AdminRequest::CodesList).await else {
        panic!("no lists")
    };
    views.into_iter().map(|view| (view.name, view.revision, view.in_force)).collect()
}

async fn export(fixture: &Fixture, revision: Option<u32>) -> String {
    let request = AdminRequest::CodesExport { name: "conditions".into(), revision };
    match fixture.admin(request).await {
        AdminReply::CodeListFile(text) => text,
        other => panic!("no file: {other:?}"),
    }
}

#[tokio::test]
async fn the_program_brings_its_lists_once() {
    let fixture = Fixture::new().await;
    fixture.hub.seed_code_lists().await.expect("committed");
    fixture.hub.seed_code_lists().await.expect("nothing to do");
    let views = views(&fixture).await;
    assert_eq!(views.len(), CodeListName::ALL.len());
    assert!(views.iter().all(|(_, revision, in_force)| *revision == 1 && *in_force));
}

#[tokio::test]
async fn a_new_revision_holds_from_its_date_on_and_the_old_one_stays() {
    let fixture = Fixture::new().await;
    fixture.hub.seed_code_lists().await.expect("committed");
    let caller = fixture.caller("NO");
    let rows = async || {
        let list = fixture.hub.code_list(&caller, CodeListName::Conditions).await;
        list.expect("in force").rows().len()
    };
    let before = rows().await;
    let old = export(&fixture, None).await;
    let new = old.replacen("\"edition\": \"", "\"edition\": \"Second, ", 1);
    assert_ne!(new, old);
    let tomorrow = fixture.clock.now().plus(Duration::from_secs(24 * 3600)).as_millis();
    let import = AdminRequest::CodesImport { text: new, valid_from_ms: Some(tomorrow) };
    fixture.admin(import).await;
    let conditions = |views: Vec<(String, u32, bool)>| -> Vec<(u32, bool)> {
        let of_name = views.into_iter().filter(|(name, ..)| name == "conditions");
        of_name.map(|(_, revision, in_force)| (revision, in_force)).collect()
    };
    assert_eq!(conditions(views(&fixture).await), [(1, true), (2, false)], "announced");
    assert_eq!(export(&fixture, None).await, old);
    fixture.clock.advance(Duration::from_secs(25 * 3600));
    assert_eq!(conditions(views(&fixture).await), [(1, false), (2, true)]);
    assert!(export(&fixture, None).await.contains("Second, "));
    assert_eq!(export(&fixture, Some(1)).await, old);
    assert_eq!(rows().await, before);
}

#[tokio::test]
async fn what_is_no_code_list_is_refused_and_changes_nothing() {
    let fixture = Fixture::new().await;
    let import = AdminRequest::CodesImport { text: "{\"name\": 7}".into(), valid_from_ms: None };
    let error = fixture.hub.admin(&OPERATOR, import).await.expect_err("no list");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("line 1"), "{error}");
    assert!(views(&fixture).await.is_empty());
    let export = AdminRequest::CodesExport { name: "conditions".into(), revision: None };
    let error = fixture.hub.admin(&OPERATOR, export).await.expect_err("no list");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
