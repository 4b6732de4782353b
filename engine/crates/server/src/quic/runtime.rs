//! The runtime that the QUIC library works on: tokio's, with the hub's own place for tasks.

use std::io;
use std::net::UdpSocket;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use quinn::{AsyncTimer, AsyncUdpSocket, Runtime, TokioRuntime};

use crate::Tasks;

/// Starts the library's tasks where all others are started.
#[derive(Debug)]
pub(super) struct TaskRuntime(Tasks);

impl TaskRuntime {
    pub(super) const fn new(tasks: Tasks) -> Self {
        Self(tasks)
    }
}

impl Runtime for TaskRuntime {
    fn new_timer(&self, at: Instant) -> Pin<Box<dyn AsyncTimer>> {
        TokioRuntime.new_timer(at)
    }

    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.spawn("quic driver", future);
    }

    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        TokioRuntime.wrap_udp_socket(socket)
    }

    fn now(&self) -> Instant {
        TokioRuntime.now()
    }
}
