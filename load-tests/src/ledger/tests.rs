use super::*;

const HASH: Hash = [1; 32];

#[test]
fn a_hub_that_keeps_its_promises_is_found_nothing() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    assert!(ledger.offered("LK", &header("C1", "N1"), Some(HASH)));
    ledger.acknowledgement_begins(id, Acknowledge::Receipt);
    ledger.acknowledgement_answered(id, Acknowledge::Receipt);
    ledger.state_told_in_quiet(id, &told("C1", "N1", "Delivered"));
    ledger.inbox_is("LK", &HashSet::new());
    assert_eq!(ledger.findings(), []);
    assert_eq!((ledger.accepted, ledger.acknowledged), (1, 1));
}

#[test]
fn what_is_accepted_and_gone_is_lost() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.state_told_in_quiet(id, &told("C1", "N1", "EnvelopeNotExists"));
    assert_eq!(kinds(&ledger), [Broken::Lost]);

    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.check_content(id, [2; 32]);
    assert_eq!(kinds(&ledger), [Broken::Lost]);

    let mut ledger = Ledger::default();
    accepted(&mut ledger, "C1", "N1");
    ledger.inbox_is("LK", &HashSet::new());
    assert_eq!(kinds(&ledger), [Broken::Lost], "pending, and in no inbox");
}

#[test]
fn an_answered_acknowledgement_is_not_undone() {
    for kind in [Acknowledge::Receipt, Acknowledge::Advanced] {
        let mut ledger = Ledger::default();
        let id = accepted(&mut ledger, "C1", "N1");
        ledger.acknowledgement_begins(id, kind);
        ledger.acknowledgement_answered(id, kind);
        ledger.state_told_in_quiet(id, &told("C1", "N1", "PendingDelivery"));
        assert_eq!(kinds(&ledger), [Broken::Undone]);
    }
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.acknowledgement_begins(id, Acknowledge::Receipt);
    ledger.acknowledgement_answered(id, Acknowledge::Receipt);
    ledger.offered("LK", &header("C1", "N1"), Some(HASH));
    assert_eq!(kinds(&ledger), [Broken::Undone], "it came back into the inbox");
}

#[test]
fn a_state_once_told_stays_though_its_acknowledgement_was_never_answered() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.acknowledgement_begins(id, Acknowledge::Receipt);
    let before = ledger.entry(id).possible;
    ledger.state_told(id, before, &told("C1", "N1", "PendingDelivery"));
    ledger.state_told(id, before, &told("C1", "N1", "Delivered"));
    assert_eq!(ledger.findings(), []);
    ledger.state_told_in_quiet(id, &told("C1", "N1", "PendingDelivery"));
    assert_eq!(kinds(&ledger), [Broken::Undone]);
}

#[test]
fn an_unanswered_acknowledgement_has_happened_or_not() {
    for state in ["PendingDelivery", "DeliveredWithWarnings"] {
        let mut ledger = Ledger::default();
        let id = accepted(&mut ledger, "C1", "N1");
        ledger.acknowledgement_begins(id, Acknowledge::Advanced);
        let mut answer = told("C1", "N1", state);
        answer.message =
            State::Warned.words("C1").filter(|_| state != "PendingDelivery").unwrap_or_default();
        ledger.state_told_in_quiet(id, &answer);
        assert_eq!(ledger.findings(), []);
    }
}

#[test]
fn a_failure_may_be_noted_only_and_the_next_acknowledgement_ends_it() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.acknowledgement_begins(id, Acknowledge::Failed);
    ledger.acknowledgement_answered(id, Acknowledge::Failed);
    ledger.offered("LK", &header("C1", "N1"), None);
    ledger.acknowledgement_begins(id, Acknowledge::Receipt);
    ledger.acknowledgement_answered(id, Acknowledge::Receipt);
    assert_eq!(ledger.findings(), []);
    assert_eq!(ledger.entry(id).possible.to_string(), "Delivered or Unreadable");
    ledger.state_told_in_quiet(id, &told("C1", "N1", "Delivered"));
    assert_eq!(ledger.findings(), []);
}

