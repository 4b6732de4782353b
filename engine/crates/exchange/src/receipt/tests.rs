use super::*;

fn key() -> SigningKey {
    SigningKey::from_pkcs8(&SigningKey::generate().expect("randomness")).expect("a key")
}

fn receipt(key: &SigningKey) -> Receipt {
    let mut receipt = Receipt {
        format: RECEIPT_FORMAT.into(),
        hub: "hub.example".into(),
        number: "01JD8X2M3N4P5Q6R7S8T9V0W1X".into(),
        from: "NO".into(),
        to: "LK".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: "NO\n2026\\1".into(),
        content_hash: "00".repeat(32),
        sender_certificate: String::new(),
        outcome: "accepted".into(),
        accepted: "2026-11-21T10:11:12.000Z".into(),
        key_id: key.public().id().to_string(),
        signed: String::new(),
        signature: String::new(),
    };
    receipt.signed = receipt.text();
    receipt.signature = STANDARD.encode(key.sign(&receipt.signed));
    receipt
}

#[test]
fn a_receipt_written_is_read_back_and_holds() {
    let key = key();
    let receipt = receipt(&key);
    let read = Receipt::read(receipt.to_json().as_bytes()).expect("a receipt");
    assert_eq!(read, receipt);
    assert_eq!(read.verify(&key.public()), Ok(()));
    assert!(read.signed.starts_with("phytohub receipt 1\nhub:hub.example\nnumber:01JD8X2M3N"));
    assert!(read.signed.contains("\nnppo_certificate_number:NO\\n2026\\\\1\n"), "{}", read.signed);
}

#[test]
fn a_changed_receipt_does_not_hold() {
    let key = key();
    let check = |change: &dyn Fn(&mut Receipt), expected: ReceiptError| {
        let mut changed = receipt(&key);
        change(&mut changed);
        assert_eq!(changed.verify(&key.public()), Err(expected));
    };
    check(&|receipt| receipt.to = "AR".into(), ReceiptError::OtherText);
    check(&|receipt| receipt.signed.push('x'), ReceiptError::OtherText);
    check(
        &|receipt| {
            receipt.to = "AR".into();
            receipt.signed = receipt.text();
        },
        ReceiptError::Signature,
    );
    check(&|receipt| receipt.signature = "AAAA".into(), ReceiptError::Signature);
    check(&|receipt| receipt.signature = "no base64".into(), ReceiptError::Signature);
}

#[test]
fn another_key_proves_nothing() {
    let (key, other) = (key(), key());
    let given = other.public().id().to_string();
    let said = key.public().id().to_string();
    let told = receipt(&key).verify(&other.public());
    assert_eq!(told, Err(ReceiptError::OtherKey { given, said }));
}

#[test]
fn what_is_no_receipt_is_told() {
    assert!(matches!(Receipt::read(b"{}"), Err(ReceiptError::Form { .. })));
    let mut other = receipt(&key());
    other.format = "phytohub receipt 2".into();
    assert!(matches!(Receipt::read(other.to_json().as_bytes()), Err(ReceiptError::Form { .. })));
}
