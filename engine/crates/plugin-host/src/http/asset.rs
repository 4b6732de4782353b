//! Files of a plugin, which the host serves without asking it.

use std::collections::HashMap;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use phytohub_plugin_loader::HttpAsset;

use super::PageBody;
use super::page::whole;

/// A plugin's files by their paths.
#[derive(Debug, Default)]
pub(super) struct Assets(HashMap<String, Asset>);

#[derive(Debug)]
struct Asset {
    content_type: HeaderValue,
    etag: Option<HeaderValue>,
    bytes: Bytes,
}

impl Assets {
    /// Reads a plugin's files; the path of one whose type or tag can be no header.
    pub(super) fn parse(assets: &[HttpAsset]) -> Result<Self, String> {
        let read = |asset: &HttpAsset| {
            let wrong = |_| asset.path.clone();
            let content_type = HeaderValue::from_str(&asset.content_type).map_err(wrong)?;
            let etag = match asset.etag.as_str() {
                "" => None,
                tag => Some(HeaderValue::from_str(tag).map_err(wrong)?),
            };
            let bytes = Bytes::from_owner(asset.bytes.clone());
            Ok((asset.path.clone(), Asset { content_type, etag, bytes }))
        };
        assets.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is a file there.
    pub(super) fn has(&self, segments: &[String]) -> bool {
        self.0.contains_key(&segments.join("/"))
    }

    /// The file, or word that the browser has it already.
    pub(super) fn answer(
        &self,
        segments: &[String],
        query: &str,
        asked: &HeaderMap,
    ) -> Option<Response<PageBody>> {
        let asset = self.0.get(&segments.join("/"))?;
        let known = asset.etag.as_ref().is_some_and(|tag| is_known(tag, asked));
        let mut response = whole(if known { Bytes::new() } else { asset.bytes.clone() });
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, asset.content_type.clone());
        if let Some(tag) = &asset.etag {
            headers.insert(ETAG, tag.clone());
        }
        // A page that names a version in the query wants it kept; other names may mean another
        // file after an upgrade, so browsers ask each time and hear that nothing changed.
        let keep =
            if query.is_empty() { "no-cache" } else { "public, max-age=31536000, immutable" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
        Some(response)
    }
}

/// Whether the browser has the file: tags are compared weakly, as a compressed copy has one.
fn is_known(tag: &HeaderValue, asked: &HeaderMap) -> bool {
    let weak = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let Ok(own) = tag.to_str().map(weak) else { return false };
    let values = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| one.trim() == "*" || weak(one) == own)
}
