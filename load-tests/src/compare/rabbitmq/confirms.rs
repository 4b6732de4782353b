//! Publishing on a channel, and being told what was confirmed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use amqprs::callbacks::ChannelCallback;
use amqprs::channel::{BasicPublishArguments, Channel};
use amqprs::{Ack, BasicProperties, Cancel, CloseChannel, Nack, Return};
use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::Failure;

/// A channel in confirm mode.
pub(super) struct Publisher {
    channel: Channel,
    queue: String,
    /// How many were published: the broker numbers them as it gets them, so they are sent one
    /// after the other.
    sent: tokio::sync::Mutex<u64>,
    confirms: Arc<Confirms>,
}

impl Publisher {
    pub(super) fn new(channel: Channel, queue: &str, confirms: Arc<Confirms>) -> Self {
        Self { channel, queue: queue.to_owned(), sent: tokio::sync::Mutex::new(0), confirms }
    }

    /// Returns when the broker confirmed it.
    pub(super) async fn publish(&self, body: &[u8]) -> Result<(), Failure> {
        let properties = BasicProperties::default().with_persistence(true).finish();
        let arguments = BasicPublishArguments::new("", &self.queue);
        let body = body.to_vec();
        let (waiter, confirmed) = oneshot::channel();
        let mut sent = self.sent.lock().await;
        *sent += 1;
        self.confirms.wait(*sent, waiter);
        self.channel.basic_publish(properties, body, arguments).await?;
        drop(sent);
        if confirmed.await? { Ok(()) } else { Err("the broker refused it".into()) }
    }
}

/// Who waits for which number.
#[derive(Debug, Default)]
pub(super) struct Confirms {
    waiting: Mutex<BTreeMap<u64, oneshot::Sender<bool>>>,
}

impl Confirms {
    /// What a channel tells its events.
    pub(super) fn listener(self: &Arc<Self>) -> Listener {
        Listener(Arc::clone(self))
    }

    fn wait(&self, number: u64, waiter: oneshot::Sender<bool>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(number, waiter);
    }

    fn tell(&self, number: u64, multiple: bool, confirmed: bool) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if multiple {
            let later = waiting.split_off(&(number + 1));
            for waiter in std::mem::replace(&mut *waiting, later).into_values() {
                // A worker that gave up does not listen.
                let _ = waiter.send(confirmed);
            }
        } else if let Some(waiter) = waiting.remove(&number) {
            let _ = waiter.send(confirmed);
        }
    }

    /// Nobody will be told any more: those who wait learn it.
    fn end(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Hears what the broker says on a channel.
pub(super) struct Listener(Arc<Confirms>);

#[async_trait]
impl ChannelCallback for Listener {
    async fn close(
        &mut self,
        _channel: &Channel,
        _close: CloseChannel,
    ) -> Result<(), amqprs::error::Error> {
        self.0.end();
        Ok(())
    }

    async fn cancel(
        &mut self,
        _channel: &Channel,
        _cancel: Cancel,
    ) -> Result<(), amqprs::error::Error> {
        self.0.end();
        Ok(())
    }

    async fn flow(
        &mut self,
        _channel: &Channel,
        active: bool,
    ) -> Result<bool, amqprs::error::Error> {
        Ok(active)
    }

    async fn publish_ack(&mut self, _channel: &Channel, ack: Ack) {
        self.0.tell(ack.delivery_tag(), ack.mutiple(), true);
    }

    async fn publish_nack(&mut self, _channel: &Channel, nack: Nack) {
        self.0.tell(nack.delivery_tag(), nack.multiple(), false);
    }

    async fn publish_return(
        &mut self,
        _channel: &Channel,
        _returned: Return,
        _properties: BasicProperties,
        _content: Vec<u8>,
    ) {
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirm_of_several_reaches_all_up_to_its_number_and_no_other() {
        let confirms = Confirms::default();
        let mut answers: Vec<_> = (1..=4)
            .map(|number| {
                let (waiter, answer) = oneshot::channel();
                confirms.wait(number, waiter);
                answer
            })
            .collect();
        confirms.tell(3, false, false);
        confirms.tell(2, true, true);
        let told: Vec<_> = answers.iter_mut().map(oneshot::Receiver::try_recv).collect();
        assert_eq!(told[..3], [Ok(true), Ok(true), Ok(false)]);
        assert!(told[3].is_err(), "nobody spoke of it");
        confirms.end();
        assert_eq!(answers[3].try_recv(), Err(oneshot::error::TryRecvError::Closed));
    }
}
