//! A bad line for UDP, in this process: datagrams that pass it are lost, late, doubled or overtaken,
//! and it may change its address as a NAT does, or be cut.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket as StdUdpSocket};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phytohub_server::{Shutdown, ShutdownTrigger, Tasks};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

pub use line::{Line, Passed, RelayCounts};

mod line;

/// A relay between clients and a target, on IPv4 loopback addresses. Each client has an outgoing
/// port of its own. Dropping it closes all sockets.
///
/// The seed decides what befalls the first datagram of each way, the second, and so on, whatever
/// passes the other way meanwhile.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Dropped with this; then the pumps end.
    _open: ShutdownTrigger,
}

impl Relay {
    /// A relay to this address. It needs the current runtime for as long as it lives.
    ///
    /// # Panics
    /// When it cannot listen, or a chance of the line is none.
    #[must_use]
    pub fn start(target: SocketAddr, line: Line, seed: u64) -> Self {
        let door = Arc::new(bind());
        let address = door.local_addr().expect("it is bound");
        let (trigger, shutdown) = ShutdownTrigger::new();
        let fates = [0, 1].map(|way| StdRng::seed_from_u64(seed ^ way));
        let (ports, counts) = (HashMap::new(), RelayCounts::default());
        let state = Mutex::new(State { target, line, cut: false, fates, ports, counts });
        let tasks = Tasks::new();
        let (own, came) = (Arc::clone(&door), Notify::new());
        let shared = Arc::new(Shared { door: own, state, tasks, shutdown, came });
        let relay = Self { address, shared, _open: trigger };
        relay.set_line(line);
        let pump = Pump::new(&relay.shared, door, Way::ToTarget);
        relay.shared.tasks.spawn("relay to the target", pump.run(None));
        relay
    }

    /// Where clients send to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the line better or worse, for what comes from now on.
    ///
    /// # Panics
    /// When a chance is below 0 or above 1.
    pub fn set_line(&self, line: Line) {
        let chances = [line.drop, line.duplicate, line.hold];
        assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)), "chances: {line:?}");
        self.shared.lock().line = line;
    }

    /// Passes on to another address from now on: the target was started anew.
    pub fn set_target(&self, target: SocketAddr) {
        self.shared.lock().target = target;
    }

    /// Cuts the line: what comes, and what is on its way, is lost.
    pub fn cut(&self) {
        self.shared.lock().cut = true;
    }

    /// Mends the line.
    pub fn restore(&self) {
        self.shared.lock().cut = false;
    }

    /// Gives each client another outgoing port, as a NAT does that forgot or was started anew. What
    /// the target sends to the old ones is lost.
    ///
    /// # Panics
    /// When no port is free.
    pub fn rebind(&self) {
        let clients: Vec<SocketAddr> = self.shared.lock().ports.keys().copied().collect();
        for client in clients {
            // Bound while the old one is open, so that they cannot be the same.
            let port = self.shared.open_port(client);
            self.shared.lock().ports.insert(client, port);
        }
        self.shared.lock().counts.rebinds += 1;
    }

    /// Waits until so many datagrams came from the clients.
    pub async fn received(&self, datagrams: u64) {
        loop {
            let mut came = pin!(self.shared.came.notified());
            // Registered before the count is read, so that none goes unheard.
            came.as_mut().enable();
            if self.counts().to_target.received >= datagrams {
                return;
            }
            came.await;
        }
    }

    /// What it did until now.
    #[must_use]
    pub fn counts(&self) -> RelayCounts {
        self.shared.lock().counts
    }
}

/// What the relay and its pumps share.
#[derive(Debug)]
struct Shared {
    door: Arc<UdpSocket>,
    state: Mutex<State>,
    tasks: Tasks,
    shutdown: Shutdown,
    /// Told of each datagram from a client.
    came: Notify,
}

#[derive(Debug)]
struct State {
    target: SocketAddr,
    line: Line,
    cut: bool,
    /// One for each way: what goes one way does not change the lot of what goes the other.
    fates: [StdRng; 2],
    ports: HashMap<SocketAddr, Port>,
    counts: RelayCounts,
}

/// The outgoing port of a client. Dropping it ends its pump.
#[derive(Debug)]
struct Port {
    socket: Arc<UdpSocket>,
    _open: ShutdownTrigger,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    ToTarget,
    ToClient(SocketAddr),
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held, and the state is right at every step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_port(self: &Arc<Self>, client: SocketAddr) -> Port {
        let socket = Arc::new(bind());
        let (trigger, replaced) = ShutdownTrigger::new();
        let pump = Pump::new(self, Arc::clone(&socket), Way::ToClient(client));
        self.tasks.spawn("relay to a client", pump.run(Some(replaced)));
        Port { socket, _open: trigger }
    }

    /// The client's outgoing port, opened when it has none; nothing when there are too many.
    fn port(self: &Arc<Self>, client: SocketAddr) -> Option<Arc<UdpSocket>> {
        {
            let state = self.lock();
            if let Some(port) = state.ports.get(&client) {
                return Some(Arc::clone(&port.socket));
            }
            if state.ports.len() >= CLIENTS_MAX {
                return None;
            }
        }
        // Only the pump to the target opens ports of new clients, and there is one.
        let port = self.open_port(client);
        let socket = Arc::clone(&port.socket);
        self.lock().ports.insert(client, port);
        Some(socket)
    }
}

