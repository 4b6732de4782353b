//! What a manifest says of extensions, compared with what this hub has and what a library offers.

use phytohub_plugin_api as api;
use phytohub_plugin_loader::instance::Offers;

use crate::settings::PluginSettings;
use crate::source::{LoadError, PackageFacts};

/// Every extension that this hub has for plugins.
const OF_THE_HUB: [&str; 13] = [
    api::HUB_AUDIT_ID,
    api::HUB_BYTES_ID,
    api::HUB_CODELISTS_ID,
    api::HUB_DATA_ID,
    api::HUB_ENVELOPES_ID,
    api::HUB_HTTP_RESPOND_ID,
    api::HUB_KV_ID,
    api::HUB_LOG_ID,
    api::HUB_METRICS_ID,
    api::HUB_REGISTRY_ID,
    api::HUB_SECRETS_ID,
    api::HUB_TICKETS_ID,
    api::HUB_TIMERS_ID,
];

/// Refuses a manifest with a name that this hub does not know, or a need that is not granted;
/// nothing of the plugin has run then.
pub(crate) fn check_manifest(
    facts: &PackageFacts,
    settings: &PluginSettings,
) -> Result<(), LoadError> {
    let offered = Offers::default().each().map(|(id, _)| id);
    let lists: [(_, &[String], &[&str]); 3] = [
        ("requires", &facts.requires, &OF_THE_HUB),
        ("optional", &facts.optional, &OF_THE_HUB),
        ("provides", &facts.provides, &offered),
    ];
    for (key, names, known) in lists {
        if let Some(found) = names.iter().find(|name| !known.contains(&name.as_str())) {
            let (found, known) = (found.clone(), known.join(","));
            return Err(LoadError::Unknown { key, found, known });
        }
    }
    let lacks = facts.requires.iter().map(String::as_str).filter(|needed| !settings.grants(needed));
    let lacks: Vec<&str> = lacks.collect();
    if lacks.is_empty() {
        return Ok(());
    }
    Err(LoadError::NotGranted { id: settings.id.clone(), needs: lacks.join(",") })
}

/// Leaves of what a library offers what its manifest provides, which is what the operator saw and
/// what was signed; gives the rest, which is not used. A manifest that provides nothing leaves all.
pub(crate) fn keep_provided(
    offers: &mut Offers,
    provides: &[String],
) -> Result<Vec<&'static str>, LoadError> {
    if provides.is_empty() {
        return Ok(Vec::new());
    }
    let provided = |id: &str| provides.iter().any(|name| name == id);
    let each = offers.each();
    if each.iter().any(|(id, there)| provided(id) && !there) {
        let found: Vec<&str> = each.iter().filter(|(_, there)| *there).map(|(id, _)| *id).collect();
        let found = if found.is_empty() { "nothing".to_owned() } else { found.join(",") };
        return Err(LoadError::NotOffered { expected: provides.join(","), found });
    }
    let mut unused = Vec::new();
    for (id, _) in each.into_iter().filter(|(id, there)| *there && !provided(id)) {
        match id {
            api::HUB_DOCUMENTS_ID => {
                (offers.documents, offers.describe, offers.render) = (false, false, false);
            }
            api::HUB_ROUTING_ID => offers.routing = false,
            api::HUB_LIFECYCLE_ID => offers.lifecycle = None,
            api::HUB_HTTP_ID => offers.http = false,
            api::HUB_WAKE_ID => offers.wake = false,
            api::HUB_SNAPSHOT_ID => offers.snapshot = false,
            _ => offers.health = false,
        }
        unused.push(id);
    }
    Ok(unused)
}

/// Whether a plugin that wants events is allowed to see those of no envelope at all.
pub(crate) fn hears_nothing(offers: &Offers, settings: &PluginSettings) -> bool {
    let sees =
        settings.observe_all || !settings.act_as.is_empty() || !settings.registers.is_empty();
    offers.lifecycle.is_some() && !sees
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn what_a_manifest_does_not_provide_is_not_used() {
        let mut offers = Offers::default();
        (offers.documents, offers.render, offers.wake) = (true, true, true);
        let whole = offers;
        let unused = keep_provided(&mut offers, &[]).expect("nothing is asked");
        assert_eq!((unused.len(), offers), (0, whole), "an empty list leaves all");
        let unused = keep_provided(&mut offers, &names(&["hub.wake/1"])).expect("it is there");
        assert_eq!(unused, ["hub.documents/1"]);
        assert!(offers.wake && !offers.documents && !offers.render);
    }

    #[test]
    fn what_a_library_does_not_offer_is_told_with_what_it_does() {
        let mut offers = Offers::default();
        offers.documents = true;
        let provides = names(&["hub.documents/1", "hub.http/1"]);
        let error = keep_provided(&mut offers, &provides).expect_err("it has no pages");
        let words = error.to_string();
        assert!(words.contains("expected=hub.documents/1,hub.http/1"), "{words}");
        assert!(words.contains("found=hub.documents/1"), "{words}");
    }

    #[test]
    fn misspelled_extensions_are_refused_in_every_list() {
        let mut settings = PluginSettings::new("id", "1.0.0");
        settings.grants = names(&["hub.kvv/1"]);
        let wrong = [
            PackageFacts { requires: names(&["hub.kvv/1"]), ..PackageFacts::default() },
            PackageFacts { optional: names(&["hub.kvv/1"]), ..PackageFacts::default() },
            PackageFacts { provides: names(&["hub.document/1"]), ..PackageFacts::default() },
        ];
        let said =
            [("requires", "hub.kvv/1"), ("optional", "hub.kvv/1"), ("provides", "hub.document/1")];
        for (facts, (key, name)) in wrong.iter().zip(said) {
            let words = check_manifest(facts, &settings).expect_err(key).to_string();
            assert!(words.contains(&format!("in {key}: ")), "{words}");
            assert!(words.ends_with(&format!("found={name}")), "{words}");
        }
    }

    #[test]
    fn what_is_not_granted_is_told_with_where_to_write_it() {
        let settings = PluginSettings::new("poor", "1.0.0");
        let facts = PackageFacts { requires: names(&["hub.kv/1"]), ..PackageFacts::default() };
        let words = check_manifest(&facts, &settings).expect_err("it is not granted").to_string();
        let expected = "needs hub.kv/1, which is not granted: add it to grants in [plugin.poor] of \
                        hub.toml";
        assert_eq!(words, expected);
    }

    #[test]
    fn who_wants_events_and_may_see_no_envelope_hears_nothing() {
        let (mut offers, mut settings) = (Offers::default(), PluginSettings::new("id", "1.0.0"));
        assert!(!hears_nothing(&offers, &settings), "it wants none");
        offers.lifecycle = Some(1);
        assert!(hears_nothing(&offers, &settings));
        settings.registers = vec!["NO".parse().expect("a code")];
        assert!(!hears_nothing(&offers, &settings));
    }
}
