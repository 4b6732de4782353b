//! Standing orders: copies for channels, mail in a delegate's inbox, who acts for whom.

use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, EnvelopeForwarding, EnvelopeHeader, ErrorKind,
    Fingerprint, Limits, TrackingInfo,
};
use phytohub_exchange::admin::{EventView, RuleDone, RuleInput, RuleView};
use phytohub_exchange::{AdminReply, AdminRequest, CallError, Caller};
use phytohub_wire::soap::{self, Request, Text};

use super::fixture::{
    ADDRESS, Fixture, OPERATOR, certificate, header, number, read, read_envelope, text,
};

/// The fixture's post office with the countries FR and DE, the single window EU-T that shall act
/// for them, and the channels ASW and CH-1.
struct Office {
    fixture: Fixture,
}

const MORE: [(&str, u8); 5] = [("FR", 40), ("DE", 41), ("EU-T", 42), ("ASW", 43), ("CH-1", 44)];

impl Office {
    async fn new() -> Self {
        Self::with_limits(Limits::default()).await
    }

    async fn with_limits(limits: Limits) -> Self {
        let fixture = Fixture::with_limits(limits).await;
        for (code, byte) in MORE {
            let certificates = vec![certificate(byte, "all")];
            if byte < 43 {
                fixture.add(code, "test", certificates).await;
            } else {
                let (code, name) = (code.into(), format!("Channel {code}"));
                let (mode, accepts) = ("test".into(), Vec::new());
                let add = AdminRequest::ChannelAdd { code, name, mode, accepts, certificates };
                fixture.admin(add).await;
            }
        }
        Self { fixture }
    }

    fn system(&self, code: &str) -> Caller {
        match MORE.iter().find(|(known, _)| *known == code) {
            Some((_, byte)) => {
                let certificate = Some(Fingerprint([*byte; 32]));
                self.fixture.hub.identify(certificate, ADDRESS).expect("a caller")
            }
            None => self.fixture.caller(code),
        }
    }

    async fn rule(&self, rule: RuleInput) -> RuleDone {
        match self.fixture.admin(AdminRequest::RuleAdd { rule }).await {
            AdminReply::RuleDone(done) => done,
            other => panic!("another answer: {other:?}"),
        }
    }

    async fn refused(&self, rule: RuleInput, words: &str) {
        let error = self.fixture.hub.admin(&OPERATOR, AdminRequest::RuleAdd { rule }).await;
        let error = error.expect_err(words);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }

    async fn set_active(&self, id: u32, active: bool) -> RuleDone {
        match self.fixture.admin(AdminRequest::RuleSetActive { id, active }).await {
            AdminReply::RuleDone(done) => done,
            other => panic!("another answer: {other:?}"),
        }
    }

    async fn send(&self, actor: &str, header: &EnvelopeHeader) -> EnvelopeHeader {
        let envelope = read_envelope(header, "<a>&amp; å</a>");
        self.fixture.hub.deliver_envelope(&self.system(actor), envelope).await.expect("answered")
    }

    /// Numbers of what waits, of one country or all.
    async fn waiting(&self, code: &str, country: &str) -> Vec<EnvelopeHeader> {
        let country = match read(soap::client::get_import_envelope_headers(Some(country))) {
            Request::GetImportEnvelopeHeaders { country_code } => country_code,
            other => panic!("another request: {other:?}"),
        };
        let caller = self.system(code);
        let list = self.fixture.hub.get_import_envelope_headers(&caller, country.as_ref()).await;
        list.expect("answered")
    }

    async fn acknowledge(&self, code: &str, number: &Text) -> Result<TrackingInfo, CallError> {
        let received =
            Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() };
        let answer = self.fixture.hub.acknowledge(&self.system(code), number, received).await?;
        Ok(answer.tracking_info)
    }

    async fn track(&self, code: &str, number: &Text) -> EnvelopeHeader {
        let caller = self.system(code);
        let tracked = self.fixture.hub.get_envelope_tracking_info(&caller, number).await;
        tracked.expect("answered")
    }

    async fn state(&self, code: &str, number: &Text) -> TrackingInfo {
        self.track(code, number).await.tracking_info.expect("a state")
    }

    async fn history(&self, reply: &EnvelopeHeader) -> Vec<EventView> {
        let number = reply.hub_delivery_number.clone().expect("a number");
        match self.fixture.admin(AdminRequest::EnvelopeHistory { number }).await {
            AdminReply::History(events) => events,
            other => panic!("another answer: {other:?}"),
        }
    }
}