impl State {
    fn passed(&mut self, way: Way) -> &mut Passed {
        match way {
            Way::ToTarget => &mut self.counts.to_target,
            Way::ToClient(_) => &mut self.counts.to_client,
        }
    }

    /// How late the copies of the next datagram are; nothing for those that are lost.
    fn fate(&mut self, way: Way) -> [Option<Duration>; 2] {
        let line = self.line;
        let rng = match way {
            Way::ToTarget => &mut self.fates[0],
            Way::ToClient(_) => &mut self.fates[1],
        };
        // Drawn whether needed or not: another line must not shift the lots of those behind.
        let [lost, doubled, held] =
            [line.drop, line.duplicate, line.hold].map(|chance| rng.random_bool(chance));
        let late = [(); 2].map(|()| line.delay + line.jitter.mul_f64(rng.random::<f64>()));
        let cut = self.cut;
        let passed = self.passed(way);
        passed.received += 1;
        if cut {
            passed.cut += 1;
            return [None, None];
        }
        if lost {
            passed.dropped += 1;
            return [None, None];
        }
        passed.duplicated += u64::from(doubled);
        passed.held += u64::from(held);
        let first = late[0] + if held { line.held } else { Duration::ZERO };
        [Some(first), doubled.then_some(late[1])]
    }
}

/// Reads one socket and passes on what came, when its time has come.
struct Pump {
    shared: Arc<Shared>,
    socket: Arc<UdpSocket>,
    way: Way,
    waiting: BinaryHeap<Reverse<Waiting>>,
    count: u64,
}

/// Ordered by time, and of the same time by arrival.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Waiting {
    due: Instant,
    count: u64,
    from: SocketAddr,
    datagram: Box<[u8]>,
}

impl Pump {
    fn new(shared: &Arc<Shared>, socket: Arc<UdpSocket>, way: Way) -> Self {
        Self { shared: Arc::clone(shared), socket, way, waiting: BinaryHeap::new(), count: 0 }
    }

    async fn run(mut self, replaced: Option<Shutdown>) {
        let mut shutdown = self.shared.shutdown.clone();
        let mut replaced = replaced.unwrap_or_else(|| shutdown.clone());
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            let next = self.waiting.peek().map(|Reverse(first)| first.due);
            let next = next.unwrap_or_else(|| Instant::now() + IDLE);
            let received = tokio::select! {
                received = timeout_at(next, self.socket.recv_from(&mut buffer)) => received,
                () = shutdown.requested() => return,
                () = replaced.requested() => return,
            };
            match received {
                Ok(Ok((bytes, from))) => self.take(from, &buffer[..bytes]),
                // A socket that is not connected hears of nobody's trouble: it is gone.
                Ok(Err(_)) => return,
                Err(_) => {}
            }
            while let Some(ready) = self.ready() {
                self.pass(ready).await;
            }
        }
    }

    fn take(&mut self, from: SocketAddr, datagram: &[u8]) {
        let mut state = self.shared.lock();
        if matches!(self.way, Way::ToClient(_)) && from != state.target {
            return;
        }
        for late in state.fate(self.way).into_iter().flatten() {
            if self.waiting.len() >= WAITING_MAX {
                state.passed(self.way).dropped += 1;
                continue;
            }
            self.count += 1;
            let (due, count) = (Instant::now() + late, self.count);
            self.waiting.push(Reverse(Waiting { due, count, from, datagram: datagram.into() }));
        }
        drop(state);
        if matches!(self.way, Way::ToTarget) {
            self.shared.came.notify_waiters();
        }
    }

    fn ready(&mut self) -> Option<Waiting> {
        let due = self.waiting.peek().is_some_and(|Reverse(first)| first.due <= Instant::now());
        if due { self.waiting.pop().map(|Reverse(first)| first) } else { None }
    }

    async fn pass(&self, ready: Waiting) {
        let (cut, target) = {
            let state = self.shared.lock();
            (state.cut, state.target)
        };
        let sent = if cut {
            false
        } else {
            match self.way {
                Way::ToTarget => match self.shared.port(ready.from) {
                    Some(port) => port.send_to(&ready.datagram, target).await.is_ok(),
                    None => false,
                },
                Way::ToClient(client) => {
                    self.shared.door.send_to(&ready.datagram, client).await.is_ok()
                }
            }
        };
        let mut state = self.shared.lock();
        let passed = state.passed(self.way);
        match (sent, cut) {
            (true, _) => passed.sent += 1,
            (false, true) => passed.cut += 1,
            (false, false) => passed.dropped += 1,
        }
    }
}

fn bind() -> UdpSocket {
    let socket = StdUdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.set_nonblocking(true).expect("a socket can be asked instead of waited for");
    UdpSocket::from_std(socket).expect("within a runtime")
}

/// UDP has no larger ones.
const DATAGRAM_BYTES_MAX: usize = 65_536;
/// Datagrams under way in one direction: 25 MB/s of 1,200 bytes over a line of 200 ms.
const WAITING_MAX: usize = 4096;
/// Clients of one relay: more than any test has connections.
const CLIENTS_MAX: usize = 4096;
/// How long a pump that has nothing to pass on waits before it looks again; any time would do.
const IDLE: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests;
