//! Canonical forms against libxml2's.

#![expect(clippy::indexing_slicing, reason = "what is indexed was made here")]

use libxml::parser::{Parser, ParserOptions};
use libxml::tree::c14n::{CanonicalizationMode, CanonicalizationOptions};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::canonical::{Canonical, Cut, Method};
use super::{Refusal, rule};
use crate::document::SpsDocument;
use crate::limits::Limits;
use crate::sample::Shape;

fn ours(text: &str, method: &Method, cut: Cut) -> Result<String, Refusal> {
    let mut out = Vec::new();
    let canonical = Canonical::new(method, text.len(), |bytes| out.extend_from_slice(bytes));
    canonical.write(text, cut)?;
    Ok(String::from_utf8(out).expect("a canonical form is UTF-8"))
}

fn whole(text: &str, method: &Method) -> Result<String, Refusal> {
    ours(text, method, Cut::Document(0..0))
}

fn libxml2(text: &str, method: &Method) -> Option<String> {
    let options = ParserOptions {
        recover: false,
        no_error: true,
        no_warning: true,
        no_net: true,
        ..ParserOptions::default()
    };
    let document = Parser::default().parse_string_with_options(text, options).ok()?;
    let (mode, inclusive_ns_prefixes) = match method {
        Method::Inclusive => (CanonicalizationMode::Canonical1_0, Vec::new()),
        Method::Exclusive(prefixes) => {
            let named = prefixes.iter().map(|one| if one.is_empty() { "#default" } else { one });
            let named = named.map(str::to_owned).collect();
            (CanonicalizationMode::ExclusiveCanonical1_0, named)
        }
    };
    let options = CanonicalizationOptions { mode, with_comments: false, inclusive_ns_prefixes };
    document.canonicalize(options, None).ok()
}

fn methods() -> [Method; 3] {
    let listed = ["", "b", "ram"].map(str::to_owned).to_vec();
    [Method::Inclusive, Method::Exclusive(Vec::new()), Method::Exclusive(listed)]
}

/// Compares where both have something to say.
fn agree(text: &str) -> bool {
    if !SpsDocument::read(text.as_bytes(), &Limits::default()).is_well_formed() {
        return false;
    }
    let mut compared = false;
    for method in methods() {
        if let (Ok(ours), Some(theirs)) = (whole(text, &method), libxml2(text, &method)) {
            assert_eq!(ours, theirs, "{method:?} {text}");
            compared = true;
        }
    }
    compared
}

#[test]
fn corners_have_the_canonical_form_of_libxml2() {
    for text in CORNERS {
        assert!(agree(text), "not compared: {text}");
    }
}

const CORNERS: &[&str] = &[
    "<a/>",
    "<?xml version='1.0'?>\n<?x  y z ?>\n<!-- c --><a>\n</a>\n<!-- d --><?p?>\r\n<?q r?>\n",
    "<a b='1' a='2' z:c='3' z:a='4' y:b='5' xmlns:z='urn:b' xmlns:y='urn:a'/>",
    "<a xmlns='urn:a'><b xmlns=''><c xmlns='urn:a'/><c/></b></a>",
    "<a><b xmlns=''/><c xmlns='urn:c'><d xmlns=''/></c></a>",
    "<b:a xmlns:b='urn:b' xmlns:u='urn:u'><b:c xmlns:b='urn:b'/><b:c xmlns:b='urn:c'/></b:a>",
    "<b:a xmlns:b='urn:b'><c xmlns='urn:c'><b:d/><d b:e=''/></c></b:a>",
    "<a xmlns:b='urn:b'><c b:d=''><b:e/></c><b:f/><b:f/></a>",
    "<a xmlns:b='urn:1'><c xmlns:b='urn:2'><b:d/></c><b:d/></a>",
    "<a>&#13;\r\n&lt;&gt;&amp;&quot;&apos;&#x10FFFF;<![CDATA[<&>\r\n]]>\u{85}\u{2028}</a>",
    "<a b='&#9;&#10;&#13;\t\r\n&quot;&apos;&lt;&gt;&amp;  é'/>",
    "<a b=\"'\" c='\"'/>",
    "<a xml:lang='en' xml:space='preserve'><b xml:lang='no' c='1'/></a>",
    "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>",
    "<a><!-- x -->t<?p  q ?>u<!-- y --></a >",
    "<a xmlns:\u{e6}='urn:b' \u{e6}:\u{f8}='1' b='2'><\u{e6}:c/></a>",
];

