//! Handshakes in memory: what a client presents, and what the server makes of it.

use std::path::Path;
use std::sync::Arc;

use phytohub_domain::{Clock, Timestamp};
use phytohub_testkit::{FakeClock, KeyKind, TestCa, TestCertificate};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConnection,
    SignatureScheme, SupportedProtocolVersion,
};
use tempfile::TempDir;

use super::*;

struct Files {
    ca: TestCa,
    directory: TempDir,
}

impl Files {
    fn new() -> Self {
        let (ca, directory) = (TestCa::new("Test CA"), tempfile::tempdir().expect("a directory"));
        let server = ca.server(&["localhost"]);
        let files = Self { ca, directory };
        files.write("server.pem", server.pem().as_bytes());
        files.write("server.key", server.key_pem().as_bytes());
        files.write("ca.pem", files.ca.pem().as_bytes());
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("the directory is ours");
    }

    fn registered(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.path("server.pem"),
            key: self.path("server.key"),
            trust: TrustMode::Registered,
        }
    }

    fn with_ca(&self, revocation_lists: &[&str]) -> TlsFiles {
        let revocation_lists = revocation_lists.iter().map(|name| self.path(name)).collect();
        let authorities = vec![self.path("ca.pem")];
        TlsFiles { trust: TrustMode::Ca { authorities, revocation_lists }, ..self.registered() }
    }

    fn load(&self) -> Tls {
        Tls::load(&self.registered()).expect("the files are good")
    }
}

/// Presents this certificate whatever the server asks for.
#[derive(Debug)]
struct Presents(Arc<CertifiedKey>);

impl ResolvesClientCert for Presents {
    fn resolve(&self, hints: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        assert!(hints.is_empty(), "the server names no authorities");
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn client(
    ca: &TestCa,
    version: &'static SupportedProtocolVersion,
    presents: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone()).expect("the authority is one");
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("the version is known")
        .with_root_certificates(roots);
    match presents {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let key = aws_lc_rs::sign::any_supported_type(&key).expect("a usable key");
            let presents = Presents(Arc::new(CertifiedKey::new(chain, key)));
            builder.with_client_cert_resolver(Arc::new(presents))
        }
    }
}

/// Carries bytes between both until neither has more to say.
fn handshake(
    tls: &Tls,
    client: &Arc<ClientConfig>,
) -> Result<(ServerConnection, ClientConnection), rustls::Error> {
    let name = "localhost".try_into().expect("a name");
    let mut client = ClientConnection::new(Arc::clone(client), name)?;
    let mut server = ServerConnection::new(Arc::clone(&tls.state().config))?;
    loop {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).expect("memory takes all");
        }
        let mut back = Vec::new();
        let mut unread = wire.as_slice();
        while !unread.is_empty() {
            server.read_tls(&mut unread).expect("memory gives all");
            server.process_new_packets()?;
        }
        while server.wants_write() {
            server.write_tls(&mut back).expect("memory takes all");
        }
        if wire.is_empty() && back.is_empty() {
            return Ok((server, client));
        }
        let mut unread = back.as_slice();
        while !unread.is_empty() {
            client.read_tls(&mut unread).expect("memory gives all");
            client.process_new_packets()?;
        }
    }
}

const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

fn present(
    files: &Files,
    version: &'static SupportedProtocolVersion,
    certificate: &TestCertificate,
) -> Result<(ServerConnection, ClientConnection), rustls::Error> {
    let presents = (certificate.chain(), certificate.key());
    handshake(&files.load(), &Arc::new(client(&files.ca, version, Some(presents))))
}

#[test]
fn odd_certificates_do_not_break_the_handshake() {
    let files = Files::new();
    let mut certificates = vec![
        ("version 1", files.ca.client_version_1("NO")),
        ("unknown critical extension", files.ca.client_with_unknown_extension("NO")),
        ("server certificate", files.ca.server(&["no.example"])),
        ("unknown authority", TestCa::new("Another CA").client("NO")),
    ];
    for kind in KeyKind::ALL {
        certificates.push(("self-signed", TestCertificate::self_signed("NO", kind)));
        certificates.push(("ordinary", files.ca.client_with("NO", kind)));
    }
    for version in VERSIONS {
        for (what, certificate) in &certificates {
            let (server, _) = present(&files, version, certificate)
                .unwrap_or_else(|error| panic!("{what} {error}"));
            let chain = server.peer_certificates().expect("a certificate was presented");
            assert_eq!(&chain[0], certificate.der(), "{what} {version:?}");
        }
    }
}

