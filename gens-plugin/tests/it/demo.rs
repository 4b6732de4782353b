//! What an operator begins with: a demonstration, or an empty country and its first administrator.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use phytohub_gens::auth::Session;
use phytohub_gens::demo::{PASSWORD, fill};
use phytohub_gens::domain::State;
use phytohub_gens::environment::{MachineClock, MachineRandom};
use phytohub_gens::handover::hand_over;
use phytohub_gens::service::{
    CertificateSearch, Gens, ImportSearch, LogIn, ServiceError, TenantConfig,
};
use phytohub_plugin_sdk::Events;
use phytohub_plugin_sdk::host::Connection;

use crate::hub::FakeHub;
use crate::world::ADDRESS;

/// EG and KE for training, GH in earnest; and AR, which is another's.
fn open(directory: &Path) -> (Gens, Arc<FakeHub>) {
    let hub = Arc::new(FakeHub::default());
    let mut other = Connection::new("AR", "Another system");
    "AR".clone_into(&mut other.country);
    other.test = true;
    hub.connect(other);
    let tenants = [("EG", true), ("KE", true), ("GH", false)]
        .map(|(code, training)| TenantConfig::new(code, code, format!("NPPO of {code}"), training));
    let random = Arc::new(MachineRandom::default());
    let gens = Gens::open(directory, &tenants, hub.clone(), Arc::new(MachineClock), random);
    (gens.expect("it opens"), hub)
}

fn log_in(gens: &Gens, tenant: &str, name: &str, password: &str) -> Result<Session, ServiceError> {
    let LogIn::Done(new) = gens.log_in(tenant, name, password, ADDRESS)? else {
        panic!("a second factor is asked for");
    };
    Ok(gens.session(new.token(), ADDRESS)?.expect("it has just begun"))
}

#[test]
fn demonstration_shows_something_in_every_list_and_is_made_once() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let (gens, hub) = open(directory.path());
    gens.exchange(true);
    fill(&gens).expect("it is filled");
    for _ in 0..3 {
        gens.exchange(false);
        let heard = gens.heard().expect("it is known");
        hub.events_after(heard, |events| gens.hear(&Events::of(events)).expect("it is kept"));
    }
    let states = |tenant: &str| {
        let auditor = log_in(&gens, tenant, "auditor", PASSWORD).expect("the auditor is there");
        let all = gens.certificates(&auditor, &CertificateSearch::default(), None);
        let mut states: Vec<State> =
            all.expect("they are listed").rows.iter().map(|card| card.state).collect();
        states.sort_by_key(|state| state.as_str());
        states
    };
    let kenyan = states("KE");
    let all = ["approved", "delivered", "draft", "inspected", "returned", "sent", "submitted"];
    assert_eq!(kenyan.iter().map(|state| state.as_str()).collect::<Vec<_>>(), all);
    assert_eq!(states("EG").len(), 4);
    for tenant in ["EG", "KE"] {
        let importer = log_in(&gens, tenant, "importer", PASSWORD).expect("is there");
        let waiting = gens.imports(&importer, &ImportSearch::default(), None).expect("listed");
        assert_eq!(waiting.rows.len(), 1, "{tenant}");
        let worker = |name: &str| {
            let session = log_in(&gens, tenant, name, PASSWORD).expect("is there");
            gens.work_list(&session, None).expect("it is listed").rows.len()
        };
        assert!(worker("inspector") > 0 && worker("officer") > 0, "{tenant}");
        let admin = log_in(&gens, tenant, "admin", PASSWORD).expect("is there");
        let pending = gens.organizations(&admin, true, None).expect("they are listed");
        assert_eq!(pending.rows.len(), 1, "{tenant}");
        log_in(&gens, tenant, "exporter", PASSWORD).expect("is there");
        log_in(&gens, tenant, "trader", PASSWORD).expect("is there");
    }
    let issuer = log_in(&gens, "KE", "issuer", PASSWORD).expect("is there");
    assert_eq!(gens.work_list(&issuer, None).expect("listed").rows.len(), 2);

    let refused = log_in(&gens, "GH", "admin", PASSWORD);
    assert!(matches!(refused, Err(ServiceError::Credentials)), "nothing is shown in earnest");
    fill(&gens).expect("there is nothing to do");
    assert_eq!(states("KE"), kenyan, "it is made once");
}

#[test]
fn first_administrator_gets_a_password_in_a_file_until_it_was_used() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let (gens, _) = open(directory.path());
    let file = directory.path().join("first-password/GH");
    let password = || {
        let text = fs::read_to_string(&file).expect("it is there");
        text.lines().find_map(|line| line.strip_prefix("password  ")).expect("one").to_owned()
    };
    hand_over(&gens, directory.path()).expect("it is written");
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
    let first = password();
    hand_over(&gens, directory.path()).expect("there is nothing to do");
    assert_eq!(password(), first, "it stays until it is used");
    fs::remove_file(&file).expect("it is lost");
    hand_over(&gens, directory.path()).expect("it is written anew");
    let second = password();
    let lost = log_in(&gens, "GH", "admin", &first);
    assert!(matches!(lost, Err(ServiceError::Credentials)), "what was lost is worth nothing");
    let admin = log_in(&gens, "GH", "admin", &second).expect("the other is good");
    assert!(admin.must_change_password());
    gens.change_password(&admin, &second, "a password of one's own").expect("it is changed");
    hand_over(&gens, directory.path()).expect("it is removed");
    assert!(!file.exists());
    hand_over(&gens, directory.path()).expect("there is nothing to do");
    assert!(!file.exists(), "there is an administrator");
}
