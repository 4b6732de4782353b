//! Certificates and keys as they lie in files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use phytohub_domain::Timestamp;
use phytohub_server::Tls;

use super::{EXPIRES_SOON_DAYS, Findings};
use crate::certificate::Certificate;
use crate::config::LoadedConfig;
use crate::failure::told;
use crate::hub::tls_files;
use crate::keys::{self, Purpose};

pub(super) fn examine(findings: &mut Findings, loaded: &LoadedConfig, now: Timestamp) {
    let config = loaded.config();
    let certificate = loaded.resolve(&config.https.certificate);
    let shown = certificate.display().to_string();
    match Tls::load(&tls_files(loaded)) {
        Ok(_) => findings.fine("tls", "certificate, key and trust go together", &shown),
        Err(error) => {
            let remedy = "put the right certificate and key where [https] and [trust] say";
            findings.act("tls", told(&error), &shown, remedy);
        }
    }
    if let Ok(certificate) = Certificate::read(&certificate) {
        let end = certificate.not_after();
        expiry(findings, "server certificate", &shown, end, now, true);
    }
    private(findings, &loaded.resolve(&config.https.key));
    for purpose in Purpose::ALL {
        signing_key(findings, purpose, &purpose.file(loaded));
    }
}

/// Tells when a certificate ends soon or has ended.
pub(super) fn expiry(
    findings: &mut Findings,
    area: &'static str,
    place: &str,
    end: Timestamp,
    now: Timestamp,
    needed: bool,
) {
    let soon = now.plus(Duration::from_secs(EXPIRES_SOON_DAYS * 86_400));
    let remedy = "have a new certificate made, and put it beside the old one before that day";
    if end <= now {
        let what = format!("expired on {end}");
        if needed {
            findings.act(area, what, place, remedy);
        } else {
            findings.warn(area, what, place, "remove it");
        }
    } else if end <= soon {
        findings.warn(area, format!("expires on {end}"), place, remedy);
    } else {
        findings.fine(area, format!("valid until {end}"), place);
    }
}

/// Whether only its owner can read a key.
fn private(findings: &mut Findings, file: &Path) {
    let shown = file.display().to_string();
    let Ok(metadata) = fs::metadata(file) else { return };
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 {
        findings.fine("permissions", "for its owner alone", shown);
    } else {
        let what = format!("others can read or write this key: mode {mode:o}");
        findings.act("permissions", what, shown, "chmod 600, and think of who may have it");
    }
}

fn signing_key(findings: &mut Findings, purpose: Purpose, file: &Path) {
    let area = match purpose {
        Purpose::Audit => "audit key",
        Purpose::Receipt => "receipt key",
    };
    let shown = file.display().to_string();
    let key = match keys::read_private(file) {
        Ok(Some(key)) => key.public(),
        Ok(None) => {
            let remedy = "make it with 'phytohub audit keys --make' and restart the hub";
            return findings.warn(area, "there is none: nothing is signed", shown, remedy);
        }
        Err(error) => {
            let remedy = "put the key back, or move it away and make another";
            return findings.act(area, told(&error), shown, remedy);
        }
    };
    private(findings, file);
    let public = keys::public_file(file);
    match keys::read_public(&public) {
        Ok(told) if told == key => findings.fine(area, format!("key {}", key.id()), shown),
        Ok(told) => {
            let what = format!("its public half is that of another key, {}", told.id());
            let remedy = "name that file in [audit] former_keys, and write the right one";
            findings.act(area, what, public.display().to_string(), remedy);
        }
        Err(error) => {
            let remedy = "write it: openssl pkey -in FILE.key -pubout -out FILE.pub";
            findings.warn(area, told(&error), public.display().to_string(), remedy);
        }
    }
}
