//! What a browser sends: forms and files, within limits.

use phytohub_plugin_sdk::{Request, Responder};

/// Bytes of a form without files: a certificate of the largest size that is taken, twice, because
/// letters outside ASCII are sent as six bytes for two.
pub const FORM_BYTES_MAX: u64 = 512 * 1024;

/// Bytes of a form with a file: the file, and as much again as a form's other fields need.
pub const UPLOAD_BYTES_MAX: u64 = ATTACHMENT_BYTES_MAX as u64 + 64 * 1024;

/// Bytes of an attachment, as the IPPC guideline has it: 3 MB.
pub const ATTACHMENT_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Fields of a form: a certificate of a hundred lines with twenty fields each fits.
const FIELDS_MAX: usize = 4_000;

/// Why there is no form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FormError {
    /// More bytes, or more fields, than the route takes.
    #[error("the form is larger than its route takes")]
    TooLarge,
    /// The browser went away or wrote what no browser writes.
    #[error("the form cannot be read")]
    Unreadable,
}

/// Where the bytes of a request come from.
pub trait Body {
    /// The next piece, `None` at the end.
    ///
    /// # Errors
    ///
    /// [`FormError`], as its variants say.
    fn piece(&mut self) -> Result<Option<Vec<u8>>, FormError>;
}

impl Body for Responder {
    fn piece(&mut self) -> Result<Option<Vec<u8>>, FormError> {
        Self::piece(self).map_err(|error| match error.kind() {
            phytohub_plugin_sdk::ErrorKind::Exhausted => FormError::TooLarge,
            _ => FormError::Unreadable,
        })
    }
}

/// A body that is all there; nothing more comes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Complete;

impl Body for Complete {
    fn piece(&mut self) -> Result<Option<Vec<u8>>, FormError> {
        Ok(None)
    }
}

/// The fields of a form in their order, and its file if it has one.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    fields: Vec<(String, String)>,
    file: Option<Upload>,
}

/// A file that was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Upload {
    /// Its name without folders.
    pub(super) filename: String,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
}

impl Form {
    /// Reads the form of a request, of at most `bytes_max`.
    ///
    /// # Errors
    ///
    /// [`FormError`].
    pub(super) fn read(
        request: &Request<'_>,
        body: &mut dyn Body,
        bytes_max: u64,
    ) -> Result<Self, FormError> {
        let content_type = request.header("content-type").unwrap_or_default();
        let content_type = String::from_utf8_lossy(content_type).into_owned();
        let bytes = collect(request, body, bytes_max)?;
        let form = match boundary(&content_type) {
            Some(boundary) => Self::multipart(&bytes, &boundary)?,
            // One more than is taken is enough to be refused.
            None => Self {
                fields: Request::form_pairs(&bytes).take(FIELDS_MAX + 1).collect(),
                file: None,
            },
        };
        if form.fields.len() > FIELDS_MAX { Err(FormError::TooLarge) } else { Ok(form) }
    }

    /// A form of these fields. For tests of what reads forms.
    #[cfg(test)]
    pub(super) fn of(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { fields: fields.into_iter().collect(), file: None }
    }

