//! The plugin as the hub has it: the library that is loaded, in a hub that is none.

use std::path::PathBuf;
use std::sync::OnceLock;

use phytohub_codex::sample::sample;
use phytohub_official_certificate::sample::Shape;
use phytohub_plugin_api::{HUB_FOR_DELIVERY, HUB_FORM_CDATA, HUB_KIND_OWNER, HUB_LEVEL_SEVERE};
use phytohub_plugin_loader::{DocumentView, HttpRequestView};
use phytohub_plugin_testkit::{MockHost, TestPlugin, build, check};
use serde_json::{Value, json};

fn library() -> PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| build::cdylib("phytohub-codex-module")).clone()
}

fn plugin(config: Value) -> TestPlugin {
    let plugin = MockHost::builder().config(config).build().load(&library());
    let plugin = plugin.expect("the plugin loads");
    plugin.start().expect("it starts");
    plugin
}

fn meat_shape() -> Shape {
    let mut shape = Shape::new(852, 1);
    shape.countries = Some(("NL".into(), "KE".into()));
    shape.number = Some("NL-F-1".into());
    shape
}

fn meat() -> String {
    sample("meat", &meat_shape()).expect("a commodity").to_xml()
}

fn document(xml: &str) -> DocumentView<'_> {
    DocumentView {
        purpose: HUB_FOR_DELIVERY,
        certificate_type: 852,
        certificate_status: 70,
        raw_form: HUB_FORM_CDATA,
        at_ms: 1_795_000_000_000,
        from: "NLF",
        to: "KEF",
        nppo_certificate_number: "NL-F-1",
        content: xml.as_bytes(),
        raw: xml.as_bytes(),
        ..DocumentView::default()
    }
}

#[test]
fn certificate_passes_between_food_connections_and_a_wrong_one_does_not() {
    let plugin = plugin(json!({}));
    let xml = meat();
    let report = plugin.validate(&document(&xml)).expect("judged");
    assert_eq!(report.findings, []);
    let wrong = xml.replace("IncludedSPSClause", "IncludedSPSClaws");
    let report = plugin.validate(&document(&wrong)).expect("judged");
    let severe = report.findings.iter().filter(|finding| finding.level == HUB_LEVEL_SEVERE);
    assert_eq!(severe.map(|finding| &*finding.rule).collect::<Vec<_>>(), ["OC-ATT-001"]);
}

#[test]
fn revocation_needs_its_reason() {
    let plugin = plugin(json!({}));
    let mut shape = meat_shape();
    shape.status = 40;
    let xml = sample("meat", &shape).expect("a commodity").to_xml();
    let revoked = DocumentView { certificate_status: 40, ..document(&xml) };
    assert_eq!(plugin.validate(&revoked).expect("judged").findings, []);
    let silent = xml.replace("REVOCATION_REASON", "OTHER");
    let revoked = DocumentView { certificate_status: 40, ..document(&silent) };
    let report = plugin.validate(&revoked).expect("judged");
    let [finding] = &*report.findings else { panic!("one finding: {:?}", report.findings) };
    assert_eq!((finding.rule.as_str(), finding.level), ("OC-REV-001", HUB_LEVEL_SEVERE));
}

#[test]
fn kinds_are_both_types() {
    let kinds = plugin(json!({})).kinds().expect("kinds");
    let inline = phytohub_plugin_api::HUB_KIND_INLINE_SAFE;
    let all: Vec<_> = kinds.iter().map(|kind| (kind.certificate_type, kind.flags)).collect();
    assert_eq!(all, [(852, HUB_KIND_OWNER | inline), (636, HUB_KIND_OWNER | inline)]);
}

#[test]
fn render_and_describe_tell_of_a_certificate() {
    let plugin = plugin(json!({}));
    let xml = meat();
    let page = plugin.render(&document(&xml), "en").expect("a page");
    assert!(
        page.contains("NL-F-1") && page.contains("Food Safety Authority of Netherlands"),
        "{page}"
    );
    let terms = plugin.describe(&document(&xml)).expect("terms");
    let has = |name: &str, value: &str| terms.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("model", "generic") && has("species", "Ovis aries"), "{terms:?}");
    assert!(has("from", "NL") && has("number", "NL-F-1") && has("hs", "020410"), "{terms:?}");
}

#[test]
fn page_judges_what_is_pasted() {
    let plugin = plugin(json!({}));
    let welcome = plugin.get("", "").expect("a page");
    assert_eq!(welcome.status, 200);
    let form = format!("document={}", encoded(&meat()));
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
        page.contains("Nothing is wrong with this document.") && page.contains("Ovis aries"),
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
