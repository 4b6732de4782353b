//! What libxml2 calls well-formed is well-formed here, and the other way round.

use libxml::parser::{Parser, ParserOptions};
use phytohub_sps::sample::Shape;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::fixture::{ids, read};

/// libxml2's verdict: nothing is fetched, nothing printed, nothing recovered.
fn libxml2(bytes: &[u8]) -> bool {
    let options = ParserOptions {
        recover: false,
        no_error: true,
        no_warning: true,
        no_net: true,
        ..ParserOptions::default()
    };
    Parser::default().parse_string_with_options(bytes, options).is_ok()
}

/// Ours; nothing where we refuse for reasons of our own, or where only the declaration differs.
fn ours(bytes: &[u8]) -> Option<bool> {
    let reading = read(bytes);
    let told = ids(&reading);
    let apart =
        ["PC-XML-003", "PC-XML-004", "PC-XML-005", "PC-XML-007", "PC-XML-008", "PC-XML-009"];
    if told.iter().any(|id| apart.contains(id)) || reading.is_refused() {
        return None;
    }
    Some(reading.is_well_formed())
}

fn agree(bytes: &[u8]) -> bool {
    let Some(ours) = ours(bytes) else { return false };
    if bytes.contains(&0) {
        // libxml2 takes one behind the root for the end of the text.
        assert!(!ours, "{:?}", String::from_utf8_lossy(bytes));
        return true;
    }
    let text = String::from_utf8_lossy(bytes);
    let findings = || format!("{:?}", read(bytes).findings);
    assert_eq!(ours, libxml2(bytes), "libxml2 disagrees: {} {text:?}", findings());
    true
}

