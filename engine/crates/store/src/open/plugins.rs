//! What is kept of plugins, read when the store is opened; and the index by certificate number,
//! made or removed as the settings say.

use phytohub_domain::HubDeliveryNumber;
use rocksdb::IteratorMode;

use super::{failed, read_meta, scan, write};
use crate::apply::certificate_key;
use crate::database::{Database, WriteBatch};
use crate::error::OpenError;
use crate::held::{HeldSet, decode_held};
use crate::known::Plugins;
use crate::plugin::{PluginId, PluginMeta, StoredPlugin};
use crate::{StoreConfig, keys, record};

/// Plugins with their numbers, and what the committer keeps in mind of them.
pub(super) fn read(
    database: &Database,
    config: &StoreConfig,
) -> Result<(Vec<StoredPlugin>, Plugins), OpenError> {
    let mut known = Plugins { certificate_index: config.certificate_index, ..Plugins::default() };
    let mut plugins = Vec::new();
    let prefix = keys::plugin(keys::HUB, keys::PLUGIN_NAME, b"");
    for (key, value) in scan(database, config, keys::PLUGIN, &prefix)? {
        let name = key.get(prefix.len()..).and_then(|name| std::str::from_utf8(name).ok());
        let id = value.as_slice().try_into().ok().map(u32::from_be_bytes).map(PluginId);
        let (Some(name), Some(id)) = (name, id) else {
            return Err(OpenError::Corrupt { what: "plugin" });
        };
        let gates = keys::plugin(id.0, keys::PLUGIN_GATES, b"");
        let gates = database.get_cf(database.family(keys::PLUGIN), gates);
        let gates = gates.map_err(|source| failed(config, source))?.unwrap_or_default();
        let meta = keys::plugin(id.0, keys::PLUGIN_META, b"");
        let meta = database.get_cf(database.family(keys::PLUGIN), meta);
        if let Some(bytes) = meta.map_err(|source| failed(config, source))? {
            let meta = PluginMeta::decode(&bytes);
            known.metas.insert(id, meta.ok_or(OpenError::Corrupt { what: "plugin" })?);
        }
        known.by_name.insert(name.to_owned(), id);
        plugins.push(StoredPlugin { id, name: name.to_owned(), gates });
    }
    known.held = read_held(database, config)?;
    keep_index(database, config)?;
    Ok((plugins, known))
}

fn read_held(database: &Database, config: &StoreConfig) -> Result<HeldSet, OpenError> {
    let corrupt = OpenError::Corrupt { what: "held" };
    let prefix = keys::plugin(keys::HUB, keys::PLUGIN_HELD, b"");
    let mut set = HeldSet::default();
    for (key, value) in scan(database, config, keys::PLUGIN, &prefix)? {
        let number = key.get(prefix.len()..).and_then(|number| number.try_into().ok());
        let held = number.map(HubDeliveryNumber::from_bytes);
        let held = held.and_then(|number| decode_held(number, &value).ok());
        match held {
            Some(held) => set.insert(held),
            None => return Err(corrupt),
        }
    }
    Ok(set)
}

/// Makes the index whole if it is wanted and not there, and removes one that is not wanted: what
/// is accepted from now on would be missing in it.
fn keep_index(database: &Database, config: &StoreConfig) -> Result<(), OpenError> {
    let whole = read_meta(database, config, keys::CERTIFICATES)?.is_some();
    if whole == config.certificate_index {
        return Ok(());
    }
    let (family, meta) = (database.family(keys::PLUGIN), database.family(keys::META));
    let mut batch = WriteBatch::default();
    if !config.certificate_index {
        let prefix = keys::plugin(keys::HUB, keys::PLUGIN_CERTIFICATE, b"");
        batch.delete_range_cf(family, prefix.clone(), keys::successor(&prefix));
        batch.delete_cf(meta, keys::CERTIFICATES);
        return write(database, config, batch);
    }
    for row in database.rows(database.family(keys::ENVELOPE), IteratorMode::Start) {
        let (key, value) = row.map_err(|source| failed(config, source))?;
        let number = <[u8; 16]>::try_from(&*key).ok().map(HubDeliveryNumber::from_bytes);
        let read = number.map(|number| record::decode_envelope(number, &value));
        // One unreadable record must not keep the hub from opening; scrubbing tells of it.
        let Some(Ok(envelope)) = read else { continue };
        batch.put_cf(family, certificate_key(&envelope), b"");
        if batch.len() >= INDEXED_AT_ONCE {
            write(database, config, std::mem::take(&mut batch))?;
        }
    }
    batch.put_cf(meta, keys::CERTIFICATES, b"");
    write(database, config, batch)
}

/// Rows of one batch while the index is made.
const INDEXED_AT_ONCE: usize = 10_000;
