//! What a plugin has around it while it is developed: a log on stderr, keys and values in memory,
//! the code lists of the binary, and no hub.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use phytohub_plugin_api::*;
use phytohub_plugin_loader::{
    Answer, HostCall, HostServices, KvAction, KvExpectation, KvOperationView, LogRecordView,
    MetricView, Refusal, Sink, VisitKv,
};
use phytohub_telemetry::Escaped;

#[derive(Debug)]
pub(super) struct DevServices {
    id: String,
    keys: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    series: Mutex<u32>,
}

impl DevServices {
    pub(super) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), keys: Mutex::default(), series: Mutex::new(0) }
    }

    fn keys(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HostServices for DevServices {
    fn offers(&self, _extension: &str) -> bool {
        // What needs a hub is offered too, and says that there is none.
        true
    }

    fn log_enabled(&self, level: u32, _target: &str) -> bool {
        level <= HUB_LOG_DEBUG
    }

    fn log(&self, record: &LogRecordView<'_>) {
        let fields: String =
            record.fields.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        let text = format!("{}{fields}", record.message);
        let _ = writeln!(io::stderr(), "{}: {}", self.id, Escaped(&text));
    }

    fn metric_register(&self, _call: HostCall, _metric: &MetricView<'_>) -> Answer<u32> {
        let mut last = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        Ok(*last)
    }

    fn metric_record(&self, _handle: u32, _value: f64) -> Answer {
        Ok(())
    }

    fn timer_after(&self, _delay_ms: u64, _token: u64) -> Answer {
        Ok(())
    }

    fn kv_get(&self, _call: HostCall, key: &[u8], out: Sink<'_>) -> Answer {
        match self.keys().get(key) {
            Some(value) => {
                out(value);
                Ok(())
            }
            None => Err(Refusal::new(HUB_NOT_FOUND, "the key holds nothing")),
        }
    }

    fn kv_scan(
        &self,
        _call: HostCall,
        prefix: &[u8],
        after: &[u8],
        limit: u32,
        visit: VisitKv<'_>,
    ) -> Answer {
        let keys = self.keys().clone();
        let mut left = limit;
        for (key, value) in &keys {
            let fits = key.starts_with(prefix) && key.as_slice() > after;
            if fits && (left == 0 || !visit((key.as_slice(), value.as_slice()))) {
                break;
            }
            left -= u32::from(fits);
        }
        Ok(())
    }

    fn kv_write(
        &self,
        _call: HostCall,
        operations: &[KvOperationView<'_>],
        _ticket: Option<u64>,
    ) -> Answer {
        let mut keys = self.keys();
        let met = |operation: &KvOperationView<'_>| match operation.expects {
            KvExpectation::Anything => true,
            KvExpectation::Nothing => !keys.contains_key(operation.key),
            KvExpectation::Value(value) => {
                keys.get(operation.key).is_some_and(|held| held == value)
            }
        };
        if !operations.iter().all(met) {
            return Err(Refusal::new(HUB_CONFLICT, "an expectation is not met"));
        }
        for operation in operations {
            match operation.action {
                KvAction::Check => {}
                KvAction::Put(value) => {
                    keys.insert(operation.key.to_vec(), value.to_vec());
                }
                KvAction::Delete => {
                    keys.remove(operation.key);
                }
            }
        }
        Ok(())
    }
}
