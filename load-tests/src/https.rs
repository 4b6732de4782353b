//! A small keep-alive HTTPS client with a client certificate, one blocking socket each.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use crate::Failure;
use crate::soap::{Answer, Request};

/// The TLS side of one connection's client: trusts `ca.pem`, shows `<CODE>.pem`.
///
/// # Errors
/// When a file in `pki` is missing or no PEM.
pub fn identity(pki: &Path, code: &str) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pki.join("ca.pem"))?)?;
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(pki.join(format!("{code}.pem")))?.collect();
    let key = PrivateKeyDer::from_pem_file(pki.join(format!("{code}.key")))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain?, key)?;
    Ok(Arc::new(config))
}

/// Why a request has no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError {
    /// It was never sent: the hub cannot have it.
    NotSent(io::Error),
    /// It may have been sent, and no answer came: the hub may have done it or not.
    Unanswered(io::Error),
    /// The hub refused it for now (HTTP 503), with its words.
    Busy(String),
    /// An answer that no hub should give, in words.
    Odd(String),
}

/// A client of one connection, with one socket.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    identity: Arc<ClientConfig>,
    socket: Option<Socket>,
}

/// A TLS socket, buffered for reading.
pub type Socket = BufReader<StreamOwned<ClientConnection, TcpStream>>;

impl Client {
    /// A client that connects when it first calls.
    #[must_use]
    pub fn new(address: SocketAddr, identity: Arc<ClientConfig>) -> Self {
        Self { address, identity, socket: None }
    }

    /// Sends a request and is gone before the answer: the hub may do it or not.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn send_and_leave(&mut self, request: &Request<'_>) -> io::Result<()> {
        let mut socket = match self.socket.take() {
            Some(socket) => socket,
            None => connect(self.address, &self.identity)?,
        };
        send(&mut socket, request.operation(), &request.to_xml())
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// When there is no answer, or none that counts.
    pub fn call(&mut self, request: &Request<'_>) -> Result<Answer, CallError> {
        let mut socket = match self.socket.take() {
            Some(socket) => socket,
            None => connect(self.address, &self.identity).map_err(CallError::NotSent)?,
        };
        let operation = request.operation();
        let (status, body, keep) =
            exchange(&mut socket, operation, &request.to_xml()).map_err(CallError::Unanswered)?;
        if keep {
            self.socket = Some(socket);
        }
        let answer = Answer::read(&body);
        let odd = |what: &str| {
            let body = String::from_utf8_lossy(&body);
            CallError::Odd(format!("{operation}: HTTP {status}, {what}: {body:.500}"))
        };
        match (status, answer) {
            (503, Ok(Answer::Fault(fault))) => Err(CallError::Busy(fault)),
            (500, Ok(Answer::Fault(fault))) => Ok(Answer::Fault(fault)),
            (200, Ok(Answer::Envelopes(envelopes))) => Ok(Answer::Envelopes(envelopes)),
            (_, Err(error)) => Err(odd(&error.to_string())),
            _ => Err(odd("unexpected status")),
        }
    }
}

/// Connects and shakes hands.
///
/// # Errors
/// When the hub cannot be reached, or the handshake fails.
pub fn connect(address: SocketAddr, identity: &Arc<ClientConfig>) -> io::Result<Socket> {
    let tcp = TcpStream::connect(address)?;
    tcp.set_nodelay(true)?;
    tcp.set_read_timeout(Some(ANSWER_TIME_MAX))?;
    tcp.set_write_timeout(Some(ANSWER_TIME_MAX))?;
    let name = ServerName::from(address.ip());
    let tls = ClientConnection::new(Arc::clone(identity), name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(tls, tcp);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(BufReader::new(stream))
}

/// The head of a SOAP request over HTTP/1.1.
#[must_use]
pub fn request_head(operation: &str, bytes: usize) -> String {
    format!(
        "POST /hub/DeliveryService HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: text/xml; charset=utf-8\r\n\
         SOAPAction: \"http://ephyto.ippc.int/IDeliveryService/{operation}\"\r\n\
         Content-Length: {bytes}\r\n\r\n"
    )
}

fn exchange(socket: &mut Socket, operation: &str, body: &str) -> io::Result<(u16, Vec<u8>, bool)> {
    send(socket, operation, body)?;
    read_answer(socket)
}

fn send(socket: &mut Socket, operation: &str, body: &str) -> io::Result<()> {
    let mut message = request_head(operation, body.len()).into_bytes();
    message.extend_from_slice(body.as_bytes());
    let stream = socket.get_mut();
    stream.write_all(&message)?;
    stream.flush()
}

/// Reads one HTTP/1.1 answer: status, body, and whether the socket may be used again.
///
/// # Errors
/// When the socket breaks, or the answer has no `Content-Length`.
pub fn read_answer(socket: &mut impl BufRead) -> io::Result<(u16, Vec<u8>, bool)> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let status = line.split_whitespace().nth(1).and_then(|word| word.parse::<u16>().ok());
        let status = status.ok_or_else(|| bad("no HTTP status line"))?;
        let (mut length, mut keep) = (None, true);
        loop {
            line.clear();
            if socket.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse::<usize>().ok(),
                "connection" => keep = !value.trim().eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        if status >= 200 {
            let mut body = vec![0; length.ok_or_else(|| bad("an answer without Content-Length"))?];
            socket.read_exact(&mut body)?;
            return Ok((status, body, keep));
        }
    }
}

/// No answer of a living hub takes longer, not even with slow syncs and 3 MiB.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_after_an_interim_one() {
        let mut bytes: &[u8] =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\
            Connection: close\r\n\r\nokmore";
        assert_eq!(read_answer(&mut bytes).expect("an answer"), (200, b"ok".to_vec(), false));
        let mut cut_short: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok";
        assert!(read_answer(&mut cut_short).is_err());
    }
}
