//! Load tests: a hub is loaded as scenarios say, measured, and held to account while it works.
//!
//! A [`scenario::Scenario`] says what comes when; [`run::run`] makes it happen and gives a
//! [`report::Report`]. Requests are written and read by this crate's own code, as in the crash tests.

mod book;
mod caller;
pub(crate) mod chart;
mod contents;
pub mod countries;
pub mod diff;
mod field;
mod figures;
pub mod html;
pub mod live;
mod observe;
mod pace;
mod process;
pub mod report;
pub mod run;
pub mod scenario;
mod settle;
pub mod target;
mod wire;
mod work;

pub use book::Counts;
pub(crate) use caller::Caller;
pub use caller::Target;
pub(crate) use figures::histogram;
pub use figures::{Latency, StepCounts};
pub(crate) use process::Cost;
