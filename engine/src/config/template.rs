//! The `hub.toml` that `init` writes: every setting with its explanation and its default.

use std::fmt::Write as _;

use super::HubConfig;
use super::settings::{SECTIONS, Setting, settings};

/// Writes the file: a setting stands as a comment while it has its default, and plainly otherwise.
#[must_use]
pub fn template(config: &HubConfig) -> String {
    let defaults = toml::Table::try_from(HubConfig::default()).unwrap_or_default();
    let values = toml::Table::try_from(config).unwrap_or_default();
    let mut text = String::from(HEAD);
    for (section, about) in [("", "")].iter().chain(SECTIONS) {
        if !section.is_empty() {
            paragraph(&mut text, about);
            let _ = writeln!(text, "[{section}]\n");
        }
        for setting in settings().filter(|setting| setting.section == *section) {
            paragraph(&mut text, &explanation(setting));
            let value = value(&values, setting);
            let mark = if value == self::value(&defaults, setting) { "# " } else { "" };
            let size = if setting.key.ends_with("_bytes") { size(&value) } else { String::new() };
            let _ = writeln!(text, "{mark}{} = {value}{size}\n", setting.key);
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn value(table: &toml::Table, setting: &Setting) -> String {
    let section = match setting.section {
        "" => Some(table),
        name => table.get(name).and_then(toml::Value::as_table),
    };
    section
        .and_then(|section| section.get(setting.key))
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn explanation(setting: &Setting) -> String {
    match setting.range {
        Some((least, most)) => format!("{} From {least} to {most}.", setting.why),
        None => setting.why.to_owned(),
    }
}

/// `  # 256 MiB` for a round number of bytes.
fn size(value: &str) -> String {
    let bytes: u64 = value.parse().unwrap_or_default();
    [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        .into_iter()
        .find(|(shift, _)| bytes >> shift != 0 && bytes.is_multiple_of(1 << shift))
        .map(|(shift, unit)| format!("  # {} {unit}", bytes >> shift))
        .unwrap_or_default()
}

/// Wraps text at the width of a terminal and makes a comment of it.
fn paragraph(text: &mut String, words: &str) {
    let mut column = 0;
    for word in words.split_whitespace() {
        if column > 0 && column + 1 + word.chars().count() > COLUMNS {
            text.push('\n');
            column = 0;
        }
        text.push_str(if column == 0 { "# " } else { " " });
        column += 1 + word.chars().count();
        text.push_str(word);
    }
    text.push('\n');
}

const COLUMNS: usize = 78;

const HEAD: &str = "\
# The configuration of a Phytohub. Every setting stands here with its default; remove the '#' in
# front of one to change it. Paths are relative to this file.

";
