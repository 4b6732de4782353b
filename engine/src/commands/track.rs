//! `phytohub track`: where envelopes stand, as a national system.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use phytohub_client::{DoorError, QuicClient, StateChange, StateWatch};
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber, TrackingInfo};
use phytohub_telemetry::Escaped;
use serde_json::json;
use thiserror::Error;

use super::door::{Door, OpenError, patiently, rest};
use crate::cli::TrackArgs;
use crate::output;

/// Tells where envelopes stand and, if that was said, how that changes.
///
/// # Errors
/// When one failed or does not exist, or the hub does not answer.
pub async fn run(args: &TrackArgs) -> Result<(), TrackError> {
    let door = Door::open(&args.hub)?;
    let mut numbers: Vec<String> = args.numbers.iter().map(|number| usual(number)).collect();
    numbers.sort();
    numbers.dedup();
    let states = HashMap::new();
    let every = Duration::from_secs(args.every);
    let mut eye = Eye { door, numbers, states, every, json: args.json };
    if args.follow {
        eye.follow().await?;
    } else {
        eye.ask().await?;
    }
    eye.door.close().await;
    let bad = |(info, _): &(TrackingInfo, String)| {
        matches!(
            info,
            TrackingInfo::DeliveredNotReadable
                | TrackingInfo::EnvelopeNotExists
                | TrackingInfo::FailedDelivery
        )
    };
    if eye.states.values().any(bad) { Err(TrackError::Negative) } else { Ok(()) }
}

/// A number as this kind of hub writes it; another hub's as it is.
fn usual(number: &str) -> String {
    let ours = number.parse::<HubDeliveryNumber>();
    ours.map_or_else(|_| number.trim().to_owned(), |number| number.to_string())
}

/// Looks at some envelopes.
struct Eye {
    door: Door,
    numbers: Vec<String>,
    /// What was told of each.
    states: HashMap<String, (TrackingInfo, String)>,
    every: Duration,
    json: bool,
}

impl Eye {
    /// Until none is pending.
    async fn follow(&mut self) -> Result<(), TrackError> {
        let mut watch = self.door.quic().map(QuicClient::watch);
        if watch.is_none() {
            self.ask().await?;
        }
        while !self.is_settled() {
            match &mut watch {
                Some(watch) => match self.next(watch).await? {
                    StateChange::Changed(header) => self.look(&header)?,
                    // The first word, too: from now on every change is told.
                    StateChange::Missed => self.ask().await?,
                },
                None => {
                    rest(self.every).await;
                    self.ask().await?;
                }
            }
        }
        Ok(())
    }

    /// What the watch tells next; meanwhile asks, for what others sent is not told.
    async fn next(&mut self, watch: &mut StateWatch) -> Result<StateChange, TrackError> {
        let mut next = std::pin::pin!(watch.next());
        loop {
            tokio::select! {
                change = &mut next => return Ok(change.map_err(DoorError::from)?),
                () = rest(self.every) => {
                    self.ask().await?;
                    if self.is_settled() {
                        return Ok(StateChange::Missed);
                    }
                }
            }
        }
    }

    fn is_settled(&self) -> bool {
        self.numbers.iter().all(|number| !self.is_open(number))
    }

    fn is_open(&self, number: &str) -> bool {
        let state = self.states.get(number);
        state.is_none_or(|(info, _)| *info == TrackingInfo::PendingDelivery)
    }

    /// Asks of all that may have changed.
    async fn ask(&mut self) -> Result<(), TrackError> {
        for number in self.numbers.clone() {
            if self.is_open(&number) {
                let header = patiently(|| self.door.hub().track(&number)).await?;
                self.note(number, &header)?;
            }
        }
        Ok(())
    }

    /// Looks at one that changed, if it is one of ours.
    fn look(&mut self, header: &EnvelopeHeader) -> Result<(), TrackError> {
        let number = header.hub_delivery_number.clone().unwrap_or_default();
        if self.numbers.contains(&number) { self.note(number, header) } else { Ok(()) }
    }

    /// Tells what is new.
    fn note(&mut self, number: String, header: &EnvelopeHeader) -> Result<(), TrackError> {
        let info = header.tracking_info.ok_or(DoorError::OutOfStep)?;
        let state = (info, header.error_message.clone().unwrap_or_default());
        if self.states.get(&number) == Some(&state) {
            return Ok(());
        }
        output::line(&self.line(&number, &state, header))?;
        self.states.insert(number, state);
        Ok(())
    }

    fn line(
        &self,
        number: &str,
        (info, message): &(TrackingInfo, String),
        header: &EnvelopeHeader,
    ) -> String {
        if self.json {
            return json!({
                "number": number,
                "state": info.as_str(),
                "message": message,
                "from": header.from,
                "to": header.to,
                "certificate": header.nppo_certificate_number,
            })
            .to_string();
        }
        let message = message.replace('\n', " ");
        let colon = if message.is_empty() { "" } else { ": " };
        format!("{} {info}{colon}{}", Escaped(number), Escaped(&message))
    }
}

/// Why it is not known where envelopes stand, or they do not stand well.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrackError {
    /// The hub does not answer as it should.
    #[error("the hub does not tell where the envelopes stand")]
    Call {
        /// Why.
        source: Box<DoorError>,
    },
    /// One failed, is not readable or does not exist; that has been told.
    #[error("an envelope was not delivered")]
    Negative,
    /// The hub cannot be called.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}

impl From<DoorError> for TrackError {
    fn from(source: DoorError) -> Self {
        Self::Call { source: Box::new(source) }
    }
}
