use proptest::prelude::*;

use super::*;
use crate::push::Backoff;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn config() -> PushConfig {
    let mut config = PushConfig::default();
    (config.concurrency, config.rate_per_second, config.breaker_failures) = (2, 1000, 3);
    config.breaker = Backoff { first: Duration::from_secs(10), most: Duration::from_secs(40) };
    config
}

fn gate(config: &PushConfig) -> Gate {
    Gate::new(config, Terms { open: true, windows: Vec::new() })
}

fn call(gate: &mut Gate, verdict: Verdict, now: Timestamp) {
    assert_eq!(gate.admit(now), Admission::Now);
    gate.started(now);
    gate.ended(verdict, now, 0);
}

#[test]
fn a_partner_that_is_away_costs_one_probe_in_an_interval() {
    let mut gate = gate(&config());
    (0..3).for_each(|_| call(&mut gate, Verdict::Unreachable, at(100)));
    for (opened, wait) in [(100, 10), (110, 20), (130, 40), (170, 40)] {
        let probe = at(opened + wait);
        assert_eq!(gate.breaker(), BreakerState::Open { until: probe });
        assert_eq!(gate.admit(at(opened)), Admission::At(probe));
        assert_eq!(gate.admit(probe), Admission::Now);
        gate.started(probe);
        assert_eq!(gate.admit(probe), Admission::Later, "one probe alone");
        gate.ended(Verdict::Unreachable, probe, 0);
    }
    call(&mut gate, Verdict::Answers, at(250));
    assert_eq!(gate.breaker(), BreakerState::Closed);
}

#[test]
fn an_answer_between_failures_keeps_the_breaker_closed() {
    let mut gate = gate(&config());
    for _ in 0..10 {
        (0..2).for_each(|_| call(&mut gate, Verdict::Unreachable, at(1)));
        call(&mut gate, Verdict::Answers, at(1));
    }
    assert_eq!(gate.breaker(), BreakerState::Closed);
}

#[test]
fn a_probe_that_was_no_call_is_followed_by_another() {
    let mut gate = gate(&config());
    (0..3).for_each(|_| call(&mut gate, Verdict::Unreachable, at(1)));
    call(&mut gate, Verdict::Nothing, at(11));
    assert_eq!(gate.admit(at(11)), Admission::Now);
}

#[test]
fn a_clock_that_steps_back_delays_a_probe_by_one_interval_alone() {
    let mut gate = gate(&config());
    (0..3).for_each(|_| call(&mut gate, Verdict::Unreachable, at(10_000)));
    assert_eq!(gate.admit(at(50)), Admission::At(at(90)));
    assert_eq!(gate.admit(at(89)), Admission::At(at(90)));
    assert_eq!(gate.admit(at(90)), Admission::Now);
}

#[test]
fn nobody_is_called_in_a_maintenance_window() {
    let mut gate = gate(&config());
    let window =
        |from, until| MaintenanceWindow { from: at(from), until: at(until), reason: String::new() };
    let windows = vec![window(20, 30), window(10, 20), window(40, 50)];
    gate.set_terms(Terms { open: true, windows }, false);
    assert_eq!(gate.admit(at(9)), Admission::Now);
    assert_eq!(gate.admit(at(10)), Admission::At(at(30)));
    assert_eq!(gate.admit(at(30)), Admission::Now);
    gate.set_terms(Terms::default(), false);
    assert_eq!(gate.admit(at(30)), Admission::Later);
}

proptest! {
    /// However calls begin and end: never more at once than allowed, and in no second more than
    /// twice the rate (what was saved up and what was earned).
    #[test]
    fn concurrency_and_rate_are_kept(
        concurrency in 1_usize..5, rate in 1_u64..50,
        steps in prop::collection::vec((0_u64..400, any::<bool>()), 1..300),
    ) {
        let mut config = config();
        (config.concurrency, config.rate_per_second) = (concurrency, rate);
        let (mut gate, mut now, mut flying) = (gate(&config), 1_000_000_u64, 0);
        let mut calls: Vec<u64> = Vec::new();
        for (wait, ends) in steps {
            now += wait;
            if ends && flying > 0 {
                gate.ended(Verdict::Answers, Timestamp::from_millis(now), 0);
                flying -= 1;
            }
            while gate.admit(Timestamp::from_millis(now)) == Admission::Now {
                gate.started(Timestamp::from_millis(now));
                flying += 1;
                calls.push(now);
                prop_assert!(flying <= concurrency);
            }
            let lately = calls.iter().filter(|call| **call + 1000 > now).count() as u64;
            prop_assert!(lately <= 2 * rate, "{lately} calls in a second at {rate}");
        }
    }
}

#[test]
fn a_rate_is_kept_to_above_the_grain_of_the_clock_too() {
    for rate in [1, 50, 1000, 4000, 10_000] {
        let mut config = config();
        config.rate_per_second = rate;
        let mut gate = gate(&config);
        let mut calls = 0;
        for millis in 100_000..103_000 {
            let now = Timestamp::from_millis(millis);
            while gate.admit(now) == Admission::Now {
                call(&mut gate, Verdict::Answers, now);
                calls += 1;
            }
        }
        // A second's calls at once, then three seconds of them.
        assert!((rate * 3..=rate * 4 + 10).contains(&calls), "{rate}: {calls}");
    }
}