#[test]
fn the_first_acknowledgement_wins() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    for kind in [Acknowledge::Receipt, Acknowledge::Advanced] {
        ledger.acknowledgement_begins(id, kind);
        ledger.acknowledgement_answered(id, kind);
    }
    ledger.state_told_in_quiet(id, &told("C1", "N1", "DeliveredWithWarnings"));
    assert_eq!(kinds(&ledger), [Broken::Undone]);
}

#[test]
fn the_recipients_words_are_kept() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.acknowledgement_begins(id, Acknowledge::Advanced);
    ledger.acknowledgement_answered(id, Acknowledge::Advanced);
    ledger.state_told_in_quiet(id, &told("C1", "N1", "DeliveredWithWarnings"));
    assert_eq!(kinds(&ledger), [Broken::Lost]);
}

#[test]
fn an_unanswered_delivery_is_there_once_or_not_at_all() {
    let mut ledger = Ledger::default();
    ledger.delivery_begins("NO", "LK", "C1", HASH);
    assert!(!ledger.offered("LK", &header("C1", "N1"), None), "its header alone tells nothing");
    assert!(ledger.offered("LK", &header("C1", "N1"), Some(HASH)));
    assert_eq!(ledger.findings(), []);
    ledger.offered("LK", &header("C1", "N2"), Some(HASH));
    assert_eq!(kinds(&ledger), [Broken::Duplicated]);

    let mut ledger = Ledger::default();
    let id = ledger.delivery_begins("NO", "LK", "C1", HASH);
    ledger.inbox_is("LK", &HashSet::new());
    assert_eq!(ledger.entry(id).delivery, Delivery::Absent);
    ledger.offered("LK", &header("C1", "N1"), Some(HASH));
    assert_eq!(kinds(&ledger), [Broken::Misbehaved], "it rose from the dead");
}

#[test]
fn an_envelope_may_be_seen_before_its_delivery_is_answered() {
    let mut ledger = Ledger::default();
    let id = ledger.delivery_begins("NO", "LK", "C1", HASH);
    ledger.offered("LK", &header("C1", "N1"), Some(HASH));
    ledger.delivery_answered(id, "N1");
    assert_eq!(ledger.findings(), []);
    ledger.delivery_answered(id, "N2");
    assert_eq!(kinds(&ledger), [Broken::Duplicated]);
}

#[test]
fn a_number_is_given_once_and_numbers_grow() {
    let mut ledger = Ledger::default();
    accepted(&mut ledger, "C1", "N2");
    accepted(&mut ledger, "C2", "N2");
    assert_eq!(kinds(&ledger), [Broken::Disordered, Broken::Duplicated]);
    let mut ledger = Ledger::default();
    accepted(&mut ledger, "C1", "N2");
    accepted(&mut ledger, "C2", "N1");
    assert_eq!(kinds(&ledger), [Broken::Disordered]);
}

#[test]
fn a_withdrawal_does_not_overtake_its_certificate() {
    let mut ledger = Ledger::default();
    for (number, hash) in [("N1", [1; 32]), ("N2", [2; 32])] {
        let id = ledger.delivery_begins("NO", "LK", "C1", hash);
        ledger.delivery_answered(id, number);
    }
    ledger.offered("LK", &header("C1", "N2"), None);
    ledger.offered("LK", &header("C1", "N1"), None);
    assert_eq!(kinds(&ledger), [Broken::Disordered]);

    ledger.order_begins_anew("LK");
    for number in ["N1", "N2", "N1"] {
        ledger.offered("LK", &header("C1", number), None);
    }
    assert_eq!(ledger.findings().len(), 1, "in order, and round again");
}

#[test]
fn a_header_that_changed_and_an_envelope_never_sent_are_found() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.state_told_in_quiet(id, &told("C2", "N1", "PendingDelivery"));
    assert_eq!(kinds(&ledger), [Broken::Lost]);
    ledger.offered("LK", &header("C9", "N9"), Some([9; 32]));
    assert_eq!(kinds(&ledger), [Broken::Lost, Broken::Misbehaved]);
}

fn accepted(ledger: &mut Ledger, certificate: &str, number: &str) -> EntryId {
    let id = ledger.delivery_begins("NO", "LK", certificate, HASH);
    ledger.delivery_answered(id, number);
    id
}

fn header(certificate: &str, number: &str) -> Envelope {
    told(certificate, number, "PendingDelivery")
}

