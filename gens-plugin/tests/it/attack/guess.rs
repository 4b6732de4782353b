//! Guessing: passwords, codes of the second factor, codes on paper; and what refusals give away.

use std::time::{Duration, Instant};

use phytohub_gens::auth::{limit, totp_code};
use phytohub_gens::service::{LogIn, Registration, ServiceError};

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::{ADDRESS, PASSWORD, World};

fn is_limited<T>(outcome: &Result<T, ServiceError>) -> bool {
    matches!(outcome, Err(ServiceError::Limited { .. }))
}

#[test]
fn one_password_for_many_accounts_is_as_limited_as_many_for_one() {
    let world = World::new();
    let address = "198.51.100.7";
    let mut tries = 0;
    let names = (0_u32..).map(|number| format!("user{number}"));
    for (tenant, name) in ["GH", "NL"].iter().cycle().zip(names) {
        let outcome = world.gens.log_in(tenant, &name, "Spring2026!!", address);
        if is_limited(&outcome) {
            break;
        }
        tries += 1;
    }
    assert_eq!(tries, limit::TRIES_OF_ADDRESS_MAX);
    assert!(is_limited(&world.gens.log_in("GH", "officer", PASSWORD, address)));
    // From elsewhere it goes on, and from there too after a while.
    world.gens.log_in("GH", "officer", PASSWORD, "198.51.100.8").expect("it logs in");
    world.watch.pass_ms(limit::TRIES_WINDOW_MS);
    world.gens.log_in("GH", "officer", PASSWORD, address).expect("it logs in");
}

#[test]
fn whoever_has_a_network_has_one_address() {
    let world = World::new();
    let guess = |host: u32, network: &str| {
        let address = format!("2001:db8:{network}::{host:x}:1");
        world.gens.log_in("GH", &format!("user{host}"), "wrong password", &address)
    };
    let tries = (0..).take_while(|host| !is_limited(&guess(*host, "1:2"))).count();
    assert_eq!(tries, limit::TRIES_OF_ADDRESS_MAX as usize);
    assert!(!is_limited(&guess(1000, "1:3")), "the neighbours go on");
    // One address is the same in either writing.
    let mapped = world.gens.log_in("GH", "x", "wrong", "::ffff:198.51.100.9");
    assert!(matches!(mapped, Err(ServiceError::Credentials)));
}

#[test]
fn codes_of_the_second_factor_cannot_be_tried_through() {
    let world = World::new();
    let seed = world.enrol_issuer();
    world.watch.pass_ms(60_000);
    let waiting = || match world.gens.log_in("GH", "issuer", PASSWORD, ADDRESS) {
        Ok(LogIn::SecondFactor(session)) => Ok(session),
        Ok(LogIn::Done(_)) => panic!("the second factor was not asked for"),
        Err(error) => Err(error),
    };
    let mut tries = 0;
    // With a new log-in for each code, from a new address each.
    for number in 0..1000_u32 {
        let address = format!("203.0.113.{}", number % 250);
        let Ok(session) = waiting() else { break };
        let guessed = format!("{number:06}");
        if is_limited(&world.gens.second_factor(session.token(), &guessed, &address)) {
            break;
        }
        tries += 1;
    }
    assert!(tries <= limit::TRIES_OF_ACCOUNT_MAX, "{tries}");
    world.watch.pass_ms(limit::TRIES_WINDOW_MS);
    let session = waiting().expect("the password is right");
    let code = world.code(&seed);
    world.gens.second_factor(session.token(), &code, ADDRESS).expect("it is right");
}

#[test]
fn codes_on_paper_are_limited_by_paper_and_no_other_paper_with_them() {
    let world = World::new();
    let paper = |id| {
        let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("it is seen");
        (view.token.expect("there is one"), view.paper_code.expect("there is one"))
    };
    let (one, _) = paper(world.issued(sample::smallest("US")).0);
    let (other, code) = paper(world.issued(sample::smallest("US")).0);
    let mut tries = 0;
    // From a new address each.
    for number in 0..200_u32 {
        let address = format!("203.0.113.{number}");
        let guessed = format!("{number:08}");
        if is_limited(&world.gens.verify_paper(&one, Some(&guessed), &address)) {
            break;
        }
        tries += 1;
    }
    assert_eq!(tries, limit::TRIES_OF_ACCOUNT_MAX);
    // The controls: the paper can still be looked at, and another one be read.
    let address = "198.51.100.20";
    world.gens.verify_paper(&one, None, address).expect("it is shown");
    let card = world.gens.verify_paper(&other, Some(&code), address).expect("it is shown");
    assert!(card.goods.is_some());
    world.watch.pass_ms(limit::TRIES_WINDOW_MS);
    world.gens.verify_paper(&one, Some("00000000"), address).expect("it is over");
    // Tokens are limited by who guesses them, and nobody else is.
    let guesses = (0..100).filter(|number| {
        let outcome = world.gens.verify_paper(&format!("guess{number}"), None, "203.0.113.1");
        matches!(outcome, Err(ServiceError::NotFound))
    });
    assert_eq!(guesses.count(), limit::TRIES_OF_ACCOUNT_MAX as usize);
    world.gens.verify_paper(&one, None, address).expect("others look on");
}

