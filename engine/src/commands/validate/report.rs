//! What is told of a document: for people as compilers tell it, for programs as JSON.

use std::io;

use clap::builder::styling::{AnsiColor, Effects, Style as Ansi};
use phytohub_sps::{Encoding, Finding, Level, Reading, rules};
use serde::Serialize;

use super::excerpt::Excerpt;

/// How text is made to stand out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) colours: bool,
}

impl Style {
    fn paint(self, text: &str, style: Ansi) -> String {
        if self.colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn level(self, text: &str, level: Level) -> String {
        let colour = match level {
            Level::Severe => AnsiColor::BrightRed,
            Level::Warning => AnsiColor::Yellow,
            Level::Info => AnsiColor::Cyan,
        };
        self.paint(text, colour.on_default().effects(Effects::BOLD))
    }

    fn frame(self, text: &str) -> String {
        self.paint(text, AnsiColor::BrightBlue.on_default().effects(Effects::BOLD))
    }

    fn bold(self, text: &str) -> String {
        self.paint(text, Ansi::new().effects(Effects::BOLD))
    }
}

/// A file with what was found in it.
#[derive(Debug, Serialize)]
pub(super) struct Judgement<'a> {
    file: &'a str,
    encoding: &'static str,
    base64: bool,
    severe: usize,
    warning: usize,
    info: usize,
    places: &'static str,
    suppressed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
    findings: Vec<Told<'a>>,
    #[serde(skip)]
    text: std::borrow::Cow<'a, str>,
}

/// What was found of a signature that was asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Signature {
    /// There is none.
    Missing,
    /// It must not be relied on.
    Refused,
    /// The whole document is signed by the certificate's key.
    Verified,
}

/// A finding, and where it is for people.
#[derive(Debug, Serialize)]
struct Told<'a> {
    rule: &'static str,
    area: &'static str,
    level: &'static str,
    field: &'a str,
    message: String,
    help: &'static str,
    line: usize,
    column: usize,
    /// In the file, or in the decoded document, as `places` says.
    offset: usize,
    #[serde(skip)]
    weight: Level,
    /// In the text that excerpts are cut from.
    #[serde(skip)]
    at: usize,
}

impl<'a> Judgement<'a> {
    pub(super) fn new(
        file: &'a str,
        bytes: &'a [u8],
        reading: &'a Reading<'a>,
        signature: Option<Signature>,
    ) -> Self {
        let document = &reading.document;
        let decoded = document.was_base64() || document.encoding() != Encoding::Utf8;
        // Of bytes in no encoding that is read there is no text, and places count in the file.
        let refused = document.text().is_empty();
        let text = if refused {
            String::from_utf8_lossy(bytes.get(..bytes.len().min(SHOWN_BYTES)).unwrap_or_default())
        } else {
            document.text().into()
        };
        // A byte order mark is of the file and not of the document.
        let mark = if decoded || refused { 0 } else { bytes.len() - document.text().len() };
        let findings = reading.findings.iter().map(|finding| {
            let at = if refused { lossy_offset(bytes, finding.offset) } else { finding.offset };
            let (line, column) = match refused {
                true => place(&text, at),
                false => document.line_and_column(at),
            };
            Told::new(finding, line, column, finding.offset + mark, at)
        });
        let count = |level| reading.findings.iter().filter(|found| found.level == level).count();
        Self {
            file,
            encoding: document.encoding().as_str(),
            base64: document.was_base64(),
            severe: count(Level::Severe),
            warning: count(Level::Warning),
            info: count(Level::Info),
            places: if decoded { "decoded" } else { "file" },
            suppressed: reading.suppressed,
            signature,
            findings: findings.collect(),
            text,
        }
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are JSON")
    }

    /// Findings one after the other with an empty line between; nothing if there are none.
    pub(super) fn to_text(&self, style: &Style) -> String {
        let mut parts: Vec<String> =
            self.findings.iter().map(|told| self.finding(told, *style)).collect();
        if self.suppressed > 0 {
            parts.push(format!("{}: {} findings more are not told", self.file, self.suppressed));
        }
        if self.signature == Some(Signature::Verified) {
            parts.push(format!("{}: the signature is good", self.file));
        }
        parts.iter().map(|part| format!("{part}\n")).collect::<Vec<_>>().join("\n")
    }