fn told(certificate: &str, number: &str, state: &str) -> Envelope {
    Envelope {
        from: "NO".into(),
        to: "LK".into(),
        certificate: certificate.into(),
        number: number.into(),
        state: state.into(),
        ..Envelope::default()
    }
}

fn kinds(ledger: &Ledger) -> Vec<Broken> {
    ledger.findings().iter().map(|finding| finding.kind).collect()
}

// ---- copies, services, retention: a forged history for each promise

const BEGUN: Duration = Duration::ZERO;

fn copied(ledger: &mut Ledger) -> EntryId {
    let id = ledger.copied_delivery_begins(("NO", "LK"), "ASW", "C1", HASH);
    ledger.delivery_answered(id, "N1");
    id
}

fn ended(ledger: &mut Ledger, id: EntryId) {
    ledger.acknowledgement_begins(id, Acknowledge::Receipt);
    ledger.acknowledgement_answered(id, Acknowledge::Receipt);
}

#[test]
fn every_copy_is_accounted_for() {
    let told = |code: &str, number: &str| vec![(code.to_owned(), number.to_owned())];
    let mut ledger = Ledger::default();
    let id = copied(&mut ledger);
    ledger.copies_told(id, &told("ASW", "N2"));
    ledger.offered("ASW", &header("C1", "N2"), Some(HASH));
    assert_eq!(ledger.findings(), []);
    ledger.offered("ASW", &header("C1", "N2"), Some([9; 32]));
    assert_eq!(kinds(&ledger), [Broken::Lost], "another content");

    for odd in [vec![], told("ASW", ""), told("XX", "N2")] {
        let mut ledger = Ledger::default();
        let id = copied(&mut ledger);
        ledger.copies_told(id, &odd);
        assert_eq!(kinds(&ledger), [Broken::Lost], "{odd:?}");
    }

    let mut ledger = Ledger::default();
    let id = copied(&mut ledger);
    ledger.copies_told(id, &told("ASW", "N2"));
    ledger.inbox_is("ASW", &HashSet::new());
    assert_eq!(kinds(&ledger), [Broken::Lost], "told, and in no inbox");

    let mut ledger = Ledger::default();
    let id = copied(&mut ledger);
    ledger.copies_told(id, &told("ASW", "N1"));
    assert_eq!(kinds(&ledger), [Broken::Duplicated], "the number of its original");
}

#[test]
fn of_an_envelope_and_its_copy_there_are_both_or_neither() {
    let mut ledger = Ledger::default();
    ledger.copied_delivery_begins(("NO", "LK"), "ASW", "C1", HASH);
    ledger.offered("LK", &header("C1", "N1"), Some(HASH));
    ledger.inbox_is("ASW", &HashSet::new());
    ledger.check_pairs();
    assert_eq!(kinds(&ledger), [Broken::Lost]);
}

#[test]
fn a_service_is_brought_what_was_accepted_in_its_order() {
    let mut ledger = Ledger::default();
    for (number, hash) in [("N1", [1; 32]), ("N2", [2; 32])] {
        let id = ledger.delivery_begins("NO", "LK", "C1", hash);
        ledger.delivery_answered(id, number);
    }
    ledger.brought("LK", &header("C1", "N2"), [2; 32], BEGUN);
    assert_eq!(kinds(&ledger), [Broken::Disordered]);
    ledger.brought("LK", &header("C1", "N1"), [9; 32], BEGUN);
    assert_eq!(kinds(&ledger), [Broken::Disordered, Broken::Lost]);
    ledger.brought("LK", &header("C1", "N3"), [1; 32], BEGUN);
    assert_eq!(kinds(&ledger)[2..], [Broken::Duplicated], "the same under another number");
}

#[test]
fn what_never_came_to_a_service_is_lost() {
    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    assert_eq!(ledger.never_brought("LK"), [id]);
    ledger.not_in_time(&[id], "was never brought");
    assert_eq!(kinds(&ledger), [Broken::Lost]);
    ledger.brought("LK", &header("C1", "N1"), HASH, BEGUN);
    assert!(ledger.never_brought("LK").is_empty());
    assert!(ledger.never_told("NO").is_empty(), "it has not ended");
    ended(&mut ledger, id);
    assert_eq!(ledger.never_told("NO"), [id]);
    ledger.update_told(&told("C1", "N1", "Delivered"));
    assert!(ledger.never_told("NO").is_empty());
    assert_eq!(kinds(&ledger), [Broken::Lost]);
}

