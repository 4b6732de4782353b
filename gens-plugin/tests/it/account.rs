//! Passwords, second factors, sessions, and limits on guessing.

use phytohub_gens::auth::{limit, totp_code};
use phytohub_gens::service::{LogIn, NewSession, Reauthentication, ServiceError};

use crate::world::{ADDRESS, PASSWORD, World};

fn token(world: &World, name: &str) -> NewSession {
    match world.gens.log_in("GH", name, PASSWORD, ADDRESS).expect("it logs in") {
        LogIn::Done(session) | LogIn::SecondFactor(session) => session,
    }
}

fn alive(world: &World, session: &NewSession) -> bool {
    world.gens.session(session.token(), ADDRESS).expect("it is looked up").is_some()
}

#[test]
fn every_log_in_has_a_token_of_its_own() {
    let world = World::new();
    let (one, other) = (token(&world, "officer"), token(&world, "officer"));
    assert_ne!(one.token(), other.token());
    assert!(alive(&world, &one) && alive(&world, &other));
    // A token that somebody made up, or fixed before, is none.
    let planted = world.gens.session("planted-by-somebody", ADDRESS).expect("it is looked up");
    assert!(planted.is_none());
    let session = world.gens.session(one.token(), ADDRESS).expect("looked up").expect("alive");
    assert!(session.is_csrf(session.csrf()) && !session.is_csrf("") && !session.is_csrf("x"));
    let second = world.gens.session(other.token(), ADDRESS).expect("looked up").expect("alive");
    assert!(!session.is_csrf(second.csrf()), "forms are of one session");
    world.gens.log_out(&session).expect("it ends");
    assert!(!alive(&world, &one) && alive(&world, &other));
}

