//! How the table is driven: by transactions of one message each, or of all that wait.
//!
//! A worker's request waits in a queue of this process until a connection is free, which then takes
//! one, or all that wait: the busier it is, the larger such batches, and nothing waits for company.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::Door;
use crate::Failure;
use crate::compare::contender::{Doing, Session};

/// How many messages share a transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::compare) enum Batching {
    /// None: each message has its own, as if each worker were somebody else.
    Single,
    /// All that wait, as a service between database and senders would do it.
    Waiting,
}

impl Batching {
    /// Connections that insert, and as many that take.
    fn connections(self, in_flight: usize) -> usize {
        match self {
            Self::Single => in_flight.div_ceil(2),
            Self::Waiting => CONNECTIONS_BATCHING,
        }
    }

    fn most(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Waiting => usize::MAX,
        }
    }

    /// Connections, in words.
    pub(super) fn client(self) -> &'static str {
        match self {
            Self::Single => {
                "half a connection for each in flight that inserts, half a one that takes and deletes"
            }
            Self::Waiting => "four connections that insert, four that take and delete",
        }
    }

    /// Requests, in words.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Single => {
                "INSERT; BEGIN, DELETE of one by SELECT FOR UPDATE SKIP LOCKED LIMIT 1, RETURNING; \
                 COMMIT when it is acknowledged"
            }
            Self::Waiting => {
                "INSERT of all that wait; BEGIN, DELETE of as many as are wanted by SELECT FOR \
                 UPDATE SKIP LOCKED LIMIT n, RETURNING; COMMIT when all are acknowledged"
            }
        }
    }
}

/// The connections, and the queues before them.
pub(super) struct Driver {
    posts: mpsc::Sender<Post>,
    wishes: mpsc::Sender<Wish>,
    _tasks: JoinSet<()>,
}

/// A body to be inserted; answered when that is durable.
struct Post {
    body: Bytes,
    done: oneshot::Sender<Outcome>,
}

/// A worker that waits for a message.
type Wish = oneshot::Sender<Result<Letter, String>>;

type Outcome = Result<(), String>;

/// A message that was taken, and where to say that it is done.
struct Letter {
    bytes: usize,
    done: mpsc::Sender<oneshot::Sender<Outcome>>,
}

impl Driver {
    /// Connects, and prepares what will be asked.
    pub(super) async fn start(
        door: &Door,
        batching: Batching,
        in_flight: usize,
    ) -> Result<Self, Failure> {
        let (posts, posted) = mpsc::channel(in_flight);
        let (wishes, wished) = mpsc::channel(in_flight);
        let (posted, wished) = (Arc::new(Mutex::new(posted)), Arc::new(Mutex::new(wished)));
        let (most, mut tasks) = (batching.most(), JoinSet::new());
        for _ in 0..batching.connections(in_flight) {
            let (client, connection) = door.connect().await?;
            let put = client.prepare(PUT).await?;
            let posted = Waiting { queue: Arc::clone(&posted), most };
            tasks.spawn(write(client, connection, put, posted));
            let (client, connection) = door.connect().await?;
            let take = client.prepare(TAKE).await?;
            let wished = Waiting { queue: Arc::clone(&wished), most };
            tasks.spawn(take_all(client, connection, take, wished));
        }
        Ok(Self { posts, wishes, _tasks: tasks })
    }

    pub(super) fn session(&self) -> Worker {
        Worker { posts: self.posts.clone(), wishes: self.wishes.clone(), came: None }
    }
}

/// One worker's access.
pub(super) struct Worker {
    posts: mpsc::Sender<Post>,
    wishes: mpsc::Sender<Wish>,
    came: Option<Letter>,
}

impl Session for Worker {
    fn publish<'a>(&'a mut self, body: &'a str) -> Doing<'a, ()> {
        Box::pin(async move {
            let (done, answer) = oneshot::channel();
            let body = Bytes::copy_from_slice(body.as_bytes());
            self.posts.send(Post { body, done }).await.map_err(|_| ENDED)?;
            Ok(answer.await??)
        })
    }

