//! `hub.log/1` and `hub.metrics/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use std::borrow::Cow;
use std::ffi::c_void;
use std::ptr::null;

use phytohub_plugin_api::*;

use super::given::Given;
use super::host::{answer, asked, asked_briefly, struct_size, work};
use crate::limits;
use crate::services::Answer;
use crate::view::{LogRecordView, MetricView};

pub(super) static LOG: HubLog = HubLog {
    struct_size: struct_size::<HubLog>(),
    reserved: 0,
    enabled: Some(enabled),
    write: Some(write),
};

pub(super) static METRICS: HubMetrics = HubMetrics {
    struct_size: struct_size::<HubMetrics>(),
    reserved: 0,
    register: Some(register),
    record: Some(record),
};

unsafe extern "C" fn enabled(ctx: *mut c_void, level: u32, target: HubStr) -> u32 {
    let mut enabled = false;
    let work = work(|asked| {
        let target = asked.given.cut_text("target", target, limits::NAME_BYTES)?;
        enabled = asked.services.log_enabled(level, &target);
        Ok(())
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { answer(ctx, null(), work) };
    u32::from(enabled)
}

unsafe extern "C" fn write(ctx: *mut c_void, record: *const HubLogRecord) {
    let work = work(|asked| {
        let record = asked.given.structure(record)?;
        // Cut rather than refused: nobody would hear of it.
        let count = record.field_count.min(limits::FIELDS);
        let fields = cut_pairs(asked.given, record.fields, count)?;
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        asked.services.log(&LogRecordView {
            level: record.level,
            target: &asked.given.cut_text("target", record.target, limits::NAME_BYTES)?,
            message: &asked.given.cut_text("message", record.message, limits::LOG_MESSAGE_BYTES)?,
            fields: &fields,
        });
        Ok(())
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { answer(ctx, null(), work) };
}

asked! {
    fn register(call, metric: *const HubMetric, handle: *mut u32) |asked| {
        let given = asked.given;
        let handle = given.place("handle", handle)?;
        let metric = given.structure(metric)?;
        let labels = given.plain("labels", metric.labels, metric.label_count, limits::FIELDS)?;
        let labels = labels.iter().map(|label| {
            let name = given.text("label", label.name, limits::NAME_BYTES)?;
            Ok((name, given.text("label", label.value, limits::NAME_BYTES)?))
        });
        let labels = labels.collect::<Answer<Vec<_>>>()?;
        let (boundaries, count) = (metric.boundaries, metric.boundary_count);
        let metric = MetricView {
            kind: metric.kind,
            name: given.text("name", metric.name, limits::NAME_BYTES)?,
            help: given.text("help", metric.help, limits::SENTENCE_BYTES)?,
            labels: &labels,
            boundaries: given.plain("boundaries", boundaries, count, limits::BOUNDARIES)?,
        };
        handle.put(asked.services.metric_register(asked.call, &metric)?);
        Ok(())
    };
}

asked_briefly! {
    fn record(handle: u32, value: f64) |asked| asked.services.metric_record(handle, value);
}

type CutPair<'a> = (Cow<'a, str>, Cow<'a, str>);

fn cut_pairs<'a>(
    given: Given<'a>,
    fields: *const HubLogField,
    count: usize,
) -> Answer<Vec<CutPair<'a>>> {
    let fields = given.plain("fields", fields, count, limits::FIELDS)?;
    let pairs = fields.iter().map(|field| {
        let name = given.cut_text("field", field.name, limits::NAME_BYTES)?;
        Ok((name, given.cut_text("field", field.value, limits::LOG_VALUE_BYTES)?))
    });
    pairs.collect()
}