    /// The first value of a field, without space around it; empty if there is none.
    #[must_use]
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// A password: the first value of a field as it was typed.
    #[must_use]
    pub(super) fn verbatim(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Fields in their order.
    #[must_use]
    pub(super) fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// The file, if one was chosen.
    #[must_use]
    pub(super) const fn file(&self) -> Option<&Upload> {
        self.file.as_ref()
    }

    fn multipart(bytes: &[u8], boundary: &str) -> Result<Self, FormError> {
        let mark = format!("--{boundary}");
        let mut rest = after(bytes, mark.as_bytes()).ok_or(FormError::Unreadable)?.1;
        let mut form = Self::default();
        let end = format!("\r\n{mark}");
        while let Some(part) = rest.strip_prefix(b"\r\n") {
            let (part, next) = after(part, end.as_bytes()).ok_or(FormError::Unreadable)?;
            let (head, content) = after(part, b"\r\n\r\n").ok_or(FormError::Unreadable)?;
            form.part(&String::from_utf8_lossy(head), content)?;
            if form.fields.len() > FIELDS_MAX {
                return Err(FormError::TooLarge);
            }
            rest = next;
        }
        if rest.starts_with(b"--") { Ok(form) } else { Err(FormError::Unreadable) }
    }

    fn part(&mut self, head: &str, content: &[u8]) -> Result<(), FormError> {
        let disposition = head
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
            .map(|(_, value)| value)
            .ok_or(FormError::Unreadable)?;
        let name = parameter(disposition, "name").ok_or(FormError::Unreadable)?;
        match parameter(disposition, "filename") {
            Some(filename) if !filename.is_empty() => {
                if content.len() > ATTACHMENT_BYTES_MAX {
                    return Err(FormError::TooLarge);
                }
                let filename = bare_name(&filename);
                self.file.get_or_insert_with(|| Upload { filename, bytes: content.to_vec() });
            }
            Some(_) => {}
            None => self.fields.push((name, String::from_utf8_lossy(content).into_owned())),
        }
        Ok(())
    }
}

/// The whole body, refused as soon as it is larger than that, and before it is read where its size
/// was announced.
fn collect(
    request: &Request<'_>,
    body: &mut dyn Body,
    bytes_max: u64,
) -> Result<Vec<u8>, FormError> {
    if request.body_bytes().is_some_and(|bytes| bytes > bytes_max) {
        return Err(FormError::TooLarge);
    }
    match request.body() {
        Some(bytes) => Ok(bytes.to_vec()),
        None => pieces(body, bytes_max),
    }
}

/// All pieces of a body whose size nobody announced, or announced wrongly.
fn pieces(body: &mut dyn Body, bytes_max: u64) -> Result<Vec<u8>, FormError> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.piece()? {
        if (bytes.len() + piece.len()) as u64 > bytes_max {
            return Err(FormError::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let multipart = kind.trim().eq_ignore_ascii_case("multipart/form-data");
    // RFC 2046: at most 70 characters.
    let boundary = parameter(&format!(";{parameters}"), "boundary");
    boundary.filter(|text| multipart && !text.is_empty() && text.len() <= 70)
}

/// The value of a parameter: `; name="value"` or `; name=value`. Browsers write `%22` for quotes in
/// it, so that a quote always ends it.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let fits = name.trim().eq_ignore_ascii_case(wanted);
        fits.then(|| value.trim().trim_matches('"').replace("%22", "\""))
    })
}

/// What follows the last slash of either kind: browsers may send a whole path.
fn bare_name(filename: &str) -> String {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let name = name.trim_matches(['.', ' ']).to_owned();
    if name.is_empty() { "attachment".to_owned() } else { name }
}

/// What lies before and after the first place of a mark.
fn after<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let place = bytes.windows(mark.len()).position(|window| window == mark)?;
    let (before, rest) = bytes.split_at_checked(place)?;
    Some((before, rest.get(mark.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(content_type: &'static [u8], body: &'static [u8]) -> Request<'static> {
        let mut request = Request::new("POST", "/gens/", "/gens/x", "x").with_body(body);
        request.headers = vec![("content-type", content_type)];
        request
    }

    #[test]
    fn fields_and_file_of_a_multipart_form_are_found() {
        let body = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\n\
            content-disposition: form-data; name=\"f\"; filename=\"..\\..\\C:/x/../e v.pdf\"\r\n\
            Content-Type: text/html\r\n\r\n%PDF\r\n\r\n-\r\n--B--\r\n";
        let form =
            Form::read(&request(b"multipart/form-data; boundary=B", body), &mut Complete, 9_999)
                .expect("the form is well-formed");
        assert_eq!(form.get("a"), "1");
        let file = form.file().expect("there is a file");
        assert_eq!((&*file.filename, &*file.bytes), ("e v.pdf", &b"%PDF\r\n\r\n-"[..]));
    }

    #[test]
    fn broken_multipart_forms_are_refused() {
        let bodies: [&[u8]; 6] = [
            b"",
            b"--B",
            b"--B\r\n",
            b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
            b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
            b"--B\r\nx\r\n--B--",
        ];
        for body in bodies {
            let request = request(b"multipart/form-data; boundary=B", body);
            let outcome = Form::read(&request, &mut Complete, 9_999);
            assert_eq!(outcome.err(), Some(FormError::Unreadable), "{body:?}");
        }
    }

    #[test]
    fn forms_that_are_too_large_are_refused() {
        let urlencoded = b"application/x-www-form-urlencoded";
        let fits = Form::read(&request(urlencoded, b"a=1"), &mut Complete, 3);
        assert_eq!(fits.expect("three bytes fit").get("a"), "1");
        let outcome = Form::read(&request(urlencoded, b"a=12"), &mut Complete, 3);
        assert_eq!(outcome.err(), Some(FormError::TooLarge));
    }

    struct Endless(u64);

    impl Body for Endless {
        fn piece(&mut self) -> Result<Option<Vec<u8>>, FormError> {
            self.0 += 1000;
            Ok(Some(vec![b'a'; 1000]))
        }
    }

    #[test]
    fn body_without_an_end_is_read_no_further_than_its_limit() {
        let mut endless = Endless(0);
        assert_eq!(pieces(&mut endless, 10_500).err(), Some(FormError::TooLarge));
        assert_eq!(endless.0, 11_000);
    }
}