#[test]
fn nobody_keeps_others_from_registering() {
    let world = World::new();
    let register = |number: u32, address: &str| {
        let registration = Registration {
            tenant: "GH".to_owned(),
            organization: format!("Organization {number}"),
            address: vec!["1 Street".to_owned()],
            name: format!("flood{number}"),
            full_name: "Flood".to_owned(),
            password: PASSWORD.to_owned(),
            ..Registration::default()
        };
        world.gens.register(&registration, address)
    };
    let made = (0..100).take_while(|number| register(*number, "203.0.113.1").is_ok()).count();
    assert!(made <= limit::TRIES_OF_ACCOUNT_MAX as usize, "{made}");
    assert!(is_limited(&register(101, "203.0.113.1")));
    register(102, "203.0.113.2").expect("others register");
}

/// Statuses, pages and headers but for tokens.
fn refusal(world: &World, name: &str, password: &str) -> (u16, String) {
    let mut browser = Browser::new(world);
    let fields = [("tenant", "GH"), ("name", name), ("password", password)];
    let answer = browser.post("log-in", &fields);
    let csrf = browser.csrf();
    (answer.status(), text(&answer).replace(&csrf, "").replace(name, ""))
}

#[test]
fn whether_there_is_an_account_does_not_show() {
    let world = World::new();
    world.register("GH", "pending");
    let admin = world.session("GH", "admin");
    let inspector = world.session("GH", "inspector").user();
    world.gens.end_user(admin, inspector, None).expect("it is ended");
    let wrong = refusal(&world, "officer", "quite the wrong one");
    for (name, password) in [
        ("nobody", "quite the wrong one"),
        ("inspector", PASSWORD),
        ("pending", PASSWORD),
        ("officer", ""),
        ("officer--", PASSWORD),
    ] {
        assert_eq!(refusal(&world, name, password), wrong, "{name}");
    }
    assert_eq!(wrong.0, 401);
    // The control.
    assert_eq!(refusal(&world, "officer", PASSWORD).0, 303);
    // Other countries' accounts are none here.
    let outcome = world.gens.log_in("US", "officer", PASSWORD, ADDRESS);
    assert!(matches!(outcome, Err(ServiceError::Credentials)));
}

#[expect(clippy::disallowed_methods, reason = "what is measured is time")]
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

#[test]
fn log_in_takes_as_long_without_an_account_as_with_one() {
    let world = World::new();
    let mut tries = 0;
    let mut log_in = |name: &str| {
        tries += 1;
        let address = format!("198.51.100.{tries}");
        let outcome = world.gens.log_in("GH", name, "quite the wrong one", &address);
        assert!(matches!(outcome, Err(ServiceError::Credentials)), "{outcome:?}");
    };
    log_in("nobody");
    // The shortest of some runs side by side: what the machine does besides lengthens the others.
    let (mut with, mut without) = (Duration::MAX, Duration::MAX);
    for _ in 0..9 {
        with = with.min(time(|| log_in("officer")));
        without = without.min(time(|| log_in("nobody")));
    }
    // Without the hash it would be a hundredth.
    let ratio = with.as_secs_f64() / without.as_secs_f64();
    assert!((0.25..4.0).contains(&ratio), "{with:?} with, {without:?} without");
}

#[test]
fn tries_are_counted_by_what_fits_a_row() {
    let world = World::new();
    let long = "x".repeat(300_000);
    let outcome = world.gens.log_in(&long, &long, &long, &long);
    assert!(matches!(outcome, Err(ServiceError::Credentials)));
    let kept = super::state::one(
        &world,
        "SELECT CAST(max(length(tenant) + length(account) + length(address)) AS TEXT)
         FROM login_attempt",
    );
    assert!(kept.parse::<u32>().expect("a number") <= 512, "{kept}");
}

#[test]
fn lost_factor_taken_away_and_password_given_anew_end_what_was_open() {
    for path in ["password", "second-factor"] {
        let world = World::new();
        let seed = world.enrol_issuer();
        let mut open = Browser::with_session(&world, "GH", "issuer");
        assert_eq!(open.get("").status(), 200);
        let waiting = world.gens.log_in("GH", "issuer", PASSWORD, ADDRESS).expect("half way");
        let LogIn::SecondFactor(waiting) = waiting else { panic!("it is asked for") };
        let mut admin = Browser::with_session(&world, "GH", "admin");
        let page = format!("users/{}/{path}", world.session("GH", "issuer").user());
        assert_eq!(admin.post(&page, &[("password", "wrong")]).status(), 422);
        assert_eq!(open.get("").status(), 200, "nothing was done");
        assert_eq!(admin.post(&page, &[("password", PASSWORD)]).status(), 200);
        assert_eq!(open.get("").status(), 303, "{path}: the session has ended");
        let code = totp_code(&seed, world.gens.now_ms() + 30_000).expect("it is a seed");
        let late = world.gens.second_factor(waiting.token(), &code, ADDRESS);
        assert!(matches!(late, Err(ServiceError::SessionEnded)), "{path}: {late:?}");
    }
}
