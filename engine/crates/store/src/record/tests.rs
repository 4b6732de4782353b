use phytohub_domain::{
    AllowedDocument, CertificateScope, ChannelRule, Connection, ConnectionId, ConnectionKind,
    Consent, ContentForm, ContentHash, Direction, FairUse, Fingerprint, HubDeliveryNumber, Link,
    MaintenanceWindow, PushEndpoint, RegisteredCertificate, RuleType, ServerTrust,
    SigningCertificate, TrackingInfo, TrackingState,
};
use proptest::prelude::*;

use super::*;

fn any_envelope() -> impl Strategy<Value = StoredEnvelope> {
    let words = (".*", ".*", ".*");
    let numbers = (any::<u128>(), any::<u32>(), any::<Option<u32>>(), any::<i32>(), any::<i32>());
    let parties = (any::<u32>(), any::<Option<u32>>(), any::<Option<[u8; 16]>>());
    let copies = prop::collection::vec(("[A-Z]{2}[A-Z0-9-]{0,8}", any::<[u8; 16]>()), 0..3);
    let rest = (any::<u64>(), any::<u64>(), any::<Option<[u8; 32]>>(), any::<u64>(), 0_u8..3);
    let content = any::<([u8; 32], [u8; 16], bool)>();
    (words, numbers, rest, content, (parties, copies)).prop_map(
        |(words, numbers, rest, (hash, content_id, live), (parties, copies))| StoredEnvelope {
            number: HubDeliveryNumber::from_bytes(numbers.0.to_be_bytes()),
            from: words.0,
            to: words.1,
            from_id: ConnectionId(numbers.1),
            actor_id: ConnectionId(parties.0),
            to_id: numbers.2.map(ConnectionId),
            mailbox_id: parties.1.map(ConnectionId),
            copy_of: parties.2.map(HubDeliveryNumber::from_bytes),
            forwardings: copies
                .into_iter()
                .map(|(code, number)| {
                    (code.parse().expect("a code"), HubDeliveryNumber::from_bytes(number))
                })
                .collect(),
            certificate_type: numbers.3,
            certificate_status: numbers.4,
            nppo_certificate_number: words.2,
            mode: if live { ConnectionMode::Live } else { ConnectionMode::Test },
            sequence: rest.0,
            accepted: Timestamp::from_millis(rest.1),
            certificate: rest.2.map(Fingerprint),
            content_bytes: rest.3,
            content_form: ContentForm::from_u8(rest.4).expect("three forms"),
            content_hash: ContentHash(hash),
            response: live ^ (rest.3 % 2 == 0),
            origin: (rest.3 % 3 == 0).then(|| HubDeliveryNumber::from_bytes(content_id)),
            content_id,
        },
    )
}