    fn deliver(&mut self) -> Doing<'_, usize> {
        Box::pin(async move {
            let (wish, answer) = oneshot::channel();
            self.wishes.send(wish).await.map_err(|_| ENDED)?;
            let letter = answer.await??;
            let bytes = letter.bytes;
            self.came = Some(letter);
            Ok(bytes)
        })
    }

    fn acknowledge(&mut self) -> Doing<'_, ()> {
        Box::pin(async move {
            let letter = self.came.take().ok_or("nothing came")?;
            let (done, answer) = oneshot::channel();
            letter.done.send(done).await.map_err(|_| ENDED)?;
            drop(letter);
            Ok(answer.await??)
        })
    }
}

/// What waits for any of several connections.
struct Waiting<T> {
    queue: Arc<Mutex<mpsc::Receiver<T>>>,
    most: usize,
}

impl<T> Waiting<T> {
    /// All that wait, at least one, at most so many; nothing when nobody is left to ask.
    async fn next(&self) -> Option<Vec<T>> {
        let mut queue = self.queue.lock().await;
        let mut all = vec![queue.recv().await?];
        while all.len() < self.most
            && let Ok(next) = queue.try_recv()
        {
            all.push(next);
        }
        Some(all)
    }
}

async fn write(client: Client, _connection: JoinSet<()>, put: Statement, posted: Waiting<Post>) {
    while let Some(posts) = posted.next().await {
        let bodies: Vec<&[u8]> = posts.iter().map(|post| &*post.body).collect();
        let outcome = client.execute(&put, &[&bodies]).await;
        let outcome = outcome.map(drop).map_err(|error| error.to_string());
        for post in posts {
            // A worker that gave up does not listen.
            let _ = post.done.send(outcome.clone());
        }
    }
}

async fn take_all(
    client: Client,
    _connection: JoinSet<()>,
    take: Statement,
    wished: Waiting<Wish>,
) {
    let mut left: Vec<Wish> = Vec::new();
    loop {
        if left.is_empty() {
            let Some(wishes) = wished.next().await else { return };
            left = wishes;
        }
        if let Err(error) = take_batch(&client, &take, &mut left).await {
            for wish in left.drain(..) {
                // A worker that gave up does not listen.
                let _ = wish.send(Err(error.to_string()));
            }
        }
    }
}

/// Takes as many rows as are wished for, hands them out, and commits when all are done: what one
/// of them is not done with stays for the next.
async fn take_batch(
    client: &Client,
    take: &Statement,
    wishes: &mut Vec<Wish>,
) -> Result<(), tokio_postgres::Error> {
    let count = i64::try_from(wishes.len()).unwrap_or(i64::MAX);
    // Sent together: the client puts requests that wait for each other on one way.
    let wanted: [&(dyn ToSql + Sync); 1] = [&count];
    let (begun, rows) = tokio::join!(client.batch_execute("BEGIN"), client.query(take, &wanted));
    begun?;
    let rows = rows?;
    let (done, mut acknowledged) = mpsc::channel(rows.len().max(1));
    for (row, wish) in rows.iter().zip(wishes.drain(..rows.len().min(wishes.len()))) {
        let body: &[u8] = row.try_get(0)?;
        // A worker that gave up drops it unacknowledged.
        let _ = wish.send(Ok(Letter { bytes: body.len(), done: done.clone() }));
    }
    drop(done);
    let mut answers = Vec::with_capacity(rows.len());
    while let Some(answer) = acknowledged.recv().await {
        answers.push(answer);
    }
    let all = answers.len() == rows.len();
    let outcome = client.batch_execute(if all { "COMMIT" } else { "ROLLBACK" }).await;
    let outcome = match outcome {
        Ok(()) if all => Ok(()),
        Ok(()) => Err("another of the batch was not acknowledged".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    for answer in answers {
        // A worker that gave up does not listen.
        let _ = answer.send(outcome.clone());
    }
    Ok(())
}

const PUT: &str = "INSERT INTO mail (body) SELECT unnest($1::bytea[])";
/// The rows stay locked, and are there again if the transaction does not commit.
const TAKE: &str = "DELETE FROM mail WHERE id = ANY (ARRAY(SELECT id FROM mail ORDER BY id \
    FOR UPDATE SKIP LOCKED LIMIT $1)) RETURNING body";
const CONNECTIONS_BATCHING: usize = 4;
const ENDED: &str = "the connection's task ended";