    fn finding(&self, told: &Told<'_>, style: Style) -> String {
        let excerpt = Excerpt::around(&self.text, told.at);
        let number = told.line.to_string();
        let gutter = " ".repeat(number.len());
        let (bar, equals) = (style.frame("|"), style.frame("="));
        let head = style.level(&format!("{}[{}]", told.level, told.rule), told.weight);
        let caret = style.level(&"^".repeat(excerpt.width), told.weight);
        let mut text = format!(
            "{head}{}\n{gutter}{} {}:{}:{}\n{gutter} {bar}\n{} {bar} {}\n{gutter} {bar} {}{caret}\n",
            style.bold(&format!(": {}", told.message)),
            style.frame("-->"),
            self.file,
            told.line,
            told.column,
            style.frame(&number),
            excerpt.text,
            " ".repeat(excerpt.indent),
        );
        let mut note = |name: &str, said: &str| {
            if !said.is_empty() {
                text += &format!("{gutter} {equals} {}: {said}\n", style.bold(name));
            }
        };
        note("field", told.field);
        note("help", told.help);
        if self.places == "decoded" {
            let wrapped = if self.base64 { "Base64" } else { self.encoding };
            note(
                "note",
                &format!("line and column are those of the document decoded from {wrapped}"),
            );
        }
        text.truncate(text.trim_end().len());
        text
    }
}

impl<'a> Told<'a> {
    /// Message and help are one text in a finding, with the field between them.
    fn new(finding: &'a Finding, line: usize, column: usize, offset: usize, at: usize) -> Self {
        let help = rules().find(|rule| rule.id == finding.rule).map_or("", |rule| rule.help);
        let message = finding
            .text
            .strip_suffix(help)
            .map_or(finding.text.as_str(), |message| message.strip_suffix(": ").unwrap_or(message));
        let message = message
            .strip_suffix(finding.path.as_str())
            .map_or(message, |message| message.strip_suffix(" at ").unwrap_or(message));
        Self {
            rule: finding.rule.as_str(),
            area: finding.area.as_str(),
            level: finding.level.as_str(),
            field: &finding.path,
            message: message.to_owned(),
            help,
            line,
            column,
            offset,
            weight: finding.level,
            at,
        }
    }
}

/// What is told of a file that cannot be read.
pub(super) fn unreadable(file: &str, error: &io::Error) -> String {
    serde_json::json!({ "file": file, "error": error.to_string() }).to_string()
}

/// All files together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Total {
    files: usize,
    grave: usize,
    severe: usize,
    warning: usize,
    info: usize,
}

impl Total {
    pub(super) fn add(&mut self, judgement: &Judgement<'_>) {
        self.files += 1;
        let unsigned = judgement.signature.is_some_and(|found| found != Signature::Verified);
        self.grave += usize::from(judgement.severe > 0 || unsigned);
        self.severe += judgement.severe;
        self.warning += judgement.warning;
        self.info += judgement.info;
    }

    pub(super) const fn is_grave(&self) -> bool {
        self.grave > 0
    }

    pub(super) fn to_text(self, style: &Style) -> String {
        let plural = if self.files == 1 { "" } else { "s" };
        let counts = [
            (self.severe, Level::Severe),
            (self.warning, Level::Warning),
            (self.info, Level::Info),
        ];
        let told = counts.iter().filter(|(count, _)| *count > 0);
        let told = told.map(|(count, level)| style.level(&format!("{count} {level}"), *level));
        let told = told.collect::<Vec<_>>().join(", ");
        match (told.is_empty(), self.grave) {
            (true, _) => format!("{} document{plural} judged, nothing found", self.files),
            (false, 0) => format!("{} document{plural} judged: {told}; nothing grave", self.files),
            (false, grave) => {
                format!("{} document{plural} judged: {told}; not to be sent: {grave}", self.files)
            }
        }
    }
}

/// Line and column of a byte, both from 1; columns count characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let (lines, last) = match before.rsplit_once('\n') {
        Some((lines, last)) => (lines.matches('\n').count() + 2, last),
        None => (1, before),
    };
    (lines, last.chars().count() + 1)
}

/// Where a byte of the file is once what is no UTF-8 has been replaced.
fn lossy_offset(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at.min(SHOWN_BYTES)).unwrap_or_default();
    String::from_utf8_lossy(before).len()
}

/// Of a file that is no text, so much is looked at to show the place.
const SHOWN_BYTES: usize = 1 << 20;
