use super::*;

fn envelope(book: &Book, id: Id, number: &str, content: Option<&str>) -> Envelope {
    Envelope {
        certificate: format!("{}{id}", book.run),
        number: number.to_owned(),
        content: content.map(str::to_owned),
        ..Envelope::default()
    }
}

fn book_with_one() -> (Book, Id) {
    let mut book = Book::new("R-".into());
    let (id, certificate) = book.begin(0, 1);
    assert_eq!(certificate, "R-0");
    book.contains(id, hash_of("text"), 4);
    book.accepted(id, "N1");
    (book, id)
}

fn kinds(book: &Book) -> Vec<Broken> {
    book.told.findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn an_envelope_that_is_pulled_acknowledged_and_gone_is_no_finding() {
    let (mut book, id) = book_with_one();
    let offer = [envelope(&book, id, "N1", Some("text"))];
    assert_eq!(book.offered(1, &offer, 10, true), [id]);
    book.acknowledging(id);
    book.acknowledged(id, 20);
    book.tracked(id, "Delivered", 30);
    book.judge_drained(false);
    assert_eq!(kinds(&book), []);
    let counts = book.counts();
    assert_eq!((counts.accepted, counts.pulled, counts.acknowledged), (1, 1, 1));
}

#[test]
fn one_that_is_never_offered_is_lost() {
    let (mut book, _) = book_with_one();
    book.judge_drained(false);
    assert_eq!(kinds(&book), [Broken::Lost]);
    assert!(book.told.findings[0].text.contains("N1"), "the number is told");
}

#[test]
fn one_that_was_refused_or_not_answered_is_missed_by_nobody() {
    let mut book = Book::new("R-".into());
    let (refused, _) = book.begin(0, 1);
    book.refused(refused);
    let (unanswered, _) = book.begin(0, 1);
    book.unanswered(unanswered);
    book.judge_drained(false);
    assert_eq!(kinds(&book), []);
    let offer = [envelope(&book, refused, "N9", None)];
    book.offered(1, &offer, 5, true);
    assert_eq!(kinds(&book), [Broken::Misbehaved], "refused, and offered");
}

#[test]
fn a_changed_content_is_lost() {
    let (mut book, id) = book_with_one();
    let offer = [envelope(&book, id, "N1", Some("other"))];
    book.offered(1, &offer, 10, true);
    assert_eq!(kinds(&book), [Broken::Lost]);
}

#[test]
fn an_offer_asked_for_after_the_acknowledgement_was_answered_is_undone() {
    let (mut book, id) = book_with_one();
    let offer = [envelope(&book, id, "N1", Some("text"))];
    book.offered(1, &offer, 10, true);
    book.acknowledging(id);
    book.acknowledged(id, 20);
    book.offered(1, &offer, 15, true);
    book.offered(1, &offer, 30, false);
    assert_eq!(kinds(&book), [], "asked before the answer, or asked for by its number");
    book.offered(1, &offer, 30, true);
    assert_eq!(kinds(&book), [Broken::Undone]);
}

#[test]
fn numbers_given_twice_are_duplicates() {
    let (mut book, id) = book_with_one();
    let twice = envelope(&book, id, "N1", None);
    book.offered(1, &[twice.clone(), twice], 10, true);
    let (other, _) = book.begin(0, 1);
    book.accepted(other, "N1");
    let offer = [envelope(&book, id, "N2", None)];
    book.offered(1, &offer, 10, true);
    assert_eq!(kinds(&book), [Broken::Duplicated; 3]);
}

#[test]
fn states_must_follow_what_was_answered() {
    let (mut book, id) = book_with_one();
    book.tracked(id, "PendingDelivery", 10);
    book.tracked(id, "EnvelopeNotExists", 11);
    book.acknowledging(id);
    book.tracked(id, "Delivered", 12);
    book.acknowledged(id, 20);
    book.tracked(id, "PendingDelivery", 15);
    book.tracked(id, "PendingDelivery", 30);
    assert_eq!(kinds(&book), [Broken::Lost, Broken::Undone]);
}

#[test]
fn what_is_not_of_this_run_is_left_alone() {
    let (mut book, id) = book_with_one();
    let mut foreign = envelope(&book, id, "F1", Some("x"));
    foreign.certificate = "other".into();
    assert!(book.offered(1, &[foreign], 1, true).is_empty());
    assert_eq!((kinds(&book), book.counts().foreign), (vec![], 1));
}
