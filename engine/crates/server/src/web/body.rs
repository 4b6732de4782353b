//! Bodies on their way in and out, watched for what the socket's time limits need to know.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::socket::Socket;
use super::{Door, PageBody};

/// A request's body. Dropped before its end, it has the socket closed after the answer.
pub(super) struct Asked {
    incoming: Incoming,
    socket: Arc<Socket>,
}

impl Asked {
    pub(super) fn new(incoming: Incoming, socket: &Arc<Socket>) -> Self {
        Self { incoming, socket: Arc::clone(socket) }
    }
}

impl Body for Asked {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.get_mut().incoming).poll_frame(context).map_err(io::Error::other)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.incoming.is_end_stream() {
            self.socket.left_unread();
        }
    }
}

/// A request between its header and its answer's last byte.
pub(super) struct InFlight {
    door: Arc<Door>,
    socket: Arc<Socket>,
}

impl InFlight {
    /// Counts a request; nothing if too many are counted.
    pub(super) fn new(door: &Arc<Door>, socket: &Arc<Socket>) -> Option<Self> {
        let before = door.in_flight.fetch_add(1, Ordering::Relaxed);
        socket.activity.request_started();
        let this = Self { door: Arc::clone(door), socket: Arc::clone(socket) };
        (before < door.settings.requests_in_flight).then_some(this)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.door.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.socket.activity.request_ended();
    }
}

/// An answer's body. While a part of it waits for the browser to take it, the browser's time runs;
/// while the browser waits for the next part, it does not.
pub(super) struct Answered {
    body: PageBody,
    with_browser: bool,
    in_flight: InFlight,
}

impl Answered {
    pub(super) fn new(body: PageBody, in_flight: InFlight) -> Self {
        Self { body, with_browser: false, in_flight }
    }

    fn turn(&mut self, with_browser: bool) {
        let activity = &self.in_flight.socket.activity;
        match (self.with_browser, with_browser) {
            (false, true) => activity.reply_started(),
            (true, true) => activity.progressed(),
            (true, false) => activity.reply_ended(),
            (false, false) => {}
        }
        self.with_browser = with_browser;
    }
}

impl Body for Answered {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.body).poll_frame(context);
        this.turn(polled.is_ready());
        let frame = ready!(polled);
        if let Some(Err(error)) = &frame {
            let peer = this.in_flight.socket.peer;
            tracing::debug!(%peer, %error, "an answer broke off");
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.turn(false);
    }
}