fn rule(owner: &str, channel: &str, rule_type: &str, direction: &str) -> RuleInput {
    RuleInput {
        owner: owner.into(),
        channel: channel.into(),
        rule_type: rule_type.into(),
        direction: direction.into(),
        certificate_type: 0,
        certificate_status: 0,
        country: String::new(),
        consent_by: format!("Director of {owner}"),
        consent_reference: "letter 7/2026".into(),
        consent_at_ms: None,
    }
}

fn copies(header: &EnvelopeHeader) -> Vec<&str> {
    header.forwardings.iter().map(|forwarding| forwarding.code.as_str()).collect()
}

fn copy_to(header: &EnvelopeHeader, code: &str) -> Text {
    let copy = header.forwardings.iter().find(|forwarding| forwarding.code == code);
    text(copy.and_then(|copy| copy.hub_delivery_number.as_deref()).expect("a copy"))
}

#[tokio::test]
async fn a_delegate_does_a_days_work_for_its_countries() {
    let office = Office::new().await;
    for country in ["FR", "DE"] {
        for direction in ["INC", "OUT"] {
            office.rule(rule(country, "EU-T", "DELEGATE", direction)).await;
        }
    }
    // What comes for the countries waits for the delegate, who sees them apart.
    let to_fr = office.send("NO", &header("NO", "FR", "N-1")).await;
    let to_de = office.send("NO", &header("NO", "DE", "N-2")).await;
    assert_eq!(to_fr.tracking_info, Some(TrackingInfo::PendingDelivery));
    let listed = |headers: Vec<EnvelopeHeader>| -> Vec<String> {
        headers.into_iter().map(|header| header.to).collect()
    };
    assert_eq!(listed(office.waiting("EU-T", "").await), ["FR", "DE"]);
    assert_eq!(listed(office.waiting("EU-T", "DE").await), ["DE"]);
    assert_eq!(listed(office.waiting("EU-T", "NO").await), Vec::<String>::new());
    assert_eq!(office.waiting("FR", "").await.len(), 0);
    let fr = number(&to_fr);
    assert!(office.acknowledge("FR", &fr).await.is_err(), "it lies in another's inbox");
    let pulled = office.fixture.hub.pull_import_envelope(&office.system("EU-T"), |_| true).await;
    let pulled = pulled.expect("answered");
    assert_eq!(pulled.iter().map(|e| e.header.to.as_str()).collect::<Vec<_>>(), ["FR", "DE"]);
    office.fixture.hub.content_released(&office.system("EU-T"), &pulled[0].content);
    assert_eq!(office.acknowledge("EU-T", &fr).await.expect("its own"), TrackingInfo::Delivered);
    for who in ["NO", "FR", "EU-T"] {
        assert_eq!(office.state(who, &fr).await, TrackingInfo::Delivered, "{who}");
    }
    assert_eq!(office.state("DE", &fr).await, TrackingInfo::EnvelopeNotExists);
    let acts = office.history(&to_fr).await;
    let who: Vec<_> = acts.iter().map(|e| (e.actor.as_str(), e.on_behalf.as_str())).collect();
    assert_eq!(who, [("NO", ""), ("EU-T", "FR"), ("EU-T", "FR")], "who acted, and for whom");
    assert_eq!(office.waiting("EU-T", "").await[0].hub_delivery_number, to_de.hub_delivery_number);

    // What the delegate sends goes out in the country's name.
    let sent = office.send("EU-T", &header("FR", "NO", "F-1")).await;
    assert_eq!(sent.tracking_info, Some(TrackingInfo::PendingDelivery), "{sent:?}");
    assert_eq!(office.waiting("NO", "").await[0].from, "FR");
    for who in ["FR", "EU-T", "NO"] {
        assert_eq!(office.state(who, &number(&sent)).await, TrackingInfo::PendingDelivery);
    }
    let delegate = office.system("EU-T");
    let under_delivery = office.fixture.hub.get_under_delivery_envelope(&delegate);
    assert_eq!(under_delivery.await.expect("answered")[0].from, "FR");
    let told = office.history(&sent).await;
    assert_eq!((told[0].actor.as_str(), told[0].on_behalf.as_str()), ("EU-T", "FR"));
    assert_eq!(
        office.acknowledge("NO", &number(&sent)).await.expect("its own"),
        TrackingInfo::Delivered
    );

    // One country to the other: out of and into the same hands.
    let between = office.send("EU-T", &header("FR", "DE", "F-2")).await;
    assert_eq!(listed(office.waiting("EU-T", "DE").await), ["DE", "DE"]);
    assert_eq!(office.state("DE", &number(&between)).await, TrackingInfo::PendingDelivery);

    // For nobody else, and it can still be looked up why not.
    let refused = office.send("EU-T", &header("LK", "NO", "L-1")).await;
    let message = refused.error_message.clone().expect("a message");
    assert!(message.starts_with("From: must be EU-T"), "{message}");
    assert_eq!(office.state("EU-T", &number(&refused)).await, TrackingInfo::FailedDelivery);
    assert_eq!(office.state("LK", &number(&refused)).await, TrackingInfo::EnvelopeNotExists);
    assert!(office.fixture.store.broken_chain().expect("readable").is_none());
}