#[test]
fn a_certificate_without_its_private_key_is_refused() {
    let files = Files::new();
    for version in VERSIONS {
        for kind in KeyKind::ALL {
            let stolen = files.ca.client_with("NO", kind);
            for other in KeyKind::ALL {
                let thief = TestCertificate::self_signed("thief", other);
                let config = client(&files.ca, version, Some((stolen.chain(), thief.key())));
                let result = handshake(&files.load(), &Arc::new(config));
                assert!(result.is_err(), "{kind:?} with a key of {other:?}, {version:?}");
            }
        }
    }
}

#[test]
fn a_client_without_certificate_is_let_in() {
    let files = Files::new();
    for version in VERSIONS {
        let config = Arc::new(client(&files.ca, version, None));
        let (server, _) = handshake(&files.load(), &config).expect("no certificate is needed");
        assert!(server.peer_certificates().is_none());
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    let files = Files::new();
    let certificate = files.ca.client("NO");
    let mut trailing = certificate.der().to_vec();
    trailing.push(0);
    for version in VERSIONS {
        for bytes in [vec![], vec![0x30, 0x03, 1, 2, 3], trailing.clone()] {
            let chain = vec![CertificateDer::from(bytes)];
            let config = client(&files.ca, version, Some((chain, certificate.key())));
            assert!(handshake(&files.load(), &Arc::new(config)).is_err());
        }
    }
}

#[test]
fn a_resumed_session_keeps_its_certificate() {
    let files = Files::new();
    let certificate = files.ca.client("NO");
    for version in VERSIONS {
        let tls = files.load();
        let mut config = client(&files.ca, version, Some((certificate.chain(), certificate.key())));
        config.resumption = Resumption::in_memory_sessions(8);
        let config = Arc::new(config);
        let (first, _) = handshake(&tls, &config).expect("a good certificate");
        assert_eq!(first.handshake_kind(), Some(HandshakeKind::Full));
        tls.reload(&files.registered()).expect("the files are good");
        let (second, _) = handshake(&tls, &config).expect("a good ticket");
        assert_eq!(second.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
        assert_eq!(&second.peer_certificates().expect("from the ticket")[0], certificate.der());
    }
}

#[test]
fn trust_in_authorities_is_asked_with_the_time_of_the_request() {
    let files = Files::new();
    let (good, revoked) = (files.ca.client("NO"), files.ca.client("LK"));
    let stranger = TestCa::new("Another CA").client("NO");
    let web = files.ca.server(&["no.example"]);
    files.write("list.pem", files.ca.revocation_list_pem(&[&revoked]).as_bytes());
    let tls = Tls::load(&files.with_ca(&["list.pem"])).expect("the files are good");
    let now = FakeClock::default().now();
    let check =
        |certificate: &TestCertificate, now| tls.state().trust.check(&certificate.chain(), now);
    assert!(check(&good, now).is_ok());
    assert!(check(&web, now).is_ok(), "a server's certificate is good enough");
    assert!(check(&revoked, now).is_err());
    assert!(check(&stranger, now).is_err());
    assert!(check(&good, Timestamp::parse_utc("2050-01-02").expect("a day")).is_err(), "expired");
    assert!(tls.state().trust.check(&[], now).is_err());
    tls.reload(&files.registered()).expect("the files are good");
    assert!(tls.state().trust.check(&stranger.chain(), now).is_ok());
}

#[test]
fn a_bad_file_is_refused_by_name_and_the_old_one_kept() {
    let files = Files::new();
    let tls = files.load();
    let check = |files: &TlsFiles, says: &str, path: &Path| {
        let error = tls.reload(files).expect_err("the files are bad").to_string();
        assert!(error.contains(says) && error.contains(&path.display().to_string()), "{error}");
        assert_eq!(tls.state().generation, 0);
    };
    let missing = TlsFiles { key: files.path("none.key"), ..files.registered() };
    check(&missing, "cannot be read", &missing.key);
    let swapped = TlsFiles { certificate: files.path("server.key"), ..files.registered() };
    check(&swapped, "holds no certificate", &swapped.certificate);
    files.write("other.key", files.ca.client("NO").key_pem().as_bytes());
    let other = TlsFiles { key: files.path("other.key"), ..files.registered() };
    check(&other, "cannot be used with the certificate", &other.key);
    files.write("list.pem", b"no list");
    check(&files.with_ca(&["list.pem"]), "revocation list", &files.path("list.pem"));
    let nobody = TrustMode::Ca { authorities: vec![], revocation_lists: vec![] };
    check(&TlsFiles { trust: nobody, ..files.registered() }, "at least one", Path::new(""));
    let (_, config) = (tls.state().generation, Arc::new(client(&files.ca, VERSIONS[1], None)));
    handshake(&tls, &config).expect("the old files still serve");
}