#[test]
fn what_was_handed_over_is_not_brought_again_before_its_time() {
    let mut ledger = Ledger { ack_wait: Duration::from_secs(60), ..Ledger::default() };
    let id = accepted(&mut ledger, "C1", "N1");
    ledger.brought("LK", &header("C1", "N1"), HASH, BEGUN);
    ledger.handed_over(id);
    ledger.brought("LK", &header("C1", "N1"), HASH, Duration::from_secs(61));
    assert_eq!(ledger.findings(), []);
    ledger.brought("LK", &header("C1", "N1"), HASH, Duration::from_secs(30));
    assert_eq!(kinds(&ledger), [Broken::Undone]);

    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ended(&mut ledger, id);
    ledger.brought("LK", &header("C1", "N1"), HASH, Duration::from_secs(30));
    assert_eq!(kinds(&ledger), [Broken::Undone], "acknowledged long ago");
}

#[test]
fn a_sender_is_told_nothing_that_did_not_happen() {
    let mut ledger = Ledger::default();
    accepted(&mut ledger, "C1", "N1");
    ledger.update_told(&told("C1", "N1", "Delivered"));
    assert_eq!(kinds(&ledger), [Broken::Undone], "nobody acknowledged");

    let mut ledger = Ledger::default();
    let id = accepted(&mut ledger, "C1", "N1");
    ended(&mut ledger, id);
    ledger.update_told(&told("C1", "N1", "Delivered"));
    ledger.update_told(&told("C1", "N1", "Delivered"));
    assert_eq!(ledger.findings(), [], "at least once");
    ledger.update_told(&told("C1", "N1", "PendingDelivery"));
    assert!(!ledger.findings().is_empty());
}

#[test]
fn nothing_is_dropped_before_its_time_and_nothing_comes_back() {
    let (soon, late) = (Duration::ZERO, Duration::from_secs(3600));
    for (content, headers, left, fine) in [
        (soon, late, Kept::Record, true),
        (late, late, Kept::Record, false),
        (soon, soon, Kept::Nothing, true),
        (soon, late, Kept::Nothing, false),
    ] {
        let mut ledger =
            Ledger { retention: Some(Retention { content, headers }), ..Ledger::default() };
        let id = accepted(&mut ledger, "C1", "N1");
        ended(&mut ledger, id);
        ledger.gone(id, left, "gone");
        assert_eq!(ledger.findings().is_empty(), fine, "{content:?} {headers:?} {left:?}");
        if fine {
            ledger.check_content(id, HASH);
            assert_eq!(kinds(&ledger), [Broken::Misbehaved], "it is there again");
        }
    }
    let mut ledger =
        Ledger { retention: Some(Retention { content: soon, headers: soon }), ..Ledger::default() };
    let id = copied(&mut ledger);
    ledger.copies_told(id, &[("ASW".to_owned(), "N2".to_owned())]);
    ended(&mut ledger, id);
    let copy = ledger.by_number("N2").expect("told");
    ledger.gone(copy, Kept::Record, "dropped with its original");
    assert_eq!(kinds(&ledger), [Broken::Lost], "its channel has not taken it");
}

#[test]
fn what_is_sent_again_gets_the_number_that_it_had() {
    let mut ledger = Ledger::default();
    let id = ledger.delivery_begins("NO", "LK", "C1", HASH);
    ledger.offered("LK", &header("C1", "N1"), Some(HASH));
    assert!(ledger.delivery_again(id));
    ledger.delivery_answered(id, "N1");
    assert_eq!(ledger.findings(), []);
    ledger.delivery_answered(id, "N2");
    assert_eq!(kinds(&ledger), [Broken::Duplicated]);

    let mut ledger = Ledger::default();
    let id = ledger.delivery_begins("NO", "LK", "C1", HASH);
    ledger.inbox_is("LK", &HashSet::new());
    assert!(ledger.delivery_again(id), "it never happened, and may happen now");
    ledger.delivery_answered(id, "N1");
    assert_eq!(ledger.findings(), []);
    ledger.acknowledgement_begins(id, Acknowledge::Failed);
    assert!(!ledger.delivery_again(id), "another one for the hub");
}