#[tokio::test]
async fn a_copy_is_the_channels_own_and_leaves_the_original_alone() {
    let office = Office::new().await;
    let only_issued = RuleInput { certificate_status: 70, ..rule("LK", "ASW", "FORWARD", "INC") };
    office.rule(only_issued).await;
    let mut named = header("NO", "LK", "N-1");
    let forwarding = |code: &str| EnvelopeForwarding { code: code.into(), ..Default::default() };
    named.forwardings = vec![forwarding("CH-1"), forwarding("ASW"), forwarding("CH-1")];
    let reply = office.send("NO", &named).await;
    assert_eq!(copies(&reply), ["CH-1", "ASW"], "each channel has one copy");
    let (original, copy) = (number(&reply), copy_to(&reply, "ASW"));

    let pulled = office.fixture.hub.pull_import_envelope(&office.system("ASW"), |_| true).await;
    let pulled = pulled.expect("answered");
    let told = &pulled[0].header;
    assert_eq!((told.from.as_str(), told.to.as_str()), ("NO", "LK"));
    assert_eq!(told.hub_delivery_number.as_deref(), Some(&*copy.decode()));
    assert!(told.forwardings.is_empty(), "a copy does not tell of other copies");
    let lk = office.system("LK");
    let at_lk = office.fixture.hub.pull_single_import_envelope(&lk, &original);
    let at_lk = at_lk.await.expect("answered");
    assert_eq!(pulled[0].content.ready(), at_lk.content.ready(), "the same content");
    assert_eq!(at_lk.header.forwardings, reply.forwardings, "the recipient sees the copies");
    assert!(office.acknowledge("ASW", &original).await.is_err(), "the original is not its own");
    assert!(office.acknowledge("LK", &copy).await.is_err(), "nor the copy the recipient's");

    assert_eq!(office.acknowledge("ASW", &copy).await.expect("its own"), TrackingInfo::Delivered);
    assert_eq!(office.state("LK", &original).await, TrackingInfo::PendingDelivery);
    assert_eq!(office.state("NO", &copy).await, TrackingInfo::Delivered, "the sender may look");
    assert_eq!(office.track("NO", &original).await.forwardings, reply.forwardings);
    assert_eq!(office.waiting("ASW", "").await.len(), 0);
    assert_eq!(office.waiting("CH-1", "LK").await.len(), 1);
    assert_eq!(office.waiting("LK", "").await[0].forwardings, reply.forwardings);
    assert_eq!(
        office.acknowledge("LK", &original).await.expect("its own"),
        TrackingInfo::Delivered
    );
    assert_eq!(office.state("NO", &copy_to(&reply, "CH-1")).await, TrackingInfo::PendingDelivery);

    let mut withdrawn = header("NO", "LK", "N-1");
    withdrawn.certificate_status = 40;
    assert!(office.send("NO", &withdrawn).await.forwardings.is_empty(), "of another status");
}

