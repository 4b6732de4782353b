//! One long stream on which many workers ask at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use phytohub_client::{
    Delivery, PipelineAnswer, PipelineReceiver, PipelineSender, QuicClient, QuicError,
};
use phytohub_domain::{Acknowledgement, HubDeliveryNumber};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::Failure;

/// What one worker asks.
pub(crate) enum Request {
    Deliver(Delivery),
    Acknowledge(HubDeliveryNumber, Acknowledgement),
}

/// The stream; it ends when dropped.
pub(crate) struct Lane {
    asks: mpsc::Sender<Ask>,
    /// What broke it, once it broke.
    trouble: Arc<Mutex<Option<String>>>,
    _tasks: JoinSet<()>,
}

struct Ask {
    request: Request,
    answered: oneshot::Sender<PipelineAnswer>,
}

/// Who waits for which answer; nobody any more once the stream broke.
type Waiting = Arc<Mutex<Option<HashMap<u32, oneshot::Sender<PipelineAnswer>>>>>;

impl Lane {
    pub(crate) async fn open(client: &QuicClient, in_flight: usize) -> Result<Self, Failure> {
        let (sender, receiver) = client.pipeline().await?;
        let (asks, asked) = mpsc::channel(in_flight.max(1));
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let trouble = Arc::new(Mutex::new(None));
        let mut tasks = JoinSet::new();
        let (others, told) = (Arc::clone(&waiting), Arc::clone(&trouble));
        tasks.spawn(async move { ends(send(sender, asked, &others).await, &others, &told) });
        let told = Arc::clone(&trouble);
        tasks.spawn(async move { ends(receive(receiver, &waiting).await, &waiting, &told) });
        Ok(Self { asks, trouble, _tasks: tasks })
    }

    /// Asks, and waits for the answer.
    pub(crate) async fn ask(&self, request: Request) -> Result<PipelineAnswer, Failure> {
        let (answered, answer) = oneshot::channel();
        // Either fails only when the stream broke.
        let _ = self.asks.send(Ask { request, answered }).await;
        answer.await.map_err(|_| {
            let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
            trouble.clone().unwrap_or_else(|| "the stream ended".to_owned()).into()
        })
    }
}

/// Nobody is left waiting for what cannot come any more.
fn ends(
    ended: Result<(), QuicError>,
    waiting: &Mutex<Option<HashMap<u32, oneshot::Sender<PipelineAnswer>>>>,
    trouble: &Mutex<Option<String>>,
) {
    if let Err(error) = ended {
        let mut trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.get_or_insert(format!("the stream broke: {error}"));
    }
    waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Sends what is asked, all that waits in one go.
async fn send(
    mut sender: PipelineSender,
    mut asked: mpsc::Receiver<Ask>,
    waiting: &Waiting,
) -> Result<(), QuicError> {
    let mut last = 0_u32;
    while let Some(first) = asked.recv().await {
        let mut next = Some(first);
        while let Some(Ask { request, answered }) = next {
            last = last.wrapping_add(1);
            match &mut *waiting.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(waiting) => drop(waiting.insert(last, answered)),
                None => return Ok(()),
            }
            match request {
                Request::Deliver(delivery) => sender.deliver(last, delivery).await?,
                Request::Acknowledge(number, acknowledgement) => {
                    sender.acknowledge(last, vec![(number, acknowledgement)]).await?;
                }
            }
            next = asked.try_recv().ok();
        }
        sender.flush().await?;
    }
    Ok(())
}

/// Gives answers to those who asked.
async fn receive(mut receiver: PipelineReceiver, waiting: &Waiting) -> Result<(), QuicError> {
    while let Some((number, answer)) = receiver.next().await? {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answered) = waiting.as_mut().and_then(|waiting| waiting.remove(&number)) {
            // A worker that left wants nothing more.
            drop(answered.send(answer));
        }
    }
    Ok(())
}