proptest! {
    #[test]
    fn an_envelope_written_is_read_back(envelope in any_envelope()) {
        let bytes = encode_envelope(&envelope);
        let read = decode_envelope(envelope.number, &bytes).expect("a record of ours");
        prop_assert_eq!(read, envelope);
    }

    #[test]
    fn damaged_records_are_refused_or_read_never_a_panic(
        envelope in any_envelope(), place: prop::sample::Index, value: u8, cut: prop::sample::Index,
    ) {
        let mut bytes = encode_envelope(&envelope);
        let length = bytes.len();
        if let Some(byte) = bytes.get_mut(place.index(length)) {
            *byte = value;
        }
        let _ = decode_envelope(envelope.number, &bytes);
        bytes.truncate(cut.index(length));
        prop_assert!(decode_envelope(envelope.number, &bytes).is_err());
    }

    #[test]
    fn a_state_written_is_read_back(
        info in 0_u8..6, words: (String, String), flags: [bool; 4],
        times: (u64, Option<u64>, Option<u64>), attempts: u32,
    ) {
        let time = Timestamp::from_millis;
        let mut state = TrackingState::pending(time(times.0));
        state.info = TrackingInfo::from_u8(info).expect("six states");
        (state.message, state.last_error) = words;
        [state.content_released, state.parked, state.held, state.content_dropped] = flags;
        (state.next_attempt, state.handed_over) = (times.1.map(time), times.2.map(time));
        state.attempts = attempts;
        let number = HubDeliveryNumber::from_bytes([7; 16]);
        let read = decode_state(number, &encode_state(&state)).expect("a record of ours");
        prop_assert_eq!(read, state);
    }

    #[test]
    fn a_connection_written_is_read_back(
        name: String, serves: Vec<String>, enabled: bool, pairs: Vec<(i32, i32)>,
        certificates: Vec<([u8; 32], String, u8, u64, Option<u64>)>,
        partner: (Option<(String, Vec<u8>)>, Option<(String, Vec<Vec<u8>>)>, [bool; 8]),
        windows: Vec<(u64, u64, String)>, limits: (Option<u32>, Option<u64>, Option<u64>),
    ) {
        let code = "NLV".parse().expect("a code");
        let time = Timestamp::from_millis;
        let mut connection =
            Connection::new(ConnectionId(9), code, name, ConnectionMode::Live, time(5));
        (connection.serves, connection.enabled) = (serves, enabled);
        connection.allowed_documents = pairs
            .into_iter()
            .map(|(certificate_type, certificate_status)| AllowedDocument {
                certificate_type,
                certificate_status,
            })
            .collect();
        for (fingerprint, label, scope, at, removed) in certificates {
            let fingerprint = Fingerprint(fingerprint);
            let mut certificate =
                RegisteredCertificate::new(fingerprint, label, (time(at), time(at)), time(at));
            certificate.scope = CertificateScope::from_bits(scope);
            certificate.removed = removed.map(time);
            connection.certificates.push(certificate);
        }
        let (signing, push, flags) = partner;
        connection.signing = signing.map(|(dn, der)| SigningCertificate { dn, der });
        connection.push = push.map(|(url, authorities)| {
            let mut push = PushEndpoint::new(url);
            push.trust = match flags {
                [true, true, ..] => ServerTrust::Public,
                [true, false, ..] => ServerTrust::Key(Fingerprint([5; 32])),
                _ => ServerTrust::Authorities(authorities),
            };
            [push.allow_private, push.envelopes, push.tracking_updates] = [flags[1], flags[2], flags[3]];
            push
        });
        if flags[3] {
            connection.kind = ConnectionKind::Channel;
        } else if flags[4] {
            connection.kind = ConnectionKind::Hub;
            let code = |text: &str| text.parse().expect("a code");
            connection.link = Link { ours: vec![code("NO"), code("SE")], theirs: vec![code("NZ")] };
        }
        (connection.sends, connection.receives) = (flags[4], flags[5]);
        (connection.responses, connection.legal_hold) = (flags[6], flags[7]);
        let windows = windows.into_iter();
        connection.maintenance = windows
            .map(|(from, until, reason)| {
                MaintenanceWindow { from: time(from), until: time(until), reason }
            })
            .collect();
        connection.fair_use = FairUse {
            requests_per_minute: limits.0,
            bytes_per_minute: limits.1,
            pending_per_recipient: limits.2,
        };
        let bytes = encode_connection(&connection);
        let read = decode_connection(connection.id, &bytes).expect("a record of ours");
        prop_assert_eq!(read, connection);
    }

    #[test]
    fn a_rule_written_is_read_back(
        ids: (u32, u32, u32), codes: (i32, i32), words: (String, String, String),
        flags: (bool, bool, bool), times: (u64, u64),
    ) {
        let time = Timestamp::from_millis;
        let consent = Consent { by: words.0, at: time(times.0), reference: words.1 };
        let what = (
            if flags.0 { RuleType::Forward } else { RuleType::Delegate },
            if flags.1 { Direction::Out } else { Direction::Inc },
        );
        let sides = (ConnectionId(ids.1), ConnectionId(ids.2));
        let mut rule = ChannelRule::new(ids.0, sides, what, consent, time(times.1));
        (rule.certificate_type, rule.certificate_status) = codes;
        (rule.country_code, rule.active) = (words.2, flags.2);
        prop_assert_eq!(decode_rule(&encode_rule(&rule)), Some(rule));
    }
}

#[test]
fn an_update_written_is_read_back() {
    let number = HubDeliveryNumber::from_bytes([3; 16]);
    let state = TrackingState::rejected("nobody".into(), Timestamp::default());
    let read = decode_update(b"key", &encode_update(number, &state)).expect("a record of ours");
    assert_eq!(read, (number, TrackingInfo::FailedDelivery, "nobody".to_owned()));
    assert!(decode_update(b"key", b"").is_err());
}

#[test]
fn a_record_of_another_version_is_not_guessed_at() {
    let mut bytes = encode_state(&TrackingState::pending(Timestamp::default()));
    *bytes.first_mut().expect("a version byte") = VERSION + 1;
    let number = HubDeliveryNumber::from_bytes([0; 16]);
    assert!(matches!(decode_state(number, &bytes), Err(ReadError::Corrupt { what: "state", .. })));
}
