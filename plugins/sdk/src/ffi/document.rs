//! Documents that come, and what is said about them.

use std::sync::OnceLock;

use phytohub_plugin_api as abi;

use super::base::{bytes, copied, size, text};
use crate::document::{Purpose, RawForm};
use crate::finding::{FIELD_BYTES_MAX, Finding, MESSAGE_BYTES_MAX, RULE_BYTES_MAX, cut};
use crate::{Document, Error, ErrorKind, Kind, Result, RouteDecision};

/// The document of a call.
///
/// # Safety
///
/// `seen` is null or a document that is lent for `'a`.
pub(super) unsafe fn document<'a>(seen: *const abi::HubDocument) -> Result<Document<'a>> {
    // SAFETY: by this function's own contract.
    let Some(seen) = (unsafe { copied(seen) }) else {
        return Err(Error::invalid("the call came without a document"));
    };
    // SAFETY: by this function's own contract.
    let lent = |lent| unsafe { text(lent) };
    // SAFETY: by this function's own contract.
    let content = unsafe { bytes(seen.content) };
    // SAFETY: by this function's own contract.
    let raw = unsafe { bytes(seen.raw) };
    Ok(Document {
        purpose: match seen.purpose {
            abi::HUB_FOR_VALIDATION => Purpose::Validation,
            abi::HUB_FOR_RETRY => Purpose::Retry,
            _ => Purpose::Delivery,
        },
        certificate_type: seen.certificate_type,
        certificate_status: seen.certificate_status,
        test: seen.flags & abi::HUB_DOCUMENT_TEST != 0,
        raw_form: match seen.raw_form {
            abi::HUB_FORM_ESCAPED => RawForm::Escaped,
            abi::HUB_FORM_CDATA => RawForm::Cdata,
            _ => RawForm::Mixed,
        },
        at_ms: seen.at_ms,
        from: lent(seen.from)?,
        to: lent(seen.to)?,
        sent_by: lent(seen.sent_by)?,
        nppo_certificate_number: lent(seen.nppo_certificate_number)?,
        hub_delivery_number: lent(seen.hub_delivery_number)?,
        content,
        raw,
        content_ticket: seen.content_ticket,
        text: OnceLock::new(),
    })
}

fn nowhere() -> Error {
    Error::invalid("the call came without a place for its results")
}

/// What takes findings.
///
/// # Safety
///
/// `out` is null or a visitor that may be called for as long as the closure is used.
pub(super) unsafe fn findings(
    out: *const abi::HubFindings,
) -> Result<impl FnMut(&Finding<'_>) -> bool> {
    // SAFETY: by this function's own contract.
    let out = unsafe { out.as_ref() }.ok_or_else(nowhere)?;
    let (ctx, add) = (out.ctx, out.add.ok_or_else(nowhere)?);
    Ok(move |finding: &Finding<'_>| {
        let told = abi::HubFinding {
            struct_size: size::<abi::HubFinding>(),
            level: finding.level.number(),
            area: finding.area.number(),
            reserved: 0,
            rule: abi::HubStr::new(cut(&finding.rule, RULE_BYTES_MAX)),
            field: abi::HubStr::new(cut(&finding.field, FIELD_BYTES_MAX)),
            message: abi::HubStr::new(cut(&finding.message, MESSAGE_BYTES_MAX)),
            offset: finding.offset.unwrap_or(u64::MAX),
        };
        // SAFETY: by the outer function's contract; the finding outlives the call.
        unsafe { add(ctx, &raw const told) != abi::HUB_EXHAUSTED }
    })
}

/// What takes terms.
///
/// # Safety
///
/// As of [`findings`].
pub(super) unsafe fn terms(out: *const abi::HubTerms) -> Result<impl FnMut(&str, &str) -> bool> {
    // SAFETY: by this function's own contract.
    let out = unsafe { out.as_ref() }.ok_or_else(nowhere)?;
    let (ctx, add) = (out.ctx, out.add.ok_or_else(nowhere)?);
    Ok(move |name: &str, value: &str| {
        // SAFETY: by the outer function's contract; the texts outlive the call.
        unsafe { add(ctx, abi::HubStr::new(name), abi::HubStr::new(value)) == abi::HUB_OK }
    })
}

