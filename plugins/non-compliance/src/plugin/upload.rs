//! A form's file or text, out of the body of a request.

use phytohub_plugin_sdk::Request;

/// The document in a body: as it is, from a form's field, or from a form's file. The file counts if
/// there is one.
pub(super) fn document(content_type: &str, body: &[u8]) -> Vec<u8> {
    let (media_type, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    match media_type.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => {
            let mut pairs = Request::form_pairs(body);
            let found = pairs.find(|(name, _)| name == "document");
            found.map_or_else(Vec::new, |(_, text)| text.into_bytes())
        }
        "multipart/form-data" => {
            let boundary = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
            let boundary = boundary.map(|name| name.trim_matches('"')).unwrap_or_default();
            let all = parts(boundary, body);
            let filled = |wanted: &str| {
                all.iter().find(|(name, bytes)| name == wanted && !bytes.trim_ascii().is_empty())
            };
            let found = filled("file").or_else(|| filled("document"));
            found.map_or_else(Vec::new, |(_, bytes)| bytes.to_vec())
        }
        _ => body.to_vec(),
    }
}

/// Names and contents of the parts of a multipart body (RFC 7578); nothing of what is malformed.
fn parts<'b>(boundary: &str, body: &'b [u8]) -> Vec<(String, &'b [u8])> {
    if boundary.is_empty() || boundary.len() > BOUNDARY_MAX {
        return Vec::new();
    }
    let mark = format!("--{boundary}");
    let mut all = Vec::new();
    let Some(start) = find(body, mark.as_bytes()) else { return all };
    let mut rest = body.get(start + mark.len()..).unwrap_or_default();
    let next = format!("\r\n{mark}");
    while all.len() < PARTS_MAX {
        let Some(part) = rest.strip_prefix(b"\r\n") else { break };
        let Some(end) = find(part, next.as_bytes()) else { break };
        let whole = part.get(..end).unwrap_or_default();
        rest = part.get(end + next.len()..).unwrap_or_default();
        let Some(blank) = find(whole, b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(whole.get(..blank).unwrap_or_default()).into_owned();
        if let Some(name) = name(&head) {
            all.push((name, whole.get(blank + 4..).unwrap_or_default()));
        }
    }
    all
}

/// The name of the field in a part's head.
fn name(head: &str) -> Option<String> {
    let is_disposition =
        |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let line = head.split("\r\n").find(is_disposition)?;
    let value = line.split(';').find_map(|part| part.trim().strip_prefix("name="))?;
    Some(value.trim_matches('"').to_owned())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// RFC 2046.
const BOUNDARY_MAX: usize = 70;
/// The form has two.
const PARTS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "multipart/form-data; boundary=X";

    fn form(parts: &[(&str, &str)]) -> Vec<u8> {
        let part = |(name, text): &(&str, &str)| {
            format!(
                "--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n{text}\r\n"
            )
        };
        let mut body: String = parts.iter().map(part).collect();
        body.push_str("--X--\r\n");
        body.into_bytes()
    }

    #[test]
    fn a_file_counts_before_a_text() {
        let both = form(&[("document", "<text/>"), ("file", "<file/>")]);
        assert_eq!(document(FORM, &both), b"<file/>");
        let text = form(&[("document", "<text/>\r\n"), ("file", "")]);
        assert_eq!(document(FORM, &text), b"<text/>\r\n");
        assert_eq!(document("application/x-www-form-urlencoded", b"document=%3Ca%2F%3E"), b"<a/>");
        assert_eq!(document("application/xml", b"<a/>"), b"<a/>");
    }

    #[test]
    fn malformed_bodies_hold_nothing() {
        for body in
            ["", "--X", "--X\r\n", "--X\r\n\r\n\r\n--X", "--Xname=\"file\"", "a--X\r\nb\r\n--X--"]
        {
            assert_eq!(document(FORM, body.as_bytes()), b"", "{body}");
        }
        assert_eq!(document("multipart/form-data", b"--\r\n"), b"");
    }
}
