//! The hub's sockets: HTTPS with SOAP and QUIC for national systems, a Unix socket for the operator, and a
//! loopback door for metrics and health, and one for people's browsers with the pages of plugins.
//!
//! This crate decides nothing that the hub does: it finds out who calls, takes no more than the
//! limits allow, hands requests to `phytohub_exchange::Hub` and writes the replies. It must never
//! answer before the hub has, read a body before its sender is known, wait for memory while holding
//! some, or start a task that nobody joins.
//!
//! Start from [`HttpsDoor`] or [`QuicDoor`]. [`Tasks`] is the only place that starts tasks, [`SystemClock`] the
//! only one that reads the time.
//!
//! # What old clients cannot do here
//!
//! TLS is rustls, which offers TLS 1.2 and 1.3 alone, with AEAD suites and ephemeral keys. A client
//! that needs one of these gets a handshake alert, and the remedy is on its side:
//!
//! | the client needs | instead |
//! |---|---|
//! | TLS 1.0 or 1.1 | Java 8 and later, .NET Framework 4.6 and later, OpenSSL 1.0.1 and later speak TLS 1.2; it may have to be switched on (`jdk.tls.client.protocols`, `SchUseStrongCrypto`) |
//! | CBC or 3DES suites, RSA key exchange | ECDHE with AES-GCM: Java 8u31, Windows Server 2012 R2 with its ECDHE-RSA-AES-GCM update (or an ECDSA server certificate), OpenSSL 1.0.1 |
//! | SHA-1 or MD5 handshake signatures | SHA-256 and above, which every TLS 1.2 library has |
//! | client keys of RSA under 2,048 bits, DSA, secp256k1 or id-RSASSA-PSS | a new key: RSA 2,048 to 8,192, P-256, P-384, P-521 or Ed25519 |
//! | renegotiation (the real hub once asked for certificates in one) | nothing: the certificate is asked for in the first handshake; `allowUnsafeRenegotiation` has no effect and does no harm |
//!
//! A site that must serve such a system puts a TLS proxy of its own beside that system, not in
//! front of the hub: the hub identifies callers by the certificate of the TLS session itself.

#![forbid(unsafe_code)]

mod activity;
pub mod admin;
mod budget;
mod buffer;
mod clock;
mod crowd;
mod https;
mod identity;
mod linger;
mod metrics;
mod quic;
mod shutdown;
mod task;
mod throttle;
mod tls;
mod web;

pub use admin::{AdminDoor, BindAdminError};
pub use budget::Budgets;
pub use clock::SystemClock;
pub use https::{BindError, DELIVERY_SERVICE_PATH, HttpsDoor, RECEIPT_PATH};
pub use metrics::{BindMetricsError, MetricsDoor};
pub use quic::QuicDoor;
pub use shutdown::{Shutdown, ShutdownTrigger};
pub use task::{Tasks, TasksLeft};
pub use tls::{LoadTlsError, Tls, TlsFiles, TrustMode};
pub use web::{BindWebError, Forwarded, PageBody, Pages, WebDoor, WebFiles, WebSettings, WebTls};