#[tokio::test]
async fn a_delegate_that_ends_gives_back_what_waits() {
    let office = Office::new().await;
    let before = office.send("NO", &header("NO", "FR", "N-0")).await;
    let done = office.rule(rule("FR", "EU-T", "DELEGATE", "INC")).await;
    assert!(done.told.contains("1 that waited before stay"), "{}", done.told);
    let mut delivered = Vec::new();
    for index in 1..=3 {
        delivered.push(office.send("NO", &header("NO", "FR", &format!("N-{index}"))).await);
    }
    let own = office.send("NO", &header("NO", "EU-T", "N-9")).await;
    office.acknowledge("EU-T", &number(&delivered[0])).await.expect("its own");
    assert_eq!(office.waiting("FR", "").await.len(), 1);

    let done = office.set_active(done.rule.id, false).await;
    assert_eq!((done.moved, done.rule.active), (2, false), "{}", done.told);
    let numbers = |headers: Vec<EnvelopeHeader>| -> Vec<Option<String>> {
        headers.into_iter().map(|header| header.hub_delivery_number).collect()
    };
    let expected = [&before, &delivered[1], &delivered[2]].map(|r| r.hub_delivery_number.clone());
    assert_eq!(numbers(office.waiting("FR", "").await), expected, "in the order of acceptance");
    assert_eq!(numbers(office.waiting("EU-T", "").await), [own.hub_delivery_number]);
    assert!(office.acknowledge("EU-T", &number(&delivered[1])).await.is_err(), "no more its own");
    let moved = office.history(&delivered[1]).await;
    assert_eq!(moved.last().map(|event| event.kind.as_str()), Some("EnvelopeMoved"));
    let state = office.acknowledge("FR", &number(&delivered[1])).await.expect("its own again");
    assert_eq!(state, TrackingInfo::Delivered);
    let next = office.send("NO", &header("NO", "FR", "N-4")).await;
    assert_eq!(office.state("EU-T", &number(&next)).await, TrackingInfo::EnvelopeNotExists);
    assert_eq!(office.set_active(done.rule.id, false).await.moved, 0, "ended twice is ended");

    let again = office.set_active(done.rule.id, true).await;
    assert!(again.rule.active && again.moved == 0);
    assert_eq!(office.waiting("FR", "").await.len(), 3, "what was accepted before stays");
    office.send("NO", &header("NO", "FR", "N-5")).await;
    assert_eq!(office.waiting("EU-T", "FR").await.len(), 1);
}

#[tokio::test]
async fn a_delegate_by_two_rules_keeps_the_mail_until_the_last_ends() {
    let office = Office::new().await;
    let all = office.rule(rule("FR", "EU-T", "DELEGATE", "INC")).await.rule.id;
    let from_no = RuleInput { country: "NO".into(), ..rule("FR", "EU-T", "DELEGATE", "INC") };
    let from_no = office.rule(from_no).await.rule.id;
    office.send("NO", &header("NO", "FR", "N-1")).await;
    assert_eq!(office.set_active(from_no, false).await.moved, 0);
    assert_eq!(office.set_active(all, false).await.moved, 1);
}

#[tokio::test]
async fn forwardings_name_channels_that_can_have_a_copy() {
    let office = Office::new().await;
    let refused = async |code: &str, words: &str| {
        let mut named = header("NO", "LK", "N-1");
        named.forwardings = vec![EnvelopeForwarding { code: code.into(), ..Default::default() }];
        let reply = office.send("NO", &named).await;
        let message = reply.error_message.expect("a message");
        assert!(message.starts_with("Forwardings: ") && message.contains(words), "{message}");
        assert!(reply.forwardings.is_empty());
    };
    refused("XX", "no channel of this hub").await;
    refused("AR", "no channel of this hub").await;
    let disable = AdminRequest::ConnectionSetEnabled { code: "ASW".into(), enabled: false };
    office.fixture.admin(disable).await;
    refused("ASW", "receives nothing").await;
    let to_channel = office.send("NO", &header("NO", "CH-1", "N-1")).await;
    let message = to_channel.error_message.expect("a message");
    assert!(message.starts_with("To: CH-1 is a channel"), "{message}");
    let from_channel = office.send("CH-1", &header("CH-1", "NO", "N-1")).await;
    let message = from_channel.error_message.expect("a message");
    assert!(message.starts_with("From: CH-1 is a channel"), "{message}");

    let mut limits = Limits::default();
    limits.forwardings = 1;
    let narrow = Office::with_limits(limits).await;
    let mut named = header("NO", "LK", "N-1");
    named.forwardings = ["ASW", "CH-1"]
        .map(|code| EnvelopeForwarding { code: code.into(), ..Default::default() })
        .to_vec();
    let message = narrow.send("NO", &named).await.error_message.expect("a message");
    assert!(message.contains("go to 2 channels") && message.contains("1 at most"), "{message}");
    narrow.refused(rule("LK", "ASW", "FORWARD", "INC"), "limits.forwardings").await;
}

