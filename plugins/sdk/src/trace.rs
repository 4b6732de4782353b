//! `tracing` of this copy of the library goes to the hub's log, with all fields and with the spans
//! it happened in.

mod fields;
mod spans;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use phytohub_plugin_api as abi;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

use self::fields::Fields;
use self::spans::Spans;
use crate::ffi;

/// Makes the hub's log the default of this copy of `tracing`. In a plugin that is linked into a
/// program which has its own default, that one stays.
pub(crate) fn install() {
    let _ = tracing::subscriber::set_global_default(ToHub { spans: Spans::default() });
}

struct ToHub {
    spans: Spans,
}

impl Subscriber for ToHub {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // Operators change levels while the hub runs.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let level = number(*metadata.level());
        ffi::current_host(|host| host.log_enabled(level, metadata.target())).unwrap_or(false)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let parent = if span.is_root() {
            None
        } else {
            span.parent().map(Id::into_u64).or_else(|| self.spans.current())
        };
        Id::from_u64(self.spans.open(span.metadata(), parent, fields))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.spans.add(span.into_u64(), fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let message = fields.take_message();
        let within = if event.is_root() {
            None
        } else {
            event.parent().map(Id::into_u64).or_else(|| self.spans.current())
        };
        if let Some(span) = within {
            self.spans.describe(span, &mut fields);
        }
        if let Some(trace) = ffi::current_trace() {
            fields.set("trace_id", format!("{:032x}", u128::from_be_bytes(trace)));
        }
        let metadata = event.metadata();
        let level = number(*metadata.level());
        ffi::current_host(|host| host.log(level, metadata.target(), &message, &fields.pairs()));
    }

    fn enter(&self, span: &Id) {
        self.spans.enter(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        self.spans.exit(span.into_u64());
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.spans.hold(span.into_u64());
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        self.spans.release(span.into_u64())
    }
}

const fn number(level: Level) -> u32 {
    match level {
        Level::ERROR => abi::HUB_LOG_ERROR,
        Level::WARN => abi::HUB_LOG_WARN,
        Level::INFO => abi::HUB_LOG_INFO,
        Level::DEBUG => abi::HUB_LOG_DEBUG,
        Level::TRACE => abi::HUB_LOG_TRACE,
    }
}

/// What the hub said of levels and targets, for a while.
#[derive(Default)]
pub(crate) struct EnabledCache(RwLock<HashMap<String, [(bool, u64); LEVELS]>>);

impl EnabledCache {
    pub(crate) fn get(
        &self,
        level: u32,
        target: &str,
        now_ns: u64,
        ask: impl FnOnce() -> bool,
    ) -> bool {
        let at = usize::try_from(level).unwrap_or(LEVELS);
        let known = {
            let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
            all.get(target).and_then(|levels| levels.get(at)).copied()
        };
        if let Some((answer, until_ns)) = known
            && now_ns < until_ns
        {
            return answer;
        }
        let answer = ask();
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = all.entry(target.to_owned()).or_default().get_mut(at) {
            *slot = (answer, now_ns.saturating_add(ENABLED_FOR_NS));
        }
        answer
    }
}

/// The contract's levels are 1 to 5.
const LEVELS: usize = 6;

/// How long an answer about a level holds: as long as an operator who changed it will wait to see
/// the change.
const ENABLED_FOR_NS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_for_its_time_and_is_asked_anew_after_it() {
        let cache = EnabledCache::default();
        assert!(cache.get(3, "a", 1, || true));
        assert!(cache.get(3, "a", ENABLED_FOR_NS, || false));
        assert!(!cache.get(3, "a", ENABLED_FOR_NS + 1, || false));
        assert!(!cache.get(4, "a", 0, || false));
    }
}
