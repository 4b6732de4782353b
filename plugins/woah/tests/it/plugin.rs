//! The plugin as the hub has it: the library that is loaded, in a hub that is none.

use std::path::PathBuf;
use std::sync::OnceLock;

use phytohub_official_certificate::sample::Shape;
use phytohub_plugin_api::{
    HUB_FOR_DELIVERY, HUB_FOR_VALIDATION, HUB_FORM_CDATA, HUB_KIND_EXPERIMENTAL, HUB_KIND_GATE,
    HUB_KIND_OWNER, HUB_LEVEL_SEVERE,
};
use phytohub_plugin_loader::{DocumentView, HttpRequestView};
use phytohub_plugin_testkit::{MockHost, TestPlugin, build, check};
use phytohub_woah::sample::sample;
use serde_json::{Value, json};

fn library() -> PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| build::cdylib("phytohub-woah-module")).clone()
}

fn plugin(config: Value) -> TestPlugin {
    let plugin = MockHost::builder().config(config).build().load(&library());
    let plugin = plugin.expect("the plugin loads");
    plugin.start().expect("it starts");
    plugin
}

fn cattle() -> String {
    let mut shape = Shape::new(853, 1);
    shape.countries = Some(("NL".into(), "KE".into()));
    shape.number = Some("NL-V-1".into());
    sample("live-cattle", &shape).expect("a commodity").to_xml()
}

fn document(xml: &str) -> DocumentView<'_> {
    DocumentView {
        purpose: HUB_FOR_DELIVERY,
        certificate_type: 853,
        certificate_status: 70,
        raw_form: HUB_FORM_CDATA,
        at_ms: 1_795_000_000_000,
        from: "NLV",
        to: "KEV",
        nppo_certificate_number: "NL-V-1",
        content: xml.as_bytes(),
        raw: xml.as_bytes(),
        ..DocumentView::default()
    }
}

#[test]
fn certificate_passes_between_veterinary_connections_and_a_wrong_one_does_not() {
    let plugin = plugin(json!({}));
    let xml = cattle();
    let report = plugin.validate(&document(&xml)).expect("judged");
    assert_eq!(report.findings, []);
    let wrong = xml.replace("<ram:ScientificName>Bos taurus</ram:ScientificName>", "");
    let report = plugin.validate(&document(&wrong)).expect("judged");
    let [finding] = &*report.findings else { panic!("one finding: {:?}", report.findings) };
    assert_eq!((finding.rule.as_str(), finding.level), ("VC-GDS-006", HUB_LEVEL_SEVERE));
    assert!(finding.field.ends_with("IncludedSPSTradeLineItem[1]/ScientificName"), "{finding:?}");
}

#[test]
fn document_alone_is_not_held_against_an_envelope() {
    let plugin = plugin(json!({}));
    let xml = cattle();
    let alone = DocumentView {
        purpose: HUB_FOR_VALIDATION,
        from: "",
        to: "",
        nppo_certificate_number: "",
        certificate_status: 0,
        ..document(&xml)
    };
    assert_eq!(plugin.validate(&alone).expect("judged").findings, []);
}

#[test]
fn answers_of_countries_pass_under_the_certificates_type() {
    let plugin = plugin(json!({}));
    let xml = phytohub_sps::sample::Shape::default().acknowledgement(39).to_xml();
    assert_eq!(plugin.validate(&document(&xml)).expect("judged").findings, []);
}

#[test]
fn kinds_are_those_of_the_profile_and_of_the_operator() {
    let config = json!({"gate": true, "aliases": {
        "9853": {"of": 853, "name": "Aquatic animals", "model": "aquatic-animals"},
        "629": {"of": 853},
    }});
    let plugin = plugin(config);
    let kinds = plugin.kinds().expect("kinds");
    let all: Vec<_> = kinds.iter().map(|kind| (kind.certificate_type, kind.flags)).collect();
    let inline = phytohub_plugin_api::HUB_KIND_INLINE_SAFE;
    let gate = HUB_KIND_OWNER | HUB_KIND_GATE | inline;
    assert_eq!(all, [(853, gate), (629, gate), (9853, gate | HUB_KIND_EXPERIMENTAL)]);
    assert!(kinds.iter().all(|kind| kind.root_name.is_empty()), "the root is plant health's too");
    let xml = cattle();
    let aliased = DocumentView { certificate_type: 629, ..document(&xml) };
    assert_eq!(plugin.validate(&aliased).expect("judged").findings, []);
    let renumbered = xml.replace("<ram:TypeCode>853<", "<ram:TypeCode>629<");
    let aliased = DocumentView { certificate_type: 629, ..document(&renumbered) };
    assert_eq!(plugin.validate(&aliased).expect("judged").findings, []);
}

#[test]
fn connections_of_other_names_are_told_by_the_operator() {
    let xml = cattle();
    let given = DocumentView { from: "VET7", ..document(&xml) };
    let rules = |config| {
        let report = plugin(config).validate(&given).expect("judged");
        report.findings.iter().map(|finding| finding.rule.clone()).collect::<Vec<_>>()
    };
    assert_eq!(rules(json!({"countries": {"VET7": ["NL"]}})), Vec::<String>::new());
    assert_eq!(rules(json!({"countries": {"VET7": ["NO"]}})), ["CE-HDR-004"]);
}

#[test]
fn wrong_configuration_is_refused_with_its_key() {
    let refused = |config: Value, words: &str| {
        let failure = MockHost::builder().config(config).build().load(&library());
        let failure = failure.expect_err("refused");
        let mut said = failure.to_string();
        let mut source = std::error::Error::source(&failure);
        while let Some(cause) = source {
            said.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        assert!(said.contains(words), "{said}");
    };
    refused(json!({"aliases": {"9000": {"of": 851}}}), "aliases.9000");
    refused(json!({"aliases": {"853": {"of": 853}}}), "aliases.853");
    refused(json!({"model": "unicorn"}), "unicorn");
    refused(json!({"gates": true}), "gates");
}

#[test]
fn render_and_describe_tell_of_a_certificate() {
    let plugin = plugin(json!({}));
    let xml = cattle();
    let page = plugin.render(&document(&xml), "en").expect("a page");
    assert!(
        page.contains("NL-V-1") && page.contains("Veterinary Authority of Netherlands"),
        "{page}"
    );
    let terms = plugin.describe(&document(&xml)).expect("terms");
    let has = |name: &str, value: &str| terms.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("model", "live-animals") && has("species", "Bos taurus"), "{terms:?}");
    assert!(has("from", "NL") && has("number", "NL-V-1") && has("hs", "010221"), "{terms:?}");
}

#[test]
fn page_judges_what_is_pasted() {
    let plugin = plugin(json!({}));
    let welcome = plugin.get("", "").expect("a page");
    assert_eq!(welcome.status, 200);
    let form = format!("document={}", encoded(&cattle()));
    let answer = plugin.request(&HttpRequestView {
        route: 1,
        method: "POST",
        path: "/plugin/",
        prefix: "/plugin/",
        body: form.as_bytes(),
        body_bytes: Some(form.len() as u64),
        ..HttpRequestView::default()
    });
    let answer = answer.expect("answered");
    let page = String::from_utf8_lossy(&answer.body);
    assert!(
        page.contains("Nothing is wrong with this document.") && page.contains("Bos taurus"),
        "{page}"
    );
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn plugin_keeps_the_rules_of_the_contract() {
    let program = build::program("phytohub-plugin-testkit", "phytohub-plugin-check");
    let output = std::process::Command::new(program).arg(library()).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(check::CASES.len() > 5, "nothing was checked");
}
