//! How instances begin, tell of themselves, and end.

use phytohub_plugin_api::*;

use crate::hub::{EVERYTHING, Hub, call, create, everything};

fn refused(hub: &std::sync::Arc<Hub>, config: &str) -> (i32, String) {
    let Err(failure) = create(&EVERYTHING, hub, config) else { panic!("an instance was made") };
    (failure.status, failure.diagnostics)
}

#[test]
fn the_entry_says_what_the_plugin_is() {
    assert_eq!(EVERYTHING.id(), "everything");
    assert_eq!(EVERYTHING.version().to_string(), env!("CARGO_PKG_VERSION"));
    assert_eq!(EVERYTHING.flags(), HUB_ENTRY_UNWINDS | HUB_ENTRY_SERIAL);
    assert!(EVERYTHING.build().starts_with("phytohub-plugin-sdk "), "{}", EVERYTHING.build());
    let instance = everything(&Hub::new(), "");
    let offers = instance.offers();
    assert!(offers.documents && offers.routing && offers.http && offers.wake);
    assert!(offers.snapshot && offers.health);
}

#[test]
fn a_wrong_configuration_is_refused_by_its_key() {
    let hub = Hub::new();
    let (status, text) = refused(&hub, r#"{"limits":{"days":"two"}}"#);
    assert_eq!(status, HUB_INVALID);
    assert!(text.starts_with("configuration: limits.days: invalid type: string \"two\""), "{text}");
    let (_, text) = refused(&hub, r#"{"limits":{"dayz":2}}"#);
    assert!(text.starts_with("configuration: limits.dayz: unknown field `dayz`"), "{text}");
    let (_, text) = refused(&hub, r#"{"limits":{"days":31}}"#);
    assert_eq!(text, "configuration: limits.days: must not be above 30");
    let (_, text) = refused(&hub, "[1");
    assert!(text.starts_with("configuration: "), "{text}");
}

#[test]
fn a_missing_extension_is_named_with_the_grant_to_ask_for() {
    let hub = Hub::without(&[HUB_KV_ID]);
    let (status, text) = refused(&hub, r#"{"require":["hub.log/1","hub.kv/1"]}"#);
    assert_eq!(status, HUB_UNSUPPORTED);
    assert_eq!(
        text,
        "the hub does not offer hub.kv/1 to this plugin: name it under requires or optional in \
         plugin.toml and ask the operator to grant it"
    );
}

#[test]
fn an_instance_lives_starts_copies_itself_and_ends() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    instance.start(&call()).expect("started");
    instance.health(&call()).expect("well");
    hub.put("ill", "yes");
    let ill = instance.health(&call()).expect_err("ill");
    assert_eq!((ill.status, ill.diagnostics.as_str()), (HUB_UNAVAILABLE, "feels ill"));
    assert_eq!(instance.allocated(), Some(42));
    let silent = everything(&Hub::new(), r#"{"limits":{"days":1}}"#);
    assert_eq!(silent.allocated(), None);
    let directory = tempfile::tempdir().expect("a directory");
    instance.snapshot(&call(), directory.path()).expect("copied");
    assert_eq!(std::fs::read(directory.path().join("copy")).expect("a copy"), b"copied");
    instance.quiesce(&call()).expect("quiesced");
    instance.destroy();
}
