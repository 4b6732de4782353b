//! Checks that types cannot make: ranges, and settings that contradict each other.

use std::net::SocketAddr;

use super::settings::settings;
use super::{HubConfig, TrustMode};

/// Section, key, and what is wrong with its value.
pub(super) type Wrong = (&'static str, &'static str, String);

/// Checks every range of the table of settings, then what holds between settings.
pub(super) fn check(config: &HubConfig) -> Result<(), Wrong> {
    let table = toml::Table::try_from(config).unwrap_or_default();
    for setting in settings() {
        let section = match setting.section {
            "" => Some(&table),
            name => table.get(name).and_then(toml::Value::as_table),
        };
        let value = section.and_then(|section| section.get(setting.key));
        let (Some(value), Some((least, most))) =
            (value.and_then(toml::Value::as_integer), setting.range)
        else {
            continue;
        };
        if !u64::try_from(value).is_ok_and(|value| (least..=most).contains(&value)) {
            let reason = format!("must be from {least} to {most}, not {value}");
            return Err((setting.section, setting.key, reason));
        }
    }
    check_together(config)
}

fn check_together(config: &HubConfig) -> Result<(), Wrong> {
    let limits = &config.limits;
    let at_most = |key, value: u64, bound_key: &str, bound: u64| {
        let reason = format!("is {value}, more than {bound_key}={bound}");
        if value <= bound { Ok(()) } else { Err(("limits", key, reason)) }
    };
    at_most("content_bytes", limits.content_bytes, "request_bytes", limits.request_bytes)?;
    // Large requests leave an eighth to small ones: one that fits in no more would never be taken.
    let for_large = limits.bytes_in_flight - limits.bytes_in_flight / 8;
    if limits.request_bytes > for_large {
        let reason = format!(
            "is {}: large requests may fill seven eighths of it, {for_large}, so one of \
             request_bytes={} could never be taken; make it 8/7 of that at least",
            limits.bytes_in_flight, limits.request_bytes
        );
        return Err(("limits", "bytes_in_flight", reason));
    }
    at_most("pull_bytes", limits.pull_bytes, "bytes_in_flight", limits.bytes_in_flight)?;
    if !config.quic.is_empty() && config.quic.parse::<SocketAddr>().is_err() {
        let reason = format!("must be an address and a port, not {:?}", config.quic);
        return Err(("", "quic", reason));
    }
    let delivery = &config.delivery;
    let pairs = [
        ("retry_first_seconds", delivery.retry_first_seconds, delivery.retry_most_seconds),
        ("probe_first_seconds", delivery.probe_first_seconds, delivery.probe_most_seconds),
    ];
    for (key, first, most) in pairs {
        if first > most {
            return Err((
                "delivery",
                key,
                format!("is {first}, more than the longest wait {most}"),
            ));
        }
    }
    if config.trust.mode == TrustMode::Ca && config.trust.ca.is_empty() {
        return Err(("trust", "ca", "must name a file when mode is \"ca\"".to_owned()));
    }
    for (key, files) in [("ca", &config.trust.ca), ("crl", &config.trust.crl)] {
        // A revocation list that nobody reads must not look as if it protected.
        if config.trust.mode == TrustMode::Registered && !files.is_empty() {
            let reason = "is only read when mode is \"ca\": set it, or remove this".to_owned();
            return Err(("trust", key, reason));
        }
    }
    config.responses.check().map_err(|reason| ("responses", "decisions", reason))?;
    let url = &config.https.public_url;
    if !url.is_empty() && !url.starts_with("https://") {
        return Err(("https", "public_url", format!("must begin with https://, not {url:?}")));
    }
    check_web(config)?;
    for (id, plugin) in &config.plugin {
        plugin.check(id).map_err(|(key, reason)| ("plugin", key, format!("of {id} {reason}")))?;
    }
    if !config.admin.listen.ip().is_loopback() {
        let reason = format!("must be a loopback address, not {}", config.admin.listen.ip());
        return Err(("admin", "listen", reason));
    }
    Ok(())
}

fn check_web(config: &HubConfig) -> Result<(), Wrong> {
    let web = &config.web;
    let named = |path: &std::path::Path| !path.as_os_str().is_empty();
    if named(&web.certificate) != named(&web.key) {
        let reason = "and [web] key go together: name both, or neither".to_owned();
        return Err(("web", "certificate", reason));
    }
    if web.enabled && !named(&web.certificate) && !web.listen.ip().is_loopback() {
        let reason = format!(
            "is {}, where plain HTTP may not be spoken: name [web] certificate and key, or listen on \
             a loopback address behind a proxy",
            web.listen
        );
        return Err(("web", "listen", reason));
    }
    Ok(())
}