/// What takes bytes.
///
/// # Safety
///
/// `out` may be called for as long as the closure is used.
pub(super) unsafe fn sink(out: abi::HubSink) -> Result<impl FnMut(&[u8]) -> bool> {
    let (ctx, write) = (out.ctx, out.write.ok_or_else(nowhere)?);
    Ok(move |piece: &[u8]| {
        // SAFETY: by the outer function's contract; the piece outlives the call.
        unsafe { write(ctx, abi::HubBytes::new(piece)) == abi::HUB_OK }
    })
}

/// What takes copies.
///
/// # Safety
///
/// As of [`findings`].
pub(super) unsafe fn copies(out: *const abi::HubRoute) -> Result<impl FnMut(&str) -> Result<()>> {
    // SAFETY: by this function's own contract.
    let out = unsafe { out.as_ref() }.ok_or_else(nowhere)?;
    let (ctx, copy_to) = (out.ctx, out.copy_to.ok_or_else(nowhere)?);
    Ok(move |code: &str| {
        // SAFETY: by the outer function's contract; the code outlives the call.
        let status = unsafe { copy_to(ctx, abi::HubStr::new(code)) };
        match status {
            abi::HUB_OK => Ok(()),
            other => {
                Err(Error::new(ErrorKind::of(other), format!("no copy can go there: code={code}")))
            }
        }
    })
}

/// Tells the decision.
///
/// # Safety
///
/// As of [`findings`].
pub(super) unsafe fn decide(
    out: *const abi::HubRoute,
    decision: &RouteDecision,
) -> Result<abi::HubStatus> {
    // SAFETY: by this function's own contract.
    let out = unsafe { out.as_ref() }.ok_or_else(nowhere)?;
    let decide = out.decide.ok_or_else(nowhere)?;
    let (number, until_ms, code, reason) = match decision {
        RouteDecision::Continue => (abi::HUB_ROUTE_CONTINUE, 0, "", ""),
        RouteDecision::Hold { until_ms, reason } => {
            (abi::HUB_ROUTE_HOLD, *until_ms, "", reason.as_str())
        }
        RouteDecision::Reject { reason } => (abi::HUB_ROUTE_REJECT, 0, "", reason.as_str()),
        RouteDecision::Redirect { code, reason } => {
            (abi::HUB_ROUTE_REDIRECT, 0, code.as_str(), reason.as_str())
        }
    };
    let (code, reason) = (abi::HubStr::new(code), abi::HubStr::new(reason));
    // SAFETY: by this function's own contract; the texts outlive the call.
    Ok(unsafe { decide(out.ctx, number, until_ms, code, reason) })
}

/// Kinds with their statuses as the contract has them; borrowed from the vector beside them.
pub(super) struct Kinds(Vec<Kind>);

impl Kinds {
    pub(super) const fn of(kinds: Vec<Kind>) -> Self {
        Self(kinds)
    }

    /// Tells all kinds.
    ///
    /// # Safety
    ///
    /// As of [`findings`].
    pub(super) unsafe fn tell(&self, out: *const abi::HubKindVisitor) -> Result<abi::HubStatus> {
        // SAFETY: by this function's own contract.
        let out = unsafe { out.as_ref() }.ok_or_else(nowhere)?;
        let add = out.add.ok_or_else(nowhere)?;
        for kind in &self.0 {
            let statuses: Vec<_> = kind
                .statuses
                .iter()
                .map(|(code, name)| abi::HubKindStatus {
                    struct_size: size::<abi::HubKindStatus>(),
                    certificate_status: *code,
                    name: abi::HubStr::new(name),
                })
                .collect();
            let told = abi::HubKind {
                struct_size: size::<abi::HubKind>(),
                certificate_type: kind.certificate_type,
                name: abi::HubStr::new(&kind.name),
                root_namespace: abi::HubStr::new(&kind.root_namespace),
                root_name: abi::HubStr::new(&kind.root_name),
                statuses: statuses.as_ptr(),
                // A list of statuses that long is refused by the hub anyway.
                status_count: u32::try_from(statuses.len()).unwrap_or(u32::MAX),
                flags: kind.flags,
                content_bytes_max: kind.content_bytes_max,
            };
            // SAFETY: by this function's own contract; the kind outlives the call.
            let status = unsafe { add(out.ctx, &raw const told) };
            if status != abi::HUB_OK {
                let reason = format!("the hub does not take this kind: name={}", kind.name);
                return Err(Error::new(ErrorKind::of(status), reason));
            }
        }
        Ok(abi::HUB_OK)
    }
}