/// What mutations put in: the marks of XML, legal and illegal.
const PIECES: &[&str] = &[
    "<",
    ">",
    "&",
    ";",
    "\"",
    "'",
    "=",
    "/",
    "?",
    "!",
    "-",
    "--",
    "]]>",
    "]",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<![CDATA[",
    "<a>",
    "</a>",
    "<a/>",
    "<a b='c'/>",
    " b='c'",
    " b=c",
    " b",
    "&amp;",
    "&#38;",
    "&#0;",
    "&#x1F;",
    "&#xD7FF;",
    "&#xFFFE;",
    "&x;",
    "&",
    "\0",
    "\x08",
    "\t",
    "\r",
    "\n",
    " ",
    "\u{A0}",
    "\u{85}",
    "\u{FFFE}",
    "\u{FFFD}",
    "é",
    "x",
    "ram:",
    ":",
    "xmlns:q='u'",
    "q:",
    "1",
    "-",
    "<?xml version='1.0'?>",
    "<?a b?>",
    "<?a?>",
    "<!a>",
    "<a:b xmlns:a='u'/>",
    "</ram:ID>",
    "/>",
];

#[derive(Clone, Debug)]
enum Mutation {
    Insert(usize, usize),
    Remove(usize, usize),
    Copy(usize, usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<usize>;
    prop_oneof![
        4 => (place(), place()).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        2 => (place(), 1_usize..12).prop_map(|(at, bytes)| Mutation::Remove(at, bytes)),
        1 => (place(), place(), 1_usize..40).prop_map(|(a, b, bytes)| Mutation::Copy(a, b, bytes)),
    ]
}

/// Mutates behind the XML declaration, whose encoding libxml2 obeys and we do not.
fn mutate(sample: &str, mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = sample.as_bytes().to_vec();
    let first = sample.find("?>").map_or(0, |at| at + 2);
    for mutation in mutations {
        let room = bytes.len().saturating_sub(first).max(1);
        match *mutation {
            Mutation::Insert(at, piece) => {
                let at = (first + at % room).min(bytes.len());
                let piece = PIECES[piece % PIECES.len()].bytes();
                bytes.splice(at..at, piece);
            }
            Mutation::Remove(at, count) => {
                let at = (first + at % room).min(bytes.len());
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Mutation::Copy(from, to, count) => {
                let from = (first + from % room).min(bytes.len());
                let part = bytes[from..(from + count).min(bytes.len())].to_vec();
                let to = (first + to % room).min(bytes.len());
                bytes.splice(to..to, part);
            }
        }
    }
    bytes
}

#[test]
fn mutated_samples_get_the_same_verdict() {
    let sample = Shape::default().certificate().to_xml();
    let dense: String = sample.lines().map(str::trim_start).collect();
    let tiny = "<?xml version='1.0'?><r a='1' b=\"2\"><c>t</c><!-- n --><?p q?><d/></r>";
    let samples = [sample.as_str(), &dense, tiny, tiny];
    let config = Config { cases: 1, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let strategy = (0..samples.len(), prop::collection::vec(mutation(), 0..4));
    let (mut compared, mut well_formed) = (0, 0);
    for _ in 0..6000 {
        let tree = strategy.new_tree(&mut runner).expect("a value");
        let (sample, mutations) = tree.current();
        let bytes = mutate(samples[sample], &mutations);
        compared += usize::from(agree(&bytes));
        well_formed += usize::from(ours(&bytes) == Some(true));
    }
    // Neither verdict may be the only one.
    assert!(compared > 4000, "compared={compared}");
    assert!(well_formed > 500 && compared - well_formed > 500, "well_formed={well_formed}");
}

#[test]
fn corners_get_the_same_verdict() {
    for text in CORNERS {
        agree(text.as_bytes());
    }
}

/// One for each line of the grammar that readers take lightly.
const CORNERS: &[&str] = &[
    "<a/>",
    "<a></a >",
    "<a></ a>",
    "< a/>",
    "<a / >",
    "<a/ >",
    "<a b='1'c='2'/>",
    "<a b='1' b='2'/>",
    "<a b = '1' />",
    "<a b=1/>",
    "<a b/>",
    "<a b='<'/>",
    "<a b='>'/>",
    "<a b='&lt;'/>",
    "<a b='&'/>",
    "<a>]]></a>",
    "<a>]]&gt;</a>",
    "<a>]] ></a>",
    "<a>></a>",
    "<!-- -- --><a/>",
    "<!----><a/>",
    "<!---><a/>",
    "<!-- ---><a/>",
    "<a><!-- - - --></a>",
    "<?xml version='1.0'?><a/>",
    " <?xml version='1.0'?><a/>",
    "<a><?xml version='1.0'?></a>",
    "<?xml version='1.0' standalone='yes'?><a/>",
    "<?xml standalone='yes'?><a/>",
    "<?xml?><a/>",
    "<?xml version='1.0' standalone='x'?><a/>",
    "<?xml version='1.1'?><a/>",
    "<?xml version='2.0'?><a/>",
    "<?XML a?><a/>",
    "<?xmlx a?><a/>",
    "<? a?><a/>",
    "<??><a/>",
    "<?a?><a/>",
    "<?a b? ?><a/>",
    "<a/><?a?>",
    "<a/><!-- b -->",
    "<a/> ",
    "<a/>x",
    "x<a/>",
    "<a/><a/>",
    "<a/>&amp;",
    "<a/><![CDATA[x]]>",
    "<a><![CDATA[]]></a>",
    "<a><![CDATA[<&]]></a>",
    "<a><![CDATA[]]]]></a>",
    "<a><![cdata[x]]></a>",
    "<a>&#x41;&#65;</a>",
    "<a>&#xD800;</a>",
    "<a>&#x110000;</a>",
    "<a>&#;</a>",
    "<a>&#x;</a>",
    "<a>&;</a>",
    "<a>& </a>",
    "<a>&amp</a>",
    "<a>&apos;&quot;</a>",
    "<a>&nbsp;</a>",
    "<1a/>",
    "<-a/>",
    "<a.b-c_1/>",
    "<é/>",
    "<a\u{B7}/>",
    "<\u{B7}a/>",
    "<a><b></a></b>",
    "<a>",
    "</a>",
    "<a></b>",
    "<a",
    "<a b='",
    "<!--",
    "<![CDATA[",
    "<a><!x></a>",
    "<a>\u{7F}\u{85}</a>",
    "<a>\u{1}</a>",
    "<a b='\u{1}'/>",
    "<a\u{A0}b='1'/>",
    "<a b='x\ny'/>",
    "<a\tb='1'\r\nc='2'/>",
    "<a b='1'/>\u{FEFF}",
    "<a><b/></a><!-- -",
    "<a>&lt</a>",
    "<a b='&#60;'/>",
    "<a b=''/>",
    "<a =''/>",
    "<a b==''/>",
    "<a 'b'/>",
    "<a>\r\n</a>",
    "<>",
    "<a><></></a>",
];
