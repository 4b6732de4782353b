//! Hooks tested without a hub, as a plugin's own tests do it, and entries that are linked in.

use phytohub_plugin_api::*;
use phytohub_plugin_sdk::{
    Area, Call, CreateError, Document, Documents, Finding, Findings, Host, Kind, Level, Plugin,
    Result, plugin_entry,
};

struct Short;

impl Plugin for Short {
    const ID: &'static str = "short";
    type Config = ();

    fn create(_host: Host, (): ()) -> Result<Self, CreateError> {
        Ok(Self)
    }
}

impl Documents for Short {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind::observer(1, "short")]
    }

    fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        call.check()?;
        if document.content().len() > 4 {
            let message = format!("too long from {}", document.from());
            findings.add(&Finding::new(Level::Severe, Area::Schema, "S-1", "/", message).at(4));
        }
        Ok(())
    }
}

#[test]
fn hooks_can_be_tested_without_a_hub() {
    let mut found = Vec::new();
    let mut take = |finding: &Finding<'_>| {
        found.push(finding.clone().into_owned());
        true
    };
    let document = Document::of(b"longer").with_parties("XX", "YY");
    Short
        .validate(&Call::detached(), &document, &mut Findings::new(&mut take))
        .expect("it was judged");
    let expected = Finding::new(Level::Severe, Area::Schema, "S-1", "/", "too long from XX").at(4);
    assert_eq!(found, [expected]);
}

#[test]
fn a_plugin_that_is_linked_in_has_an_entry_without_a_symbol() {
    let entry = plugin_entry!(Short: Documents; inline_safe);
    assert_eq!((entry.magic, entry.abi_major), (HUB_PLUGIN_MAGIC, HUB_ABI_MAJOR));
    assert_eq!(entry.flags, HUB_ENTRY_UNWINDS | HUB_ENTRY_INLINE_SAFE);
    assert_eq!(entry.id.len, "short".len());
    assert!(entry.create.is_some());
}
