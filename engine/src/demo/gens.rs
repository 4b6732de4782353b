//! The national system in the demonstration: two countries that have nothing but a browser.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;

use crate::config::PluginConfig;
use crate::output::Table;

/// The plugin.
pub const ID: &str = "gens";

/// Its countries: the code of the connection, and the name. They are connections of the plugin's
/// own, for training, beside those that `init` made.
const COUNTRIES: [(&str, &str); 2] = [("EG", "Egypt"), ("KE", "Kenya")];

/// Whom it makes in each country: the name to log in with, and what one is.
const PEOPLE: [(&str, &str); 8] = [
    ("admin", "administrator of the NPPO: users, organizations, settings"),
    ("officer", "officer: enters, reviews, approves"),
    ("inspector", "inspector"),
    ("issuer", "issuing officer"),
    ("importer", "import officer"),
    ("auditor", "auditor: sees all, changes nothing"),
    ("trader", "administrator of an exporting company"),
    ("exporter", "exporter of that company"),
];

/// What all of them log in with, as the plugin has it.
const PASSWORD: &str = "harvest-2026";

/// What the plugin is told and granted.
pub(super) fn settings(section: &mut PluginConfig) {
    section.registers = COUNTRIES.map(|(code, _)| code.to_owned()).into();
    section.secrets.insert(SEAL.to_owned(), PathBuf::from(SEAL_FILE));
    let tenant = |(code, name): (&str, &str)| {
        let texts = [("code", code), ("country", code)].map(|(key, text)| (key, text.to_owned()));
        let name = ("name", format!("Plant Health Service of {name}"));
        let texts = texts.into_iter().chain([name]);
        let mut table: toml::Table =
            texts.map(|(key, text)| (key.to_owned(), toml::Value::String(text))).collect();
        // Nothing there is meant seriously.
        table.insert("training".to_owned(), toml::Value::Boolean(true));
        toml::Value::Table(table)
    };
    section.config.insert("tenants".to_owned(), COUNTRIES.map(tenant).to_vec().into());
    section.config.insert("demo".to_owned(), toml::Value::Boolean(true));
}

/// Makes the secret that it seals second factors with, where its section says.
pub(super) fn make_seal(config: &Path) -> io::Result<()> {
    let file = config.parent().unwrap_or_else(|| Path::new(".")).join(SEAL_FILE);
    if let Some(directory) = file.parent() {
        DirBuilder::new().mode(0o700).create(directory)?;
    }
    let mut secret = [0; SEAL_BYTES];
    rand::fill(&mut secret).map_err(|_| io::Error::other("the machine gives no randomness"))?;
    let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(opened, "{text}")
}

/// Where to log in, and as whom.
#[must_use]
pub fn people(web: &str) -> String {
    let mut table = Table::new(&["name", "password", "who that is"]);
    for (name, role) in PEOPLE {
        table.row(&[name, PASSWORD, role]);
    }
    let countries = COUNTRIES.map(|(code, name)| format!("{name} ({code})")).join(" and ");
    let web = web.trim_end_matches('/');
    format!(
        "The national system of {countries}, in a browser:\n\n  {web}/{ID}/log-in\n\n\
         Both have the same people, and certificates under way between them:\n\n{}",
        indented(&table.render())
    )
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// The name under which the plugin asks for it.
const SEAL: &str = "gens-seal";
const SEAL_FILE: &str = "secrets/gens-seal";
/// As much as the key of AES-256 that is made of it.
const SEAL_BYTES: usize = 32;