#[test]
fn neither_tokens_nor_seeds_nor_passwords_are_in_the_database() {
    let world = World::new();
    let session = token(&world, "officer");
    let seed = world.enrol_issuer();
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(world.directory.path()).expect("it is there") {
        bytes.extend(std::fs::read(entry.expect("it is there").path()).expect("it is read"));
    }
    for secret in [session.token(), PASSWORD, &*seed] {
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    assert!(bytes.windows(9).any(|part| part == b"$argon2id"));
}

#[test]
fn session_ends_by_idleness_and_by_age() {
    let world = World::new();
    let session = token(&world, "officer");
    world.watch.pass_ms(limit::SESSION_IDLE_MS - 1);
    assert!(alive(&world, &session));
    world.watch.pass_ms(limit::SESSION_IDLE_MS);
    assert!(!alive(&world, &session));
    let session = token(&world, "officer");
    let step = limit::SESSION_IDLE_MS / 2;
    for _ in 0..limit::SESSION_MS / step - 1 {
        world.watch.pass_ms(step);
        assert!(alive(&world, &session), "it is used");
    }
    world.watch.pass_ms(step);
    assert!(!alive(&world, &session));
}

#[test]
fn password_is_half_the_way_where_there_is_a_second_factor() {
    let world = World::new();
    let seed = world.enrol_issuer();
    let waiting = token(&world, "issuer");
    assert!(!alive(&world, &waiting), "it is good for nothing else");
    let wrong = world.gens.second_factor(waiting.token(), "000000", ADDRESS);
    assert!(matches!(wrong, Err(ServiceError::Credentials)), "{wrong:?}");
    world.watch.pass_ms(30_000);
    let code = world.code(&seed);
    let session = world.gens.second_factor(waiting.token(), &code, ADDRESS).expect("it is right");
    assert_ne!(session.token(), waiting.token());
    assert!(alive(&world, &session));
    let again = world.gens.second_factor(waiting.token(), &code, ADDRESS);
    assert!(matches!(again, Err(ServiceError::SessionEnded)), "{again:?}");
}

#[test]
fn code_is_good_once_and_within_a_step_of_its_time() {
    let world = World::new();
    let seed = world.enrol_issuer();
    let code_at = |skew: i64| totp_code(&seed, world.gens.now_ms() + skew).expect("a seed");
    let enter =
        |code: &str| world.gens.second_factor(token(&world, "issuer").token(), code, ADDRESS);
    // The one of the enrolment is used up.
    assert!(matches!(enter(&code_at(0)), Err(ServiceError::Credentials)));
    world.watch.pass_ms(600_000);
    for skew in [-60_000, 60_000] {
        assert!(matches!(enter(&code_at(skew)), Err(ServiceError::Credentials)), "{skew}");
    }
    let early = code_at(-30_000);
    enter(&early).expect("half a minute late");
    assert!(matches!(enter(&early), Err(ServiceError::Credentials)), "once");
    enter(&code_at(30_000)).expect("half a minute early");
    assert!(matches!(enter(&code_at(0)), Err(ServiceError::Credentials)), "older than the last");
}

#[test]
fn issue_needs_the_second_factor_too() {
    let world = World::new();
    let id = world.approved(crate::sample::smallest("NL"));
    let seed = world.enrol_issuer();
    world.watch.pass_ms(60_000);
    let waiting = token(&world, "issuer");
    let code = world.code(&seed);
    let session = world.gens.second_factor(waiting.token(), &code, ADDRESS).expect("right");
    let session = world.gens.session(session.token(), ADDRESS).expect("looked up").expect("alive");
    let used = world.gens.issue(&session, id, 2, &Reauthentication { code, ..World::proof() });
    assert!(matches!(used, Err(ServiceError::Credentials)), "{used:?}");
    world.watch.pass_ms(30_000);
    let code = world.code(&seed);
    let proof = Reauthentication { code, ..World::proof() };
    world.gens.issue(&session, id, 2, &proof).expect("it is issued");
}

#[test]
fn guessing_is_limited_by_account_and_by_address() {
    let world = World::new();
    let guess = |name: &str, password: &str, address: &str| {
        world.gens.log_in("GH", name, password, address)
    };
    for _ in 0..limit::TRIES_OF_ACCOUNT_MAX {
        let wrong = guess("officer", "wrong", "198.51.100.1");
        assert!(matches!(wrong, Err(ServiceError::Credentials)), "{wrong:?}");
    }
    let limited = guess("officer", PASSWORD, "198.51.100.2");
    assert!(matches!(limited, Err(ServiceError::Limited { .. })), "{limited:?}");
    guess("inspector", PASSWORD, "198.51.100.1").expect("others go on");
    world.watch.pass_ms(limit::TRIES_WINDOW_MS);
    guess("officer", PASSWORD, "198.51.100.2").expect("it is over");
    let address = "198.51.100.3";
    for count in 0..limit::TRIES_OF_ADDRESS_MAX {
        let wrong = guess(&format!("nobody{count}"), "wrong", address);
        assert!(matches!(wrong, Err(ServiceError::Credentials)), "{wrong:?}");
    }
    let limited = guess("inspector", PASSWORD, address);
    assert!(matches!(limited, Err(ServiceError::Limited { .. })), "{limited:?}");
    guess("inspector", PASSWORD, "198.51.100.4").expect("from elsewhere");
}

#[test]
fn reset_by_an_administrator_ends_all_sessions() {
    let world = World::new();
    let admin = world.session("GH", "admin");
    let officer = world.session("GH", "officer").user();
    let session = token(&world, "officer");
    let wrong = world.gens.reset_password(admin, officer, &Reauthentication::default());
    assert!(matches!(wrong, Err(ServiceError::Credentials)));
    assert!(alive(&world, &session));
    let new = world.gens.reset_password(admin, officer, &World::proof()).expect("it is reset");
    assert!(!alive(&world, &session));
    let old = world.gens.log_in("GH", "officer", PASSWORD, ADDRESS);
    assert!(matches!(old, Err(ServiceError::Credentials)));
    let session = world.log_in("GH", "officer", new.reveal());
    let denied = world.gens.create_draft(&session, None);
    assert!(matches!(denied, Err(ServiceError::Denied(_))), "first a password of one's own");
    let session = {
        world.gens.change_password(&session, new.reveal(), PASSWORD).expect("it is changed");
        world.log_in("GH", "officer", PASSWORD)
    };
    world.gens.create_draft(&session, None).expect("now it works");
}

#[test]
fn lost_second_factor_is_taken_away_and_ends_all_sessions() {
    let world = World::new();
    world.enrol_issuer();
    let issuer = world.session("GH", "issuer").user();
    let admin = world.session("GH", "admin");
    world.gens.reset_second_factor(admin, issuer, &World::proof()).expect("it is taken away");
    let session = token(&world, "issuer");
    assert!(alive(&world, &session), "the password is enough");
}

#[test]
fn users_who_leave_hand_over_their_work_and_are_out() {
    let world = World::new();
    let (admin, officer) = (world.session("GH", "admin"), world.session("GH", "officer"));
    let id = world.gens.create_draft(officer, None).expect("it is begun");
    let session = token(&world, "officer");
    let (gone, heir) = (officer.user(), world.session("GH", "issuer").user());
    let given = world.gens.end_user(admin, gone, Some(heir)).expect("it is ended");
    assert_eq!(given, 1);
    assert!(!alive(&world, &session));
    let refused = world.gens.log_in("GH", "officer", PASSWORD, ADDRESS);
    assert!(matches!(refused, Err(ServiceError::Credentials)));
    let work = world.gens.work_list(world.session("GH", "issuer"), None).expect("it is listed");
    assert_eq!(work.rows.first().map(|card| card.id), Some(id));
}

#[test]
fn organization_logs_in_from_its_approval_to_its_end() {
    let world = World::new();
    world.register("GH", "newcomer");
    let early = world.gens.log_in("GH", "newcomer", PASSWORD, ADDRESS);
    assert!(matches!(early, Err(ServiceError::Credentials)), "{early:?}");
    let admin = world.session("GH", "admin");
    let page = world.gens.organizations(admin, true, None).expect("it is listed");
    let id = page.rows.first().expect("it waits").id;
    world.gens.approve_organization(admin, id).expect("it is approved");
    let session = token(&world, "newcomer");
    assert!(alive(&world, &session));
    world.gens.end_organization(admin, id, "Closed down").expect("it is ended");
    assert!(!alive(&world, &session));
}

#[test]
fn passwords_that_are_easy_to_guess_are_refused() {
    let world = World::new();
    let officer = world.session("GH", "officer");
    for bad in ["short", "aaaaaaaaaaaaaaaa", "password123", "my-officer-word", &*"x".repeat(129)] {
        let refused = world.gens.change_password(officer, PASSWORD, bad);
        assert!(matches!(refused, Err(ServiceError::Password(_))), "{bad}: {refused:?}");
    }
    world.gens.change_password(officer, PASSWORD, "quite another phrase").expect("it is changed");
}
