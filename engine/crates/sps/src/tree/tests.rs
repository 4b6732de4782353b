use super::*;

const ROWS: &[Row] = &[
    Row { name: "Head", occurs: Occurs::One, content: Content::Own(HEAD) },
    Row { name: "When", occurs: Occurs::Optional, content: Content::Sps(SpsType::DATE_TIME) },
];
const HEAD: &[Row] = &[
    Row { name: "Word", occurs: Occurs::Any, content: Content::Sps(SpsType::TEXT) },
    Row { name: "Who", occurs: Occurs::One, content: Content::Sps(SpsType::PARTY) },
];
const GRAMMAR: Grammar = Grammar { namespace: "urn:own", root: "Doc", rows: ROWS };

const RAM: &str =
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21";

fn document(inner: &str) -> String {
    format!("<o:Doc xmlns:o='urn:own' xmlns:r='{RAM}'>{inner}</o:Doc>")
}

fn findings(text: &str) -> Vec<(&'static str, Level, String)> {
    let reading = Tree::read(text.as_bytes(), &GRAMMAR, &Limits::default());
    let all = reading.findings.iter();
    all.map(|found| (found.rule.as_str(), found.level, found.path.clone())).collect()
}

#[test]
fn own_elements_and_types_of_the_standard_are_read_together() {
    let text = document(
        "<o:Head><o:Word languageID='en'>a &amp; b</o:Word><o:Word/>\
         <o:Who><r:Name> N </r:Name></o:Who></o:Head><o:When>2026</o:When>",
    );
    let reading = Tree::read(text.as_bytes(), &GRAMMAR, &Limits::default());
    assert!(reading.is_complete() && reading.findings.is_empty(), "{:?}", reading.findings);
    let root = reading.tree.root().expect("a root");
    let words: Vec<_> =
        root.child("Head").expect("a head").children_named("Word").map(Element::text).collect();
    assert_eq!(words, ["a & b", ""]);
    let name = root.descend(&["Head", "Who", "Name"]).expect("a name");
    assert_eq!((&*name.text(), &*name.path()), ("N", "Head/Who/Name"));
    let second = root.child("Head").and_then(|head| head.children_named("Word").nth(1));
    assert_eq!(second.expect("a word").path(), "Head/Word[2]");
    assert_eq!(root.child("When").expect("a date").date_text(), "2026");
    let language = root.descend(&["Head", "Word"]).and_then(|word| word.attribute("languageID"));
    assert_eq!(language.as_deref(), Some("en"));
}

#[test]
fn what_the_grammar_does_not_allow_is_grave_in_its_own_elements() {
    let who = "<o:Who><r:Name/></o:Who>";
    let severe = |rule, path: &str| (rule, Level::Severe, path.to_owned());
    let head = |inner: &str| document(&format!("<o:Head>{inner}</o:Head>"));
    assert_eq!(findings(&head(who)), []);
    assert_eq!(findings(&head(&format!("{who}<o:X/>"))), [severe("PC-SCH-002", "Head/X")]);
    assert_eq!(findings(&head(&format!("{who}<Word/>"))), [severe("PC-SCH-002", "Head/Word")]);
    assert_eq!(findings(&head(&format!("{who}{who}"))), [severe("PC-SCH-003", "Head/Who")]);
    assert_eq!(findings(&head(&format!("{who}<o:Word/>"))), [severe("PC-MAP-001", "Head/Word")]);
    assert_eq!(findings(&head(&format!("{who}x"))), [severe("PC-SCH-005", "Head")]);
    let party = "<o:Who><r:Name/><r:Other/></o:Who>";
    let warning = ("PC-SCH-002", Level::Warning, "Head/Who/Other".to_owned());
    assert_eq!(findings(&head(party)), [warning]);
    let missing = document("<o:When/>");
    let reading = Tree::read(missing.as_bytes(), &GRAMMAR, &Limits::default());
    let root = reading.tree.root().expect("a root");
    assert_eq!(root.missing().collect::<Vec<_>>(), ["Head"]);
}

#[test]
fn other_roots_and_broken_texts_are_told() {
    for foreign in ["<Doc xmlns='urn:other'/>", "<Other xmlns='urn:own'/>", "<Doc/>"] {
        let reading = Tree::read(foreign.as_bytes(), &GRAMMAR, &Limits::default());
        assert!(reading.is_complete() && reading.tree.root().is_none(), "{foreign}");
    }
    let first = |text| findings(text).first().map(|found| found.0);
    assert_eq!(first("<Doc xmlns='urn:own'>"), Some("PC-XML-001"));
    assert_eq!(first("<!DOCTYPE a><Doc xmlns='urn:own'/>"), Some("PC-XML-004"));
    assert_eq!(first(""), Some("PC-XML-002"));
    let signed = document("<o:Head/><s:Signature xmlns:s='http://www.w3.org/2000/09/xmldsig#'/>");
    let reading = Tree::read(signed.as_bytes(), &GRAMMAR, &Limits::default());
    assert!(reading.findings.is_empty() && reading.tree.signature_offset().is_some());
}
