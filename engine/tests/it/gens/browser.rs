//! A browser over a socket: it keeps cookies, sends forms with the token that their page carried,
//! and follows nothing by itself.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Where it leads, below the plugin's pages.
    pub(crate) location: String,
    pub(crate) body: String,
}

/// Somebody's browser.
pub(crate) struct Browser {
    pub(crate) door: SocketAddr,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl Browser {
    /// A browser with the log-in page open.
    pub(crate) fn new(door: SocketAddr) -> Self {
        let mut browser = Self { door, cookies: BTreeMap::new(), csrf: String::new() };
        let page = browser.get("log-in");
        assert_eq!(page.status, 200, "{page:?}");
        browser.csrf = field(&page.body, "csrf").expect("the form carries a token");
        browser
    }

    /// Sends the form of the log-in page.
    pub(crate) fn log_in(&mut self, tenant: &str, name: &str, password: &str) -> Page {
        let page =
            self.post("log-in", &[("tenant", tenant), ("name", name), ("password", password)]);
        if page.status == 303 {
            let token = field(&self.get("account").body, "csrf");
            self.csrf = token.expect("every page carries a token");
        }
        page
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.try_send("GET", path, None).expect("a reply")
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.try_post(path, fields).expect("a reply")
    }

    /// Sends a form to a hub that may end meanwhile.
    pub(crate) fn try_post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Page> {
        let csrf = self.csrf.clone();
        let fields = [("csrf", &*csrf)].into_iter().chain(fields.iter().copied());
        let form: Vec<String> =
            fields.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.try_send("POST", path, Some(&form.join("&")))
    }

    fn try_send(&mut self, method: &str, path: &str, form: Option<&str>) -> io::Result<Page> {
        let mut stream = TcpStream::connect(self.door)?;
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let form = form.unwrap_or_default();
        write!(
            stream,
            "{method} /gens/{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.door,
            cookies.join("; "),
            form.len(),
        )?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply)?;
        self.taken(&reply).ok_or_else(|| io::Error::other("the reply was cut off"))
    }

    /// Reads a reply, and keeps its cookies.
    fn taken(&mut self, reply: &[u8]) -> Option<Page> {
        let end = reply.windows(4).position(|four| four == b"\r\n\r\n")?;
        let (head, body) = (String::from_utf8_lossy(reply.get(..end)?), reply.get(end + 4..)?);
        let status = head.get(9..12)?.parse().ok()?;
        let (mut location, mut chunked, mut length) = (String::new(), false, None);
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(':')?;
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "location" => location = value.trim_start_matches("/gens/").to_owned(),
                "transfer-encoding" => chunked = value == "chunked",
                "content-length" => length = value.parse::<usize>().ok(),
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        let body = match length {
            _ if chunked => dechunked(body)?,
            Some(length) => body.get(..length)?.to_vec(),
            None => body.to_vec(),
        };
        Some(Page { status, location, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn keep(&mut self, cookie: &str) {
        // The door is plain HTTP: a browser would not keep one that is for TLS alone.
        assert!(!cookie.contains("Secure"), "{cookie}");
        let (name, rest) = cookie.split_once('=').expect("a cookie has a name");
        let value = rest.split(';').next().unwrap_or_default();
        match value {
            "" => self.cookies.remove(name),
            value => self.cookies.insert(name.to_owned(), value.to_owned()),
        };
    }
}

fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

/// The value of the first field of that name.
pub(crate) fn field(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
