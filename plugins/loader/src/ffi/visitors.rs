//! What takes a plugin's answers while a call into it runs.
#![expect(unsafe_code, reason = "is called by a plugin")]

use std::ffi::c_void;

use phytohub_plugin_api::*;

use super::desk::{Turn, take};
use super::given::{Given, invalid};
use crate::limits;
use crate::services::{Answer, Refusal, Status};
use crate::view::{FindingView, Kind, RouteDecision};

/// Where the answers of a call go.
pub(super) enum Taker<'a> {
    Nothing,
    Bytes(&'a mut dyn FnMut(&[u8]) -> bool),
    Findings(&'a mut dyn FnMut(FindingView<'_>) -> bool),
    Kinds(&'a mut Vec<Kind>),
    Route(&'a mut RouteDecision, &'a mut dyn FnMut(&str) -> Status),
    Terms(&'a mut dyn FnMut(&str, &str) -> bool),
}

impl Turn<'_> {
    pub(super) const fn sink(&self) -> HubSink {
        HubSink { ctx: self.ctx(), write: Some(take_bytes) }
    }

    pub(super) const fn findings(&self) -> HubFindings {
        HubFindings { ctx: self.ctx(), add: Some(take_finding) }
    }

    pub(super) const fn kinds(&self) -> HubKindVisitor {
        HubKindVisitor { ctx: self.ctx(), add: Some(take_kind) }
    }

    pub(super) const fn route(&self) -> HubRoute {
        HubRoute { ctx: self.ctx(), decide: Some(take_decision), copy_to: Some(take_copy) }
    }

    pub(super) const fn terms(&self) -> HubTerms {
        HubTerms { ctx: self.ctx(), add: Some(take_term) }
    }
}

