//! A queue's channels.

use std::sync::Arc;

use amqprs::FieldTable;
use amqprs::channel::{
    BasicConsumeArguments, BasicQosArguments, Channel, ConfirmSelectArguments, ConsumerMessage,
    QueueDeclareArguments,
};
use amqprs::connection::Connection;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

use super::confirms::{Confirms, Publisher};
use crate::Failure;

/// Declares a queue, and opens a channel that publishes to it and is told of its confirms.
pub(super) async fn declare(
    connection: &Connection,
    name: &str,
) -> Result<Arc<Publisher>, Failure> {
    let channel = connection.open_channel(None).await?;
    let mut table = FieldTable::new();
    table.insert("x-queue-type".try_into()?, amqprs::FieldValue::S("quorum".try_into()?));
    let mut arguments = QueueDeclareArguments::durable_client_named(name);
    channel.queue_declare(arguments.arguments(table).finish()).await?;
    let confirms = Arc::new(Confirms::default());
    channel.register_callback(confirms.listener()).await?;
    channel.confirm_select(ConfirmSelectArguments::new(false)).await?;
    Ok(Arc::new(Publisher::new(channel, name, confirms)))
}

/// A channel with one consumer, and what comes to it.
pub(super) async fn consume(
    connection: &Connection,
    name: &str,
    in_flight: usize,
) -> Result<(Channel, Arc<Mutex<UnboundedReceiver<ConsumerMessage>>>), Failure> {
    let channel = connection.open_channel(None).await?;
    let prefetch = u16::try_from(in_flight * 2)?;
    channel.basic_qos(BasicQosArguments::new(0, prefetch, false)).await?;
    let arguments = BasicConsumeArguments::new(name, "recipient").manual_ack(true).finish();
    let (_, mail) = channel.basic_consume_rx(arguments).await?;
    Ok((channel, Arc::new(Mutex::new(mail))))
}
