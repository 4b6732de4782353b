//! The table of settings: what `init` writes beside each one, and the range of each number.

use phytohub_domain::{XML_ATTRIBUTES_MAX, XML_DEPTH_MAX};

mod web;

/// One setting as `hub.toml` explains it; its default comes from the configuration itself.
#[derive(Debug)]
pub(super) struct Setting {
    /// Section; empty for the head of the file.
    pub(super) section: &'static str,
    /// Key within the section.
    pub(super) key: &'static str,
    /// Least and greatest value of a number.
    pub(super) range: Option<(u64, u64)>,
    /// What it does, and why its default is what it is.
    pub(super) why: &'static str,
}

const fn text(section: &'static str, key: &'static str, why: &'static str) -> Setting {
    Setting { section, key, range: None, why }
}

const fn number(
    section: &'static str,
    key: &'static str,
    range: (u64, u64),
    why: &'static str,
) -> Setting {
    Setting { section, key, range: Some(range), why }
}

/// What stands above each section.
pub(super) const SECTIONS: &[(&str, &str)] = &[
    ("https", "The door of the national systems: SOAP over TLS 1.2 and 1.3."),
    ("trust", "Whose certificates are believed. Reloaded on SIGHUP."),
    ("store", "Where envelopes lie, and how."),
    ("admin", "The operator's doors, for this machine alone."),
    (
        "delivery",
        "Bringing envelopes, and state changes, to partners that have an endpoint of their own.",
    ),
    (
        "retention",
        "How long what is delivered is kept. A legal hold postpones all of it ('phytohub envelope \
         hold', 'phytohub connection set --legal-hold').",
    ),
    (
        "audit",
        "The account of what happened: its daily signed heads, and receipts. 'phytohub audit'.",
    ),
    ("responses", "Countries' answers to certificates. Reloaded on SIGHUP."),
    (
        "fair_use",
        "What one connection may ask for, unless 'phytohub connection set' gives it other limits: \
         over it, its requests get 503 and a time to come again, and the others notice nothing. 0 \
         switches a limit off. Reloaded on SIGHUP.",
    ),
    ("limits", "What one caller, and all together, may use. Reloaded on SIGHUP."),
    (
        "web",
        "The door of people's browsers, for pages of plugins; no client certificates are asked for.",
    ),
    (
        "plugins",
        "Where plugins come from. What is loaded stands in a section [plugin.ID] for each, which \
         'phytohub plugin install' prints.",
    ),
];

/// Every setting, in the order of the file.
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().chain(web::SETTINGS)
}