/// What mutations put in: what matters to canonical forms.
const PIECES: &[&str] = &[
    " xmlns='urn:a'",
    " xmlns=''",
    " xmlns:b='urn:b'",
    " xmlns:b='urn:c'",
    " xmlns:ram='urn:r'",
    " b:q='1'",
    " q=\"&#10;&amp;'\"",
    " xml:lang='en'",
    "<b:q xmlns:b='urn:q'/>",
    "<q xmlns='urn:b'><r xmlns=''/></q>",
    "<q/>",
    "<b:q/>",
    "<!-- c -->",
    "<?p q?>",
    "<![CDATA[<>]]>",
    "\r\n",
    "\r",
    "&#13;",
    "&gt;",
    ">",
    "\"",
    " ",
    "é",
    "x",
];

#[test]
fn mutated_documents_have_the_canonical_form_of_libxml2() {
    let full = Shape { full: true, ..Shape::default() }.certificate().to_xml();
    let samples = [
        &*full,
        "<a><c d='1'><e/></c><f>t</f></a>",
        "<b:a xmlns:b='urn:b' xmlns='urn:a'><c/><b:c q='1'><e/></b:c></b:a>",
    ];
    let config = Config { cases: 1, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let edit = (any::<usize>(), any::<usize>());
    let strategy = (0..6_usize, prop::collection::vec(edit, 1..5));
    let mut compared = 0;
    for _ in 0..6000 {
        let (sample, edits) = strategy.new_tree(&mut runner).expect("a value").current();
        let mut text = samples.get(sample).unwrap_or(&samples[1 + sample % 2]).to_string();
        for (at, piece) in edits {
            // Before a tag's end, behind it, or anywhere.
            let places: Vec<usize> = text.match_indices('>').map(|(place, _)| place).collect();
            let place = places[at % places.len()];
            let place = if text[..place].ends_with(['/', '?']) { place - 1 } else { place };
            let place =
                if at % 3 == 0 { place } else { text[place..].find('>').unwrap_or(0) + place + 1 };
            text.insert_str(place, PIECES[piece % PIECES.len()]);
        }
        compared += usize::from(agree(&text));
    }
    assert!(compared > 1500, "compared={compared}");
}

#[test]
fn parts_are_what_they_would_be_alone() {
    let text = "<?x y?><a xmlns='urn:a'><s xmlns:b='urn:b'>t</s><b/></a><?z?>";
    let (from, to) = (text.find("<s").expect("s"), text.find("<b").expect("b"));
    let part = |cut| ours(text, &Method::Inclusive, cut).expect("a form");
    let root = "<a xmlns=\"urn:a\"><b></b></a>";
    assert_eq!(part(Cut::Root(from..to)), root);
    assert_eq!(part(Cut::Document(from..to)), format!("<?x y?>\n{root}\n<?z?>"));
}

#[test]
fn element_alone_takes_along_what_its_form_says() {
    let text = "<r xmlns='urn:r' xmlns:u='urn:u' xmlns:v='urn:v' xml:lang='en' xml:space='default'>\
                <p xml:lang='no' xmlns:v='urn:w'><e v:a=''/></p></r>";
    let at = |mark: &str| text.find(mark).expect("an element");
    let alone = |method: &Method| {
        let mut out = Vec::new();
        let mut canonical =
            Canonical::new(method, text.len(), |bytes| out.extend_from_slice(bytes));
        canonical.descend(text, at("<r")).expect("a root");
        canonical.descend(text, at("<p")).expect("a parent");
        canonical.write(text, Cut::Element(at("<e")..at("</p"))).expect("a form");
        String::from_utf8(out).expect("UTF-8")
    };
    let all = "<e xmlns=\"urn:r\" xmlns:u=\"urn:u\" xmlns:v=\"urn:w\" xml:lang=\"no\" \
               xml:space=\"default\" v:a=\"\"></e>";
    assert_eq!(alone(&Method::Inclusive), all);
    let used = "<e xmlns=\"urn:r\" xmlns:v=\"urn:w\" v:a=\"\"></e>";
    assert_eq!(alone(&Method::Exclusive(Vec::new())), used);
    let listed = "<e xmlns=\"urn:r\" xmlns:u=\"urn:u\" xmlns:v=\"urn:w\" v:a=\"\"></e>";
    assert_eq!(alone(&Method::Exclusive(vec!["u".to_owned(), "x".to_owned()])), listed);
}

#[test]
fn documents_without_canonical_form_are_refused() {
    for text in [
        "<b:a/>",
        "<a b:c=''/>",
        "<a xmlns='relative'/>",
        "<a xmlns:b=''/>",
        "<a xmlns='urn:&amp;b'/>",
        &format!("<a xmlns='urn:{}'/>", "x".repeat(2000)),
        // Exclusive forms repeat the declaration: this one would be forty times as long.
        &format!("<a xmlns:b='urn:{}'>{}</a>", "x".repeat(200), "<b:c/>".repeat(50_000)),
    ] {
        let refusal = whole(text, &Method::Exclusive(Vec::new())).expect_err("no form");
        assert_eq!(refusal.rule.id, rule::CANONICAL.id, "{text:.60}");
    }
}
