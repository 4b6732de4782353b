//! Changes to certificates, and what is said of the changed ones. Shared by the tests of all plugins
//! that are made of tables.

use std::collections::BTreeSet;

use phytohub_official_certificate::draft::Draft;
use phytohub_official_certificate::rule::Rule;
use phytohub_official_certificate::sample::Shape;
use phytohub_official_certificate::{Envelope, Judgement, Profile, judge};

/// A change to a sample that breaks one rule.
pub(crate) struct Case {
    pub(crate) rule: &'static str,
    pub(crate) commodity: &'static str,
    pub(crate) lines: usize,
    pub(crate) status: i32,
    pub(crate) replaces: bool,
    /// Rules that cannot but be broken too.
    pub(crate) also: &'static [&'static str],
    pub(crate) edits: &'static [Edit],
}

pub(crate) const fn case(
    rule: &'static str,
    commodity: &'static str,
    edits: &'static [Edit],
) -> Case {
    Case { rule, commodity, lines: 1, status: 70, replaces: false, also: &[], edits }
}

/// One change.
pub(crate) enum Edit {
    /// The first of these is replaced.
    Swap(&'static str, &'static str),
    /// The first element of that name goes.
    Cut(&'static str),
    /// Every element of that name goes.
    Every(&'static str),
    /// The first element of the second name in the first one goes.
    CutIn(&'static str, &'static str),
    /// The first element of the second name in the first one gets that text.
    Set(&'static str, &'static str, &'static str),
    /// The first note of that subject goes.
    Note(&'static str),
    /// Every note of that subject says this.
    Say(&'static str, &'static str),
}

/// A certificate without white space between its elements.
pub(crate) fn compact(draft: &Draft) -> String {
    draft.to_xml().lines().map(str::trim_start).collect()
}

pub(crate) fn apply(mut xml: String, edits: &[Edit]) -> String {
    for edit in edits {
        xml = match edit {
            Edit::Swap(from, to) => {
                assert!(xml.contains(from), "nothing to swap: {from}");
                xml.replacen(from, to, 1)
            }
            Edit::Cut(name) => cut(&xml, 0, name),
            Edit::Every(name) => {
                let mut left = cut(&xml, 0, name);
                while find(&left, 0, name).is_some() {
                    left = cut(&left, 0, name);
                }
                left
            }
            Edit::CutIn(parent, name) => {
                let start = find(&xml, 0, parent).expect("a parent").0;
                cut(&xml, start + 1, name)
            }
            Edit::Set(parent, name, text) => {
                let start = find(&xml, 0, parent).expect("a parent").0;
                let (start, end) = find(&xml, start + 1, name).expect("a child");
                format!("{}<{name}>{text}</{name}>{}", &xml[..start], &xml[end..])
            }
            Edit::Note(tag) => {
                let (start, end) = note(&xml, 0, tag).expect("a note");
                format!("{}{}", &xml[..start], &xml[end..])
            }
            Edit::Say(tag, text) => say(&xml, tag, text),
        };
    }
    xml
}

/// Where the first element of that name stands, from `from` on.
fn find(xml: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    let open = format!("<{name}");
    let mut at = from;
    loop {
        let start = at + xml.get(at..)?.find(&open)?;
        let after = start + open.len();
        match xml.as_bytes().get(after)? {
            b'>' | b' ' => {
                let close = format!("</{name}>");
                return Some((start, after + xml[after..].find(&close)? + close.len()));
            }
            b'/' => return Some((start, after + 2)),
            _ => at = after,
        }
    }
}

fn cut(xml: &str, from: usize, name: &str) -> String {
    let (start, end) = find(xml, from, name).unwrap_or_else(|| panic!("nothing to cut: {name}"));
    format!("{}{}", &xml[..start], &xml[end..])
}

/// Where the first note of a subject stands, from `from` on.
fn note(xml: &str, from: usize, tag: &str) -> Option<(usize, usize)> {
    let marks = [format!("<ram:SubjectCode>{tag}<"), format!("<ram:Subject>{tag}<")];
    let mark = marks.iter().filter_map(|mark| xml[from..].find(mark)).min()? + from;
    let names = ["ram:IncludedSPSNote", "ram:AdditionalInformationSPSNote"];
    let start = names.iter().filter_map(|name| xml[..mark].rfind(&format!("<{name}>"))).max()?;
    let name = names.iter().find(|name| xml[start + 1..].starts_with(**name))?;
    let close = format!("</{name}>");
    Some((start, mark + xml[mark..].find(&close)? + close.len()))
}

fn say(xml: &str, tag: &str, text: &str) -> String {
    let (mut out, mut at) = (String::new(), 0);
    while let Some((start, end)) = note(xml, at, tag) {
        let (content, after) = find(xml, start, "ram:Content").expect("content");
        out.push_str(&xml[at..content]);
        out.push_str(&format!("<ram:Content>{text}</ram:Content>{}", &xml[after..end]));
        at = end;
    }
    assert!(at > 0, "no note {tag}");
    out + &xml[at..]
}

/// Judges a document alone.
pub(crate) fn judged(profile: &'static Profile, xml: &str) -> Judgement {
    judge(profile, None, xml.as_bytes(), None, &|| false)
}

pub(crate) fn ids(judgement: &Judgement) -> BTreeSet<&'static str> {
    judgement.findings.iter().map(|finding| finding.rule).collect()
}

/// Breaks each rule alone, at its own level and with a finding that says where and what to do.
pub(crate) fn each_is_broken_alone(
    profile: &'static Profile,
    cases: &[Case],
    rules: &[&'static Rule],
    sample: &dyn Fn(&str, &Shape) -> Draft,
) {
    let kind = profile.types[0].0;
    for case in cases {
        let shape = Shape {
            lines: case.lines,
            status: case.status,
            replaces: case.replaces.then(|| "XX-OLD-1".to_owned()),
            ..Shape::new(kind, 7)
        };
        let whole = compact(&sample(case.commodity, &shape));
        let before = judged(profile, &whole);
        assert!(before.findings.is_empty(), "{}: {:?}", case.commodity, before.findings);
        let judgement = judged(profile, &apply(whole, case.edits));
        let expected: BTreeSet<&str> = case.also.iter().copied().chain([case.rule]).collect();
        assert_eq!(ids(&judgement), expected, "{}: {:#?}", case.rule, judgement.findings);
        let rule = rules.iter().find(|rule| rule.id == case.rule).expect("a rule of the tables");
        let finding = judgement.findings.iter().find(|finding| finding.rule == case.rule);
        let finding = finding.expect("it was told");
        assert_eq!((finding.level, finding.area), (rule.level, rule.area()), "{}", case.rule);
        assert!(
            finding.text.ends_with(rule.help) && !finding.text.contains("{}"),
            "{}",
            finding.text
        );
    }
}

/// Asserts that every rule has its case, but for those that compare with the envelope.
pub(crate) fn none_is_left_out(cases: &[Case], rules: &[&'static Rule], elsewhere: &[&str]) {
    let all: BTreeSet<&str> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(all.len(), rules.len(), "an id stands twice");
    let told: BTreeSet<&str> =
        cases.iter().map(|case| case.rule).chain(elsewhere.iter().copied()).collect();
    assert_eq!(told, all);
    for rule in rules {
        assert!(rule.id.len() <= 32 && !rule.help.is_empty(), "{}", rule.id);
    }
}

/// Judges a document with its envelope.
pub(crate) fn with_envelope(
    profile: &'static Profile,
    xml: &str,
    change: &dyn Fn(&mut Told),
) -> BTreeSet<&'static str> {
    let mut told = Told {
        number: "N-1".to_owned(),
        types: vec![profile.types[0].0.to_string()],
        status: 70,
        from: vec!["NL".to_owned()],
        to: vec!["KE".to_owned()],
    };
    change(&mut told);
    let envelope = Envelope {
        number: &told.number,
        type_codes: &told.types,
        status: told.status,
        from: &told.from,
        to: &told.to,
    };
    ids(&judge(profile, None, xml.as_bytes(), Some(&envelope), &|| false))
}

/// What an envelope says.
pub(crate) struct Told {
    pub(crate) number: String,
    pub(crate) types: Vec<String>,
    pub(crate) status: i32,
    pub(crate) from: Vec<String>,
    pub(crate) to: Vec<String>,
}
