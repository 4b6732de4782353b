//! The mock keeps the contract's promises, or plugins would be tested against another hub.

use phytohub_plugin_api::*;
use phytohub_plugin_loader::{
    DraftView, HostCall, HostServices, HttpHeaderView, KvAction, KvExpectation, KvOperationView,
};

use super::{BatchState, MockHost, StoredEnvelope};

fn put<'a>(key: &'a [u8], value: &'a [u8], expects: KvExpectation<'a>) -> KvOperationView<'a> {
    KvOperationView { key, action: KvAction::Put(value), expects }
}

fn status<T>(answer: phytohub_plugin_loader::Answer<T>) -> HubStatus {
    answer.map_or_else(|refusal| refusal.status, |_| HUB_OK)
}

#[test]
fn writes_do_all_or_nothing() {
    let host = MockHost::builder().kv("a", "1").build();
    let call = HostCall::default();
    let met = put(b"b", b"2", KvExpectation::Nothing);
    let unmet = put(b"a", b"2", KvExpectation::Value(b"0"));
    assert_eq!(status(host.kv_write(call, &[met, unmet], None)), HUB_CONFLICT);
    assert_eq!(host.value("b"), None);
    let now_met = put(b"a", b"2", KvExpectation::Value(b"1"));
    assert_eq!(status(host.kv_write(call, &[met, now_met], None)), HUB_OK);
    assert_eq!((host.value("a"), host.value("b")), (Some(b"2".to_vec()), Some(b"2".to_vec())));
    assert_eq!(status(host.kv_write(call, &[met], None)), HUB_CONFLICT);
    let empty = put(b"", b"", KvExpectation::Anything);
    assert_eq!(status(host.kv_write(call, &[empty], None)), HUB_INVALID);
}

#[test]
fn a_write_with_a_batch_ends_it_once() {
    let host = MockHost::builder().build();
    let ticket = host.open_batch(12);
    let write = || {
        let operation = put(b"a", b"1", KvExpectation::Anything);
        status(host.kv_write(HostCall::default(), &[operation], Some(ticket)))
    };
    host.fail("kv.write", HUB_UNAVAILABLE);
    assert_eq!((write(), host.cursor()), (HUB_UNAVAILABLE, 0));
    host.heal();
    assert_eq!((write(), host.cursor()), (HUB_OK, 12));
    assert_eq!(host.batch(ticket), Some(BatchState::Done));
    assert_eq!(write(), HUB_NOT_FOUND);
    assert_eq!(status(host.ticket_complete(ticket, HUB_OK, "")), HUB_NOT_FOUND);
    assert_eq!(host.calls("kv.write"), 3);
}

#[test]
fn what_is_not_granted_is_not_offered() {
    let all = MockHost::builder().build();
    assert!(all.offers(HUB_KV_ID) && all.offers(HUB_LOG_ID));
    assert!(!all.offers("hub.nothing/1"));
    let some = MockHost::builder().grant(HUB_KV_ID).build();
    assert!(some.offers(HUB_KV_ID) && some.offers(HUB_LOG_ID));
    assert!(!some.offers(HUB_ENVELOPES_ID));
}

#[test]
fn the_same_key_delivers_once() {
    let host = MockHost::builder().act_as("XA").build();
    let draft = DraftView { act_as: "XA", to: "XB", content: b"<a/>", ..DraftView::default() };
    let submit = |key: &[u8], draft: &DraftView<'_>| {
        let mut told = None;
        let answer = host.submit(HostCall::default(), key, draft, &mut |envelope| {
            told = Some((envelope.hub_delivery_number.to_owned(), envelope.flags));
            true
        });
        (status(answer), told)
    };
    let (_, first) = submit(b"k", &draft);
    let (number, flags) = first.expect("it was delivered");
    assert_eq!(flags, 0);
    assert_eq!(submit(b"k", &draft), (HUB_OK, Some((number, HUB_ENVELOPE_REPEATED))));
    assert_eq!(submit(b"k", &DraftView { to: "XC", ..draft }), (HUB_CONFLICT, None));
    assert_eq!(submit(b"l", &DraftView { act_as: "XB", ..draft }), (HUB_DENIED, None));
    assert_eq!(host.submitted().len(), 1);
}

#[test]
fn nothing_of_others_is_seen() {
    let foreign = StoredEnvelope {
        hub_delivery_number: "1".to_owned(),
        from: "XB".to_owned(),
        to: "XC".to_owned(),
        nppo_certificate_number: "N".to_owned(),
        ..StoredEnvelope::default()
    };
    let host = MockHost::builder().act_as("XA").envelope(foreign).build();
    let call = HostCall::default();
    let read = |number| host.read(call, "XA", number, &mut |_| true, None);
    assert_eq!(read("1").map_err(|r| r.reason), read("2").map_err(|r| r.reason));
    let mut found = 0;
    let counted = host.find(call, ("XB", ""), "N", 9, &mut |_| {
        found += 1;
        true
    });
    assert_eq!((status(counted), found), (HUB_OK, 0));
}

#[test]
fn an_answer_begins_once_and_ends_once() {
    let host = MockHost::builder().build();
    let call = HostCall::default();
    let ticket = host.open_request(b"");
    assert_eq!(status(host.http_write(call, ticket, b"x")), HUB_CONFLICT);
    let split = HttpHeaderView { name: "a", value: b"b\r\nc: d" };
    assert_eq!(status(host.http_start(call, ticket, 200, &[split])), HUB_INVALID);
    assert_eq!(status(host.http_start(call, ticket, 200, &[])), HUB_OK);
    assert_eq!(status(host.http_start(call, ticket, 200, &[])), HUB_CONFLICT);
    assert_eq!(status(host.http_finish(call, ticket)), HUB_OK);
    assert_eq!(status(host.http_finish(call, ticket)), HUB_NOT_FOUND);
    assert!(host.http_gone(ticket));
    assert_eq!(status(host.http_start(call, ticket + 1, 200, &[])), HUB_NOT_FOUND);
}
