//! `hub.data/1` and `hub.secrets/1`: files of the plugin's own, and files that the operator gave.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use phytohub_plugin_api as api;
use phytohub_plugin_loader::{Answer, Sink};

use super::answer::refused;
use crate::settings::PluginSettings;
use crate::world::World;

/// A secret, without the line's end that editors add.
pub(crate) fn secret(settings: &PluginSettings, name: &str, out: Sink<'_>) -> Answer {
    let unknown = || refused(api::HUB_NOT_FOUND, "the operator gave no secret of this name");
    let path = settings.secrets.get(name).ok_or_else(unknown)?;
    let mut secret = Vec::new();
    let read = fs::File::open(path)
        .and_then(|file| file.take(SECRET_BYTES_MAX + 1).read_to_end(&mut secret));
    if let Err(error) = read {
        let (plugin, path) = (settings.id.as_str(), path.display());
        tracing::error!(plugin, name, %path, %error, "a secret cannot be read");
        return Err(refused(api::HUB_UNAVAILABLE, "the secret cannot be read at present"));
    }
    if secret.len() as u64 > SECRET_BYTES_MAX {
        return Err(refused(api::HUB_EXHAUSTED, "the secret's file is larger than a secret is"));
    }
    let end = secret.strip_suffix(b"\n").map_or(secret.len(), <[u8]>::len);
    let end = secret.get(..end).and_then(|s| s.strip_suffix(b"\r")).map_or(end, <[u8]>::len);
    out(secret.get(..end).unwrap_or_default());
    Ok(())
}

/// The plugin's directory, which is there.
pub(crate) fn path(world: &World, plugin: &str, out: Sink<'_>) -> Answer {
    let directory = world.data.join(plugin);
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory);
    let absolute = made.and_then(|()| directory.canonicalize());
    let absolute = absolute.map_err(|error| {
        tracing::error!(plugin, %error, "a plugin's directory cannot be made");
        refused(api::HUB_UNAVAILABLE, "the directory cannot be made at present")
    })?;
    let text = absolute.to_str();
    let text = text.ok_or_else(|| refused(api::HUB_INTERNAL, "the path is not UTF-8"))?;
    out(text.as_bytes());
    Ok(())
}

/// Bytes of all files in a plugin's directory; links are counted, not followed.
///
/// # Errors
/// If a directory cannot be read. One that is not there holds nothing.
pub fn data_bytes_used(directory: &Path) -> io::Result<u64> {
    let (mut bytes, mut left) = (0_u64, vec![directory.to_owned()]);
    while let Some(directory) = left.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            // It was removed meanwhile, or was never made.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries.flatten() {
            let Ok(known) = entry.metadata() else { continue };
            if known.is_dir() {
                left.push(entry.path());
            } else {
                bytes = bytes.saturating_add(known.len());
            }
        }
    }
    Ok(bytes)
}

/// A private key with its chain, and room.
const SECRET_BYTES_MAX: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_its_file_without_the_line_end() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut settings = PluginSettings::new("p", "1.0.0");
        let read = |settings: &PluginSettings, name: &str| {
            let mut secret = Vec::new();
            let mut out = |piece: &[u8]| {
                secret.extend_from_slice(piece);
                true
            };
            self::secret(settings, name, &mut out).map(|()| secret).map_err(|r| r.status)
        };
        let path = directory.path().join("token");
        settings.secrets.insert("token".into(), path.clone());
        assert_eq!(read(&settings, "other"), Err(api::HUB_NOT_FOUND));
        assert_eq!(read(&settings, "token"), Err(api::HUB_UNAVAILABLE));
        fs::write(&path, "s3cr3t\r\n").expect("is written");
        assert_eq!(read(&settings, "token"), Ok(b"s3cr3t".to_vec()));
    }

    #[test]
    fn all_files_below_are_counted() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::create_dir(directory.path().join("a")).expect("is made");
        fs::write(directory.path().join("a/b"), "12345").expect("is written");
        fs::write(directory.path().join("c"), "123").expect("is written");
        assert_eq!(data_bytes_used(directory.path()).expect("readable"), 8);
        assert_eq!(data_bytes_used(&directory.path().join("none")).expect("nothing"), 0);
    }
}
