//! Findings as a person and as a program read them.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{argument, phytohub, run, told};

struct Files {
    directory: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let file: PathBuf = self.directory.path().join(name);
        fs::write(&file, bytes).expect("written");
        argument(&file)
    }
}

fn sample() -> String {
    let output = run(&["sample", "--seed", "3"]);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A certificate that lacks the text of its first description.
fn flawed() -> String {
    let text = sample();
    let (before, rest) = text.split_once("<ram:Description>").expect("a line");
    let (_, after) = rest.split_once("</ram:Description>").expect("its end");
    format!("{before}<ram:Description></ram:Description>{after}")
}

fn json(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn from_stdin(arguments: &[&str], bytes: &[u8]) -> Output {
    let mut command = phytohub();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    child.stdin.take().expect("its stdin").write_all(bytes).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_finding_is_told_with_place_excerpt_and_help() {
    let files = Files::new();
    let file = files.write("flawed.xml", flawed());
    let judged = run(&["validate", &file]);
    let text = told(&judged);
    assert_eq!(judged.status.code(), Some(1), "{text}");
    let head = text.lines().find(|line| line.starts_with("SEVERE[PC-")).expect("a finding");
    assert!(head.contains("]: "), "{head}");
    assert!(text.contains(&format!("--> {file}:")), "{text}");
    assert!(text.contains("<ram:Description></ram:Description>"), "{text}");
    assert!(text.contains("= field: "), "{text}");
    assert!(text.contains("= help: "), "{text}");
    assert!(text.lines().last().expect("a summary").contains("not to be sent: 1"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours where nobody looks");
    // The caret stands under the tag whose text is missing.
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("<ram:Description></")).expect("a line");
    let column = |text: &str| lines[at].find(text).or_else(|| lines[at + 1].find(text));
    assert_eq!(lines[at + 1].find('^'), column("<ram:Description>"), "{text}");
}

#[test]
fn nothing_found_is_said_too() {
    let judged = from_stdin(&["validate", "-"], sample().as_bytes());
    assert_eq!(judged.status.code(), Some(0), "{}", told(&judged));
    assert!(told(&judged).contains("1 document judged"), "{}", told(&judged));
}

#[test]
fn programs_read_one_object_a_file() {
    let files = Files::new();
    let (good, bad) = (files.write("good.xml", sample()), files.write("bad.xml", flawed()));
    let judged = run(&["validate", "--json", &good, &bad]);
    assert_eq!(judged.status.code(), Some(1));
    let objects = json(&judged);
    assert_eq!((objects.len(), &objects[0]["severe"]), (2, &Value::from(0)));
    assert_eq!((&objects[1]["file"], &objects[1]["places"]), (&bad.into(), &"file".into()));
    let finding = &objects[1]["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|finding| finding["level"] == "SEVERE")
        .expect("a grave one");
    for name in ["rule", "area", "level", "field", "message", "help"] {
        assert!(finding[name].is_string(), "{name}: {finding}");
    }
    let place = |name: &str| {
        usize::try_from(finding[name].as_u64().expect("a number")).expect("within memory")
    };
    let text = flawed();
    let line = text.lines().nth(place("line") - 1).expect("a line");
    let rest: String = line.chars().skip(place("column") - 1).collect();
    assert!(text.get(place("offset")..).expect("an offset").starts_with(&rest), "{finding}");
    assert!(rest.starts_with('<'), "{rest}");
}

#[test]
fn decoded_documents_are_judged_and_their_places_told_as_such() {
    let (files, text) = (Files::new(), flawed());
    let mut wide = vec![0xff, 0xfe];
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let plain = run(&["validate", "--json", &files.write("plain.xml", &text)]);
    let marked = files.write("marked.xml", format!("\u{feff}{text}"));
    let marked = json(&run(&["validate", "--json", &marked])).remove(0);
    let wide = files.write("wide.xml", wide);
    let wrapped = files.write("wrapped.b64", base64(text.as_bytes()));
    let grave = |object: &Value| {
        let findings = object["findings"].as_array().expect("findings").iter();
        let mut grave = findings.filter(|finding| finding["level"] == "SEVERE").cloned();
        grave.next().expect("a grave one")
    };
    let plain = grave(&json(&plain)[0]);
    for (file, name) in [(&wide, "UTF-16LE"), (&wrapped, "Base64")] {
        let object = json(&run(&["validate", "--json", file])).remove(0);
        assert_eq!(object["places"], "decoded");
        assert_eq!(grave(&object), plain, "{file}");
        let told = told(&run(&["validate", file]));
        assert!(told.contains(&format!("decoded from {name}")), "{told}");
    }
    // A byte order mark belongs to the file: lines and columns do not count it, bytes do.
    assert_eq!(marked["places"], "file");
    let offset = |finding: &Value| finding["offset"].as_u64().expect("a number");
    assert_eq!(offset(&grave(&marked)), offset(&plain) + 3);
    assert_eq!(grave(&marked)["column"], plain["column"]);
}

/// Base64 as mail programs write it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (place, three) in bytes.chunks(3).enumerate() {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for at in 0..=three.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]));
        }
        text.push_str(if place % 19 == 18 { "\r\n" } else { "" });
    }
    text
}

#[test]
fn bad_files_get_findings_and_nothing_else() {
    let files = Files::new();
    let cases: [(&str, &[u8]); 6] = [
        ("empty", b""),
        ("page", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"),
        ("torn", b"<a><b"),
        ("zero", b"<a>\0</a>"),
        ("bytes", b"<a>\n\xff\x1b[2J</a>"),
        ("entities", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    ];
    for (name, bytes) in cases {
        let file = files.write(name, bytes);
        let judged = run(&["validate", &file]);
        assert_eq!(judged.status.code(), Some(1), "{name}: {}", told(&judged));
        assert!(judged.stderr.is_empty(), "{name}: {}", told(&judged));
        assert!(!told(&judged).contains(['\u{1b}', '\0']), "{name}");
    }
    let judged = told(&run(&["validate", &files.write("bytes", b"<a>\n \xff</a>")]));
    assert!(judged.contains("bytes:2:2"), "{judged}");
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_being_judged() {
    let files = Files::new();
    let good = files.write("good.xml", sample());
    let missing = argument(&files.directory.path().join("missing.xml"));
    let judged = run(&["validate", &missing, &good]);
    assert_eq!(judged.status.code(), Some(66), "{}", told(&judged));
    assert!(told(&judged).contains("missing.xml"), "{}", told(&judged));
    assert!(told(&judged).contains("1 document judged"), "{}", told(&judged));
    let objects = json(&run(&["validate", "--json", &missing, &good]));
    assert!(objects[0]["error"].is_string() && objects[1]["findings"].is_array());
    assert_eq!(run(&["validate"]).status.code(), Some(64));
}

#[test]
fn lists_of_a_directory_are_judged_by() {
    let files = Files::new();
    let file = files.write("good.xml", sample());
    let directory = argument(files.directory.path());
    let judged = told(&run(&["validate", "--codes", &directory, &file]));
    assert!(!judged.contains("is not in ISO 3166-1"), "{judged}");
    // A world of one country.
    let countries = r#"{"name": "countries", "title": "Countries", "kind": "code", "source": "s",
        "edition": "1", "licence": "l", "complete": true,
        "rows": [{"code": "QZ", "name": "Nowhere"}]}"#;
    files.write("countries.json", countries);
    let judged = told(&run(&["validate", "--codes", &directory, &file]));
    assert!(judged.contains("is not in ISO 3166-1"), "{judged}");
    files.write("broken.json", "{");
    let judged = run(&["validate", "--codes", &directory, &file]);
    assert_eq!(judged.status.code(), Some(64), "{}", told(&judged));
    assert!(told(&judged).contains("broken.json"), "{}", told(&judged));
}

#[test]
fn signatures_are_verified_where_that_is_asked_for() {
    let folder = crate::support::top().join("engine/crates/sps/tests/data/signature");
    let (signed, plain) = ("exclusive-rsa-sha256.xml", "certificate.xml");
    for (file, signer, code, expected) in [
        (signed, "rsa.der", 0, "verified"),
        (signed, "p256.der", 1, "refused"),
        (plain, "rsa.der", 1, "missing"),
    ] {
        let (file, signer) = (argument(&folder.join(file)), argument(&folder.join(signer)));
        let judged = run(&["validate", "--json", "--signature", &signer, &file]);
        assert_eq!(judged.status.code(), Some(code), "{}", told(&judged));
        assert_eq!(json(&judged)[0]["signature"], expected, "{file} {signer}");
    }
    let files = Files::new();
    let (signer, file) = (files.write("junk.pem", "junk"), files.write("good.xml", sample()));
    let judged = run(&["validate", "--signature", &signer, &file]);
    assert_eq!(judged.status.code(), Some(64), "{}", told(&judged));
    assert_eq!(run(&["validate", "--signature", "/nowhere", &file]).status.code(), Some(64));
}