unsafe extern "C" fn take_bytes(ctx: *mut c_void, bytes: HubBytes) -> HubStatus {
    let work = work(|given, taker, _| {
        let Taker::Bytes(sink) = taker else { return Err(mistaken("HubSink")) };
        wanted(sink(given.bytes("bytes", bytes, limits::CONTENT_BYTES)?))
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { take(ctx, work) }
}

unsafe extern "C" fn take_finding(ctx: *mut c_void, finding: *const HubFinding) -> HubStatus {
    let work = work(|given, taker, taken| {
        let Taker::Findings(add) = taker else { return Err(mistaken("HubFindings")) };
        if taken > limits::FINDINGS {
            return wanted(false);
        }
        let finding = given.structure(finding)?;
        wanted(add(FindingView {
            // An unknown number must not make anything look better than it may be.
            level: match finding.level {
                level @ HUB_LEVEL_INFO..=HUB_LEVEL_SEVERE => level,
                _ => HUB_LEVEL_SEVERE,
            },
            area: match finding.area {
                area @ HUB_AREA_SCHEMA..=HUB_AREA_MANDATORY_ELEMENTS => area,
                _ => HUB_AREA_SCHEMA,
            },
            rule: &given.cut_text("rule", finding.rule, limits::RULE_BYTES)?,
            field: &given.cut_text("field", finding.field, limits::FIELD_BYTES)?,
            message: &given.cut_text("message", finding.message, limits::MESSAGE_BYTES)?,
            offset: (finding.offset != u64::MAX).then_some(finding.offset),
        }))
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { take(ctx, work) }
}

unsafe extern "C" fn take_kind(ctx: *mut c_void, kind: *const HubKind) -> HubStatus {
    let work = work(|given, taker, _| {
        let Taker::Kinds(kinds) = taker else { return Err(mistaken("HubKindVisitor")) };
        if kinds.len() >= limits::KINDS {
            // Not one to be left out silently: documents of it would pass unjudged.
            return Err(invalid(format!("kinds: more than {}", limits::KINDS)));
        }
        kinds.push(owned_kind(given, &given.structure(kind)?)?);
        Ok(())
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { take(ctx, work) }
}

fn owned_kind(given: Given<'_>, kind: &HubKind) -> Answer<Kind> {
    let count = kind.status_count as usize;
    let statuses = given.structures(kind.statuses, count, limits::KIND_STATUSES)?;
    let statuses = statuses.iter().map(|status| {
        let name = given.text("name", status.name, limits::NAME_BYTES)?;
        Ok((status.certificate_status, name.to_owned()))
    });
    let name = given.text("name", kind.name, limits::NAME_BYTES)?;
    if name.is_empty() {
        return Err(invalid("HubKind: name is empty"));
    }
    Ok(Kind {
        certificate_type: kind.certificate_type,
        name: name.to_owned(),
        root_namespace: given
            .text("root_namespace", kind.root_namespace, limits::PATH_BYTES)?
            .to_owned(),
        root_name: given.text("root_name", kind.root_name, limits::NAME_BYTES)?.to_owned(),
        statuses: statuses.collect::<Answer<Vec<_>>>()?,
        flags: kind.flags,
        content_bytes_max: kind.content_bytes_max,
    })
}

unsafe extern "C" fn take_term(ctx: *mut c_void, name: HubStr, value: HubStr) -> HubStatus {
    let work = work(|given, taker, taken| {
        let Taker::Terms(add) = taker else { return Err(mistaken("HubTerms")) };
        if taken > limits::TERMS {
            return wanted(false);
        }
        let name = given.cut_text("name", name, limits::TERM_BYTES)?;
        wanted(add(&name, &given.cut_text("value", value, limits::TERM_BYTES)?))
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { take(ctx, work) }
}

unsafe extern "C" fn take_decision(
    ctx: *mut c_void,
    decision: u32,
    until_ms: i64,
    code: HubStr,
    reason: HubStr,
) -> HubStatus {
    let work = work(|given, taker, _| {
        let Taker::Route(route, _) = taker else { return Err(mistaken("HubRoute")) };
        if decision > HUB_ROUTE_REDIRECT {
            return Err(invalid(format!("HubRoute: decision {decision}, expected 0 to 3")));
        }
        let code = given.text("code", code, limits::NAME_BYTES)?;
        if decision == HUB_ROUTE_REDIRECT && code.is_empty() {
            return Err(invalid("HubRoute: a redirection to nobody"));
        }
        let reason = given.cut_text("reason", reason, limits::MESSAGE_BYTES)?;
        route.decision = decision;
        route.until_ms = until_ms;
        code.clone_into(&mut route.code);
        route.reason = reason.into_owned();
        Ok(())
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { take(ctx, work) }
}

unsafe extern "C" fn take_copy(ctx: *mut c_void, code: HubStr) -> HubStatus {
    // The status is the host's word, not a breach of the plugin's.
    let mut status = HUB_OK;
    let work = work(|given, taker, _| {
        let Taker::Route(route, copy) = taker else { return Err(mistaken("HubRoute")) };
        if route.copies.len() >= limits::COPIES {
            return wanted(false);
        }
        let code = given.text("code", code, limits::NAME_BYTES)?;
        status = copy(code);
        if status == HUB_OK {
            route.copies.push(code.to_owned());
        }
        Ok(())
    });
    // SAFETY: all of it are the plugin's arguments.
    match unsafe { take(ctx, work) } {
        HUB_OK => status,
        refused => refused,
    }
}

/// This function as [`take`] wants it: names its type, so that it is not written inside a block of
/// unsafe code.
fn work<F: for<'a> FnOnce(Given<'a>, &mut Taker<'_>, u32) -> Answer>(work: F) -> F {
    work
}

fn wanted(more: bool) -> Answer {
    if more { Ok(()) } else { Err(Refusal::new(HUB_EXHAUSTED, "no more is taken")) }
}

fn mistaken(name: &str) -> Refusal {
    invalid(format!("{name}: called with what belongs to another call"))
}
