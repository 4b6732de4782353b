//! What a certificate for export goes through.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a certificate stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// Being entered.
    Draft,
    /// Handed in.
    Submitted,
    /// Taken back by the applicant.
    Recalled,
    /// Given back for correction.
    Returned,
    /// Inspected, with the consignment found in order.
    Inspected,
    /// Approved, to be issued.
    Approved,
    /// Issued; on its way to the hub, or on paper alone.
    Issued,
    /// The hub has it.
    Sent,
    /// The recipient has it.
    Delivered,
    /// The recipient has it and found something wrong.
    DeliveredWithWarnings,
    /// The recipient has it and cannot read it.
    NotReadable,
    /// It could not be delivered.
    Failed,
    /// No longer valid.
    Withdrawn,
}

impl State {
    /// All states, in the order of the way.
    pub const ALL: [Self; 13] = [
        Self::Draft,
        Self::Submitted,
        Self::Recalled,
        Self::Returned,
        Self::Inspected,
        Self::Approved,
        Self::Issued,
        Self::Sent,
        Self::Delivered,
        Self::DeliveredWithWarnings,
        Self::NotReadable,
        Self::Failed,
        Self::Withdrawn,
    ];

    /// The name under which it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Recalled => "recalled",
            Self::Returned => "returned",
            Self::Inspected => "inspected",
            Self::Approved => "approved",
            Self::Issued => "issued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::DeliveredWithWarnings => "delivered-with-warnings",
            Self::NotReadable => "not-readable",
            Self::Failed => "failed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether the text can be changed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Recalled | Self::Returned)
    }

    /// Whether a certificate was issued, valid or not.
    #[must_use]
    pub const fn is_issued(self) -> bool {
        matches!(
            self,
            Self::Issued
                | Self::Sent
                | Self::Delivered
                | Self::DeliveredWithWarnings
                | Self::NotReadable
                | Self::Failed
                | Self::Withdrawn
        )
    }

    /// Whether the issuer has something to do about how it was delivered.
    #[must_use]
    pub const fn needs_attention(self) -> bool {
        matches!(self, Self::DeliveredWithWarnings | Self::NotReadable | Self::Failed)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is done with a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// It is handed in.
    Submit,
    /// The applicant takes it back.
    Recall,
    /// It is given back for correction.
    Return,
    /// The consignment was found in order.
    Inspect,
    /// It is approved.
    Approve,
    /// It is issued.
    Issue,
    /// It is sent once more.
    Resend,
    /// It is withdrawn.
    Withdraw,
    /// The hub took it.
    Send,
    /// The recipient acknowledged it.
    Deliver,
    /// The recipient acknowledged it with a warning.
    DeliverWithWarnings,
    /// The recipient could not read it.
    FailToRead,
    /// The hub refused it, or it was not delivered.
    Fail,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 13] = [
        Self::Submit,
        Self::Recall,
        Self::Return,
        Self::Inspect,
        Self::Approve,
        Self::Issue,
        Self::Resend,
        Self::Withdraw,
        Self::Send,
        Self::Deliver,
        Self::DeliverWithWarnings,
        Self::FailToRead,
        Self::Fail,
    ];

    /// The name under which it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Recall => "recall",
            Self::Return => "return",
            Self::Inspect => "inspect",
            Self::Approve => "approve",
            Self::Issue => "issue",
            Self::Resend => "resend",
            Self::Withdraw => "withdraw",
            Self::Send => "send",
            Self::Deliver => "deliver",
            Self::DeliverWithWarnings => "deliver-with-warnings",
            Self::FailToRead => "fail-to-read",
            Self::Fail => "fail",
        }
    }

    /// The step of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }

    /// Whether it is one against somebody's wish, which must say why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Return | Self::Withdraw | Self::Resend)
    }

    /// Whether people take it, and not the hub.
    #[must_use]
    pub const fn is_of_people(self) -> bool {
        !matches!(
            self,
            Self::Send | Self::Deliver | Self::DeliverWithWarnings | Self::FailToRead | Self::Fail
        )
    }
}

/// The steps that a tenant takes; each can be left out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Applications are handed in before anything else.
    pub application: bool,
    /// Consignments are inspected.
    pub inspection: bool,
    /// Somebody approves before somebody issues.
    pub approval: bool,
    /// Import officers decide here about what was received.
    pub import_decision: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { application: true, inspection: true, approval: true, import_decision: true }
    }
}

/// The step cannot be taken now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the step cannot be taken step={step:?} state={state}")]
pub struct StepRefused {
    /// Which.
    pub step: Step,
    /// Where the certificate stands.
    pub state: State,
}

/// Where a step leads.
///
/// # Errors
///
/// It cannot be taken from there, or the tenant does not take it.
pub const fn next(policy: &Policy, state: State, step: Step) -> Result<State, StepRefused> {
    let refused = Err(StepRefused { step, state });
    match step {
        Step::Submit if policy.application && state.is_open() => Ok(State::Submitted),
        Step::Recall if matches!(state, State::Submitted) => Ok(State::Recalled),
        Step::Return => match state {
            State::Submitted | State::Inspected | State::Approved => Ok(State::Returned),
            _ => refused,
        },
        Step::Inspect if policy.inspection && is_handed_in(policy, state) => Ok(State::Inspected),
        Step::Approve if policy.approval && is_inspected(policy, state) => Ok(State::Approved),
        Step::Issue if is_approved(policy, state) => Ok(State::Issued),
        Step::Resend if matches!(state, State::Failed | State::NotReadable) => Ok(State::Issued),
        Step::Withdraw if state.is_issued() && !matches!(state, State::Withdrawn) => {
            Ok(State::Withdrawn)
        }
        Step::Send if matches!(state, State::Issued) => Ok(State::Sent),
        Step::Deliver if is_under_way(state) => Ok(State::Delivered),
        Step::DeliverWithWarnings if is_under_way(state) => Ok(State::DeliveredWithWarnings),
        Step::FailToRead if is_under_way(state) => Ok(State::NotReadable),
        Step::Fail if is_under_way(state) => Ok(State::Failed),
        _ => refused,
    }
}

/// What the hub says may come before the answer to the submission was heard, as after a crash.
const fn is_under_way(state: State) -> bool {
    matches!(state, State::Issued | State::Sent)
}

// What went further under an earlier policy than the present one asks stays where it is, and goes on
// from there.

const fn is_handed_in(policy: &Policy, state: State) -> bool {
    matches!(state, State::Submitted) || !policy.application && state.is_open()
}

const fn is_inspected(policy: &Policy, state: State) -> bool {
    matches!(state, State::Inspected) || !policy.inspection && is_handed_in(policy, state)
}

const fn is_approved(policy: &Policy, state: State) -> bool {
    matches!(state, State::Approved) || !policy.approval && is_inspected(policy, state)
}

#[cfg(test)]
mod tests;