const SETTINGS: &[Setting] = &[
    text(
        "",
        "trial",
        "Marks a directory for trials, made with 'init --connections': its clients' private keys lie \
         in files here, so the hub refuses to listen on anything but loopback.",
    ),
    number(
        "",
        "drain_seconds",
        (1, 3600),
        "After SIGTERM, requests in flight have this long to be answered. Orchestrators commonly \
         kill after 30 seconds.",
    ),
    text(
        "",
        "quic",
        "Address and port (UDP) of the fast door of the national systems: the same operations over \
         QUIC, with the certificate of [https]. Empty: it stays closed. Port 0 picks a free one.",
    ),
    text(
        "https",
        "listen",
        "Address and port. Port 0 picks a free one, which 'serve' prints. 'serve --https ADDR' \
         overrides it.",
    ),
    text(
        "https",
        "public_url",
        "What '?wsdl' tells clients to call. Empty: https://, the address above, \
         /hub/DeliveryService. Needed when listening on every address (0.0.0.0).",
    ),
    text(
        "https",
        "certificate",
        "PEM file with the server's certificate, followed by its chain. Reloaded on SIGHUP.",
    ),
    text("https", "key", "PEM file with its private key. Reloaded on SIGHUP."),
    text(
        "trust",
        "mode",
        "\"registered\": a caller is the connection with which its certificate is registered, \
         whoever issued it. \"ca\": its certificate must also be issued by an authority named here, \
         and not be revoked.",
    ),
    text("trust", "ca", "PEM files with the authorities of mode \"ca\"."),
    text("trust", "crl", "Revocation lists of these authorities, in PEM or DER."),
    text("store", "path", "Directory of the store. One hub at a time can have it open."),
    text(
        "store",
        "sync",
        "Whether an answer waits until its record is on disk. Switched off, a power failure loses \
         envelopes that were answered: for load tests alone.",
    ),
    number(
        "store",
        "disk_reserve_percent",
        (0, 90),
        "Share of the disk that deliveries leave free. Below it they get 503, while pulls and \
         acknowledgements go on: these make room.",
    ),
    number(
        "store",
        "disk_reserve_bytes",
        (0, 1 << 50),
        "The same in bytes; the greater of the two counts. A merge of the store's files needs room.",
    ),
    number(
        "store",
        "block_cache_bytes",
        (1 << 20, 1 << 42),
        "Memory for what was lately read. The default suits a machine with 2 GiB.",
    ),
    number(
        "store",
        "write_buffer_bytes",
        (1 << 20, 1 << 36),
        "Memory for what was lately written, before it becomes a file.",
    ),
    text(
        "store",
        "certificate_index",
        "Whether national systems that call over QUIC can look for what they sent and received by \
         the certificate's number; a host of plugins elsewhere wants it. A row more for each \
         envelope, made for all when it is switched on. Plugins with hub.envelopes/1 have it anyhow.",
    ),
    text(
        "admin",
        "socket_dir",
        "Directory of the socket through which 'phytohub connection' and 'phytohub envelope' talk \
         to a running hub. Mode 0700; the socket's path may have 107 bytes.",
    ),
    text(
        "admin",
        "listen",
        "Address of /metrics (Prometheus), /healthz and /readyz. Loopback only; port 0 picks one.",
    ),
    text(
        "delivery",
        "certificate",
        "PEM file with the certificate that partners' endpoints are shown, followed by its chain. \
         'init' makes one. Reloaded on SIGHUP.",
    ),
    text("delivery", "key", "PEM file with its private key. Reloaded on SIGHUP."),
    number(
        "delivery",
        "replay_window_seconds",
        (0, 86_400),
        "A sender whose connection broke sends again. Within this time after the first, the same \
         envelope gets the same number, while the first is pending or delivered. 0 takes each for \
         a new one. Reloaded on SIGHUP.",
    ),
    number(
        "delivery",
        "ack_wait_seconds",
        (60, 2_592_000),
        "A reply without fault hands an envelope over; only its acknowledgement delivers it. The \
         same envelope is not brought again before this has passed.",
    ),
    number(
        "delivery",
        "retry_first_seconds",
        (1, 86_400),
        "After the first failure of an envelope; doubled with each further one, with jitter.",
    ),
    number(
        "delivery",
        "retry_most_seconds",
        (1, 604_800),
        "The longest wait between two tries of an envelope.",
    ),
    number(
        "delivery",
        "calls_at_once",
        (1, 64),
        "Calls to one partner at once. Few: these systems were built for a handful of \
         certificates a minute.",
    ),
    number("delivery", "calls_per_second", (1, 1000), "Calls to one partner in a second."),
    number(
        "delivery",
        "call_seconds",
        (1, 3600),
        "A call ends after this, and a second more for each 64 KiB of content. What it did is then \
         unknown, so the same number is brought again.",
    ),
    number(
        "delivery",
        "away_after_failures",
        (1, 1000),
        "Failures in a row after which a partner counts as away: one call at a time then tries \
         whether it is back.",
    ),
    number("delivery", "probe_first_seconds", (1, 86_400), "Until the first such call."),
    number("delivery", "probe_most_seconds", (1, 86_400), "The longest wait between two of them."),
    number(
        "retention",
        "content_seconds",
        (0, 3_153_600_000),
        "From its acknowledgement until a content is dropped: a week, in which a recipient may \
         still pull it again. 0 drops it with the acknowledgement.",
    ),
    number(
        "retention",
        "headers_seconds",
        (0, 3_153_600_000),
        "From its acknowledgement until header, state and history of an envelope are removed, never \
         before its content: a year's audit, with time to make it.",
    ),
    number(
        "retention",
        "fail_after_seconds",
        (60, 3_153_600_000),
        "From its acceptance until an envelope fails that nobody ever had, where envelopes are \
         brought to an endpoint. What is only pulled never fails by age.",
    ),
    text(
        "audit",
        "hub",
        "Name of this hub in signed heads and receipts. Empty: the host that public_url names.",
    ),
    text(
        "audit",
        "sink",
        "File outside the store to which each day's signed head is appended, as a line of JSON: on \
         another machine's disk, so that whoever changes the store cannot change it too. Empty: none.",
    ),
    text("audit", "key", "PEM file with the private key that signs heads (Ed25519)."),
    text("audit", "receipt_key", "PEM file with the private key that signs receipts (Ed25519)."),
    text("audit", "former_keys", "PEM files with the public keys that signed heads before."),
    text(
        "responses",
        "decisions",
        "What the StatusCode of a DeliverCountryResponseEnvelope means: accepted, rejected, held or \
         partly. Another status is answered FailedDelivery. The codes are those of UNCL 4405.",
    ),
    number(
        "fair_use",
        "requests_per_minute",
        (0, u32::MAX as u64),
        "Requests. The busiest polite client asks for each envelope under way once a minute: this \
         is one that sends 100,000 a day, the capacity stated for the real hub, and waits a day \
         for each. A minute's worth may come at once.",
    ),
    number(
        "fair_use",
        "bytes_per_minute",
        (0, 1 << 50),
        "Bytes of requests: sixteen of the largest size, or half a line of 1 Gbit/s.",
    ),
    number(
        "fair_use",
        "pending_per_recipient",
        (0, 1 << 40),
        "Envelopes of one sender that wait for one recipient: ten days of 100,000.",
    ),
    number(
        "limits",
        "request_bytes",
        (64 << 10, 1 << 30),
        "One request's body. The guideline's largest certificate, 104 MB, fits in Base64.",
    ),
    number(
        "limits",
        "content_bytes",
        (16 << 10, 1 << 30),
        "One envelope's content as received: a request less its envelope.",
    ),
    number(
        "limits",
        "header_field_bytes",
        (64, 64 << 10),
        "One header field. The guideline's longest certificate number has 60 characters.",
    ),
    number(
        "limits",
        "message_bytes",
        (1 << 10, 4 << 20),
        "An acknowledgement's message. A real client concatenates all its findings.",
    ),
    number("limits", "forwardings", (0, 256), "Channels that one envelope may name."),
    number(
        "limits",
        "xml_depth",
        (16, XML_DEPTH_MAX as u64),
        "Nested elements of a request. A typed certificate nests 20 deep.",
    ),
    number(
        "limits",
        "xml_attributes",
        (32, XML_ATTRIBUTES_MAX as u64),
        "Attributes of one element. Real messages declare up to 100 namespaces.",
    ),
    number(
        "limits",
        "sockets",
        (1, 1 << 20),
        "Open sockets: 136 countries with a handful of systems each, and room for idle ones. The \
         process needs as many file descriptors (ulimit -n).",
    ),
    number(
        "limits",
        "sockets_per_address",
        (1, 1 << 20),
        "Open sockets from one address (of IPv6: one network of 64 bits): a quarter of all. A \
         ministry's systems may share one.",
    ),
    number("limits", "requests_in_flight", (1, 1 << 20), "Requests being worked on at once."),
    number(
        "limits",
        "bytes_in_flight",
        (1 << 20, 1 << 40),
        "Bytes of requests and replies in memory at once: two requests of the largest size. At \
         least 8/7 of request_bytes, for an eighth is kept for small requests.",
    ),
    number("limits", "pull_envelopes", (1, 10_000), "Envelopes in one PULLImportEnvelope."),
    number(
        "limits",
        "pull_bytes",
        (64 << 10, 1 << 30),
        "Content in one PULLImportEnvelope, but never less than one envelope.",
    ),
    number("limits", "list_headers", (1, 100_000), "Headers in one list of headers."),
    number("limits", "handshake_seconds", (1, 300), "From connecting to a finished handshake."),
    number(
        "limits",
        "first_byte_seconds",
        (1, 3600),
        "From a request's start to the last byte of its HTTP header.",
    ),
    number(
        "limits",
        "idle_seconds",
        (1, 3600),
        "Between two parts of a body that arrives, or of a reply that is taken.",
    ),
    number(
        "limits",
        "keep_alive_seconds",
        (1, 86_400),
        "A socket without a request. Above the five minutes at which real clients poll.",
    ),
];