#[tokio::test]
async fn a_rule_that_makes_no_sense_is_refused_when_it_is_set() {
    let office = Office::new().await;
    let first = office.rule(rule("FR", "EU-T", "DELEGATE", "INC")).await.rule.id;
    office.refused(rule("FR", "EU-T", "DELEGATE", "INC"), "the same as rule 1").await;
    office.refused(rule("FR", "DE", "DELEGATE", "INC"), "gives EU-T the same mail").await;
    office.refused(rule("EU-T", "FR", "DELEGATE", "INC"), "circle back to EU-T").await;
    office.refused(rule("FR", "FR", "DELEGATE", "OUT"), "to itself").await;
    office.refused(rule("FR", "NL", "DELEGATE", "OUT"), "never exchange").await;
    office.refused(rule("FR", "DE", "FORWARD", "OUT"), "is no channel").await;
    office.refused(rule("ASW", "EU-T", "DELEGATE", "OUT"), "no mail of its own").await;
    office.refused(rule("FR", "DE", "BORROW", "OUT"), "FORWARD or DELEGATE").await;
    let unsaid = RuleInput { consent_by: " ".into(), ..rule("DE", "EU-T", "DELEGATE", "INC") };
    office.refused(unsaid, "must consent").await;
    let future =
        RuleInput { consent_at_ms: Some(u64::MAX / 2), ..rule("DE", "EU-T", "DELEGATE", "INC") };
    office.refused(future, "of the future").await;
    // Of mail that speaks more narrowly, another may be the delegate.
    let narrow = RuleInput { country: "NO".into(), ..rule("FR", "DE", "DELEGATE", "INC") };
    office.rule(narrow).await;
    office.send("NO", &header("NO", "FR", "N-1")).await;
    office.send("LK", &header("LK", "FR", "L-1")).await;
    assert_eq!(office.waiting("DE", "").await[0].from, "NO");
    assert_eq!(office.waiting("EU-T", "").await[0].from, "LK");
    // What was refused takes part again when it stands alone.
    office.set_active(first, false).await;
    office.rule(rule("FR", "LK", "DELEGATE", "INC")).await;
    let error = office
        .fixture
        .hub
        .admin(&OPERATOR, AdminRequest::RuleSetActive { id: first, active: true });
    assert!(error.await.expect_err("in conflict now").to_string().contains("gives LK the same"));
}

#[tokio::test]
async fn rules_survive_and_their_consent_is_told() {
    let office = Office::new().await;
    office.rule(rule("FR", "ASW", "FORWARD", "OUT")).await;
    let listed = rules(&office.fixture, Some("ASW")).await;
    assert!(rules(&office.fixture, Some("DE")).await.is_empty());
    assert_eq!(listed[0].consent_by, "Director of FR");
    let events = office.fixture.store.events(1, 1000).expect("readable");
    let told = events.iter().find(|event| event.event.kind.as_str() == "RuleAdded").expect("told");
    assert_eq!((told.event.from.as_str(), told.event.to.as_str()), ("FR", "ASW"));
    assert!(told.event.detail.contains("consent of Director of FR"), "{}", told.event.detail);
    assert!(told.event.detail.contains("letter 7/2026"), "{}", told.event.detail);
    let reopened = office.fixture.reopen();
    assert_eq!(rules(&reopened, None).await, listed);
    let envelope = read_envelope(&header("NO", "LK", "N-1"), "x");
    let reply = reopened.hub.deliver_envelope(&reopened.caller("NO"), envelope).await;
    assert!(reply.expect("answered").forwardings.is_empty(), "not an order of NO");
}

async fn rules(fixture: &Fixture, code: Option<&str>) -> Vec<RuleView> {
    match fixture.admin(AdminRequest::RuleList { code: code.map(str::to_owned) }).await {
        AdminReply::Rules(rules) => rules,
        other => panic!("another answer: {other:?}"),
    }
}
