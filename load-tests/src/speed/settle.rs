//! After the load: everything that was answered is looked for.

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::task::JoinSet;

use crate::clock::Stopwatch;
use crate::speed::field::{Due, Field};
use crate::speed::scenario::{Settle, SettleBy};

/// Accounts for everything. Whether that came to its end within its time.
pub(crate) async fn settle(field: &Arc<Field>, countries: usize, how: Settle) -> bool {
    let watch = Stopwatch::start();
    let limit = Duration::from_secs_f64(how.seconds);
    field.caller.at_full_speed();
    if how.by == SettleBy::Drain {
        let mut draining = JoinSet::new();
        for country in 0..countries {
            let field = Arc::clone(field);
            draining.spawn(async move { drain(&field, country, watch, limit).await });
        }
        let complete = draining.join_all().await.into_iter().all(|complete| complete);
        ask_for_some(field, TRACKED_AFTER_DRAIN, watch, limit).await;
        field.book().judge_drained(!complete);
        return complete;
    }
    ask_for_some(field, how.most, watch, limit).await
}

/// Pulls, compares and acknowledges all that a country has. False if the time was over before.
async fn drain(field: &Arc<Field>, country: usize, watch: Stopwatch, limit: Duration) -> bool {
    let mut without_progress = 0;
    while watch.elapsed() < limit {
        let offered = field.list(country, true, Due::Next).await;
        if offered.is_empty() {
            // No answer gives nothing either: asked again, it must say that there is nothing.
            without_progress += 1;
            if without_progress > 1 {
                return true;
            }
            continue;
        }
        let mut acknowledging = JoinSet::new();
        for id in offered {
            if !field.book().is_acknowledged(id) {
                let field = Arc::clone(field);
                acknowledging.spawn(async move { field.acknowledge(id, Due::Next).await });
            }
        }
        let progress = acknowledging.join_all().await.into_iter().any(|done| done);
        without_progress = if progress { 0 } else { without_progress + 1 };
        if without_progress > ROUNDS_WITHOUT_PROGRESS {
            return true;
        }
    }
    false
}

/// Asks for the state of some that were accepted, drawn by lot.
async fn ask_for_some(field: &Arc<Field>, most: usize, watch: Stopwatch, limit: Duration) -> bool {
    let mut rng = StdRng::seed_from_u64(most as u64);
    let some = most.min(field.book().len());
    let mut asking = JoinSet::new();
    for _ in 0..some {
        if watch.elapsed() > limit {
            return false;
        }
        let Some(id) = field.book().any_accepted(&mut rng) else { return true };
        if asking.len() >= ASKING {
            asking.join_next().await;
        }
        let field = Arc::clone(field);
        asking.spawn(async move { field.track(id, Due::Next).await });
    }
    asking.join_all().await;
    true
}

const TRACKED_AFTER_DRAIN: usize = 1000;
/// Questions in flight.
const ASKING: usize = 16;
/// A hub that offers what was acknowledged will do so for ever; each time is a finding.
const ROUNDS_WITHOUT_PROGRESS: u32 = 3;
