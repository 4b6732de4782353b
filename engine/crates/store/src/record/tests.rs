use proptest::prelude::*;

use super::*;

fn any_envelope() -> impl Strategy<Value = StoredEnvelope> {
    let words = (".*", ".*", ".*");
    let numbers = (any::<u128>(), any::<u32>(), any::<Option<u32>>(), any::<i32>(), any::<i32>());
    let rest = (any::<u64>(), any::<u64>(), any::<Option<[u8; 32]>>(), any::<u64>(), 0_u8..3);
    (words, numbers, rest, any::<([u8; 32], [u8; 16], bool)>()).prop_map(
        |(words, numbers, rest, (hash, content_id, live))| StoredEnvelope {
            number: HubDeliveryNumber::from_bytes(numbers.0.to_be_bytes()),
            from: words.0,
            to: words.1,
            from_id: ConnectionId(numbers.1),
            to_id: numbers.2.map(ConnectionId),
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
    fn a_state_written_is_read_back(info in 0_u8..6, message: String, flags: (bool, bool)) {
        let mut state = TrackingState::pending();
        state.info = TrackingInfo::from_u8(info).expect("six states");
        (state.message, (state.content_released, state.parked)) = (message, flags);
        let number = HubDeliveryNumber::from_bytes([7; 16]);
        let read = decode_state(number, &encode_state(&state)).expect("a record of ours");
        prop_assert_eq!(read, state);
    }

    #[test]
    fn a_connection_written_is_read_back(
        name: String, serves: Vec<String>, enabled: bool, pairs: Vec<(i32, i32)>,
        certificates: Vec<([u8; 32], String, u8, u64, Option<u64>)>,
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
        let bytes = encode_connection(&connection);
        let read = decode_connection(connection.id, &bytes).expect("a record of ours");
        prop_assert_eq!(read, connection);
    }
}

#[test]
fn a_record_of_another_version_is_not_guessed_at() {
    let mut bytes = encode_state(&TrackingState::pending());
    *bytes.first_mut().expect("a version byte") = VERSION + 1;
    let number = HubDeliveryNumber::from_bytes([0; 16]);
    assert!(matches!(decode_state(number, &bytes), Err(ReadError::Corrupt { what: "state", .. })));
}
