//! Documents, findings and decisions in the words of either side.

use phytohub_domain::{ContentForm, Timestamp};
use phytohub_exchange::plugin::{
    FindingArea, FindingLevel, PluginFinding, PluginQuestion, Purpose, RouteDecision,
};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::{DocumentView, FindingView};

use crate::services::{millis, together};

pub(super) fn view(question: &PluginQuestion, content_ticket: u64) -> DocumentView<'_> {
    DocumentView {
        purpose: match question.purpose {
            Purpose::Validation => api::HUB_FOR_VALIDATION,
            Purpose::Delivery => api::HUB_FOR_DELIVERY,
            Purpose::Retry => api::HUB_FOR_RETRY,
        },
        certificate_type: question.certificate_type,
        certificate_status: question.certificate_status,
        flags: together(&[(question.test, api::HUB_DOCUMENT_TEST)]),
        raw_form: form(question),
        at_ms: millis(question.at),
        from: &question.from,
        to: &question.to,
        sent_by: &question.sent_by,
        nppo_certificate_number: &question.nppo_certificate_number,
        hub_delivery_number: &question.hub_delivery_number,
        content: &question.content,
        raw: &question.raw,
        content_ticket,
    }
}

fn form(question: &PluginQuestion) -> u32 {
    let open = b"<![CDATA[".as_slice();
    let is_one = || {
        let inner = question.raw.strip_prefix(open).and_then(|rest| rest.strip_suffix(b"]]>"));
        inner.is_some_and(|inner| !inner.windows(3).any(|three| three == b"]]>"))
    };
    match question.raw_form {
        ContentForm::Plain | ContentForm::Escaped => api::HUB_FORM_ESCAPED,
        ContentForm::Mixed if is_one() => api::HUB_FORM_CDATA,
        ContentForm::Mixed => api::HUB_FORM_MIXED,
    }
}

/// Keeps a finding; answers whether more are wanted. After the last place is taken, a grave one
/// takes that of a lesser one: nothing grave is hidden behind what is not.
pub(super) fn add(findings: &mut Vec<PluginFinding>, finding: &FindingView<'_>) -> bool {
    let level = match finding.level {
        api::HUB_LEVEL_INFO => FindingLevel::Info,
        api::HUB_LEVEL_WARNING => FindingLevel::Warning,
        // What nobody knows is taken as grave.
        _ => FindingLevel::Severe,
    };
    let place = if findings.len() < FINDINGS_MAX {
        None
    } else {
        let lesser = findings.iter().rposition(|one| one.level < level);
        match lesser {
            Some(place) if level == FindingLevel::Severe => Some(place),
            _ => return false,
        }
    };
    let finding = PluginFinding {
        level,
        area: match finding.area {
            api::HUB_AREA_MAPPING => FindingArea::Mapping,
            api::HUB_AREA_MANDATORY_ELEMENTS => FindingArea::MandatoryElements,
            _ => FindingArea::Schema,
        },
        rule: finding.rule.to_owned(),
        field: finding.field.to_owned(),
        message: finding.message.to_owned(),
        offset: finding.offset,
    };
    match place.and_then(|place| findings.get_mut(place)) {
        Some(lesser) => *lesser = finding,
        None => findings.push(finding),
    }
    findings.len() < FINDINGS_MAX
}

pub(super) fn too_large(bytes: usize, most: u64) -> PluginFinding {
    PluginFinding {
        level: FindingLevel::Severe,
        area: FindingArea::Schema,
        rule: "SIZE".to_owned(),
        field: String::new(),
        message: format!("the document has {bytes} bytes; those of its kind have at most {most}"),
        offset: None,
    }
}

pub(super) fn decision(decided: &phytohub_plugin_loader::RouteDecision) -> RouteDecision {
    let (code, reason) = (decided.code.clone(), decided.reason.clone());
    match decided.decision {
        api::HUB_ROUTE_HOLD => {
            let until = u64::try_from(decided.until_ms).unwrap_or_default();
            RouteDecision::Hold { until: Timestamp::from_millis(until), reason }
        }
        api::HUB_ROUTE_REJECT => RouteDecision::Reject { reason },
        api::HUB_ROUTE_REDIRECT => RouteDecision::Redirect { code, reason },
        _ => RouteDecision::Continue,
    }
}

/// Findings of one document that are kept: the contract's.
const FINDINGS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(level: u32, rule: &'static str) -> FindingView<'static> {
        FindingView { level, rule, ..FindingView::default() }
    }

    #[test]
    fn no_grave_finding_is_hidden_behind_lesser_ones() {
        let mut findings = Vec::new();
        let wanted = (0..300).filter(|_| add(&mut findings, &found(api::HUB_LEVEL_INFO, "i")));
        assert_eq!(wanted.count(), FINDINGS_MAX - 1);
        assert!(!add(&mut findings, &found(api::HUB_LEVEL_WARNING, "w")), "dropped");
        assert!(!add(&mut findings, &found(api::HUB_LEVEL_SEVERE, "s")), "kept");
        assert!(!add(&mut findings, &found(77, "s")), "what nobody knows is grave");
        let rules = findings.iter().filter(|finding| finding.rule == "s");
        assert_eq!((rules.count(), findings.len()), (2, FINDINGS_MAX));
        for _ in 0..300 {
            add(&mut findings, &found(api::HUB_LEVEL_SEVERE, "s"));
        }
        assert!(findings.iter().all(|finding| finding.rule == "s"));
        assert_eq!(findings.len(), FINDINGS_MAX);
    }
}
