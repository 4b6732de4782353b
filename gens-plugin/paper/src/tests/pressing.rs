use std::time::Duration;

use super::*;

#[test]
fn sheets_are_printed_side_by_side() {
    let press = Press::new();
    std::thread::scope(|scope| {
        for lines in 1..=limit::PRINTERS + 2 {
            let press = &press;
            scope.spawn(move || {
                let pdf = press.print(sheet(lines)).expect("it is printed");
                assert!(pdf.starts_with(b"%PDF-"));
            });
        }
    });
}

#[test]
fn whoever_waits_too_long_is_told_so_and_the_press_goes_on() {
    let press = Press::new();
    let hasty = (0..50).map(|_| press.print_within(sheet(1), Duration::ZERO));
    assert!(hasty.filter(|made| *made == Err(PrintError::Busy)).count() >= 49);
    // What nobody waits for is not printed, so the queue is soon empty.
    let printed = (0..100_000_000).any(|_| {
        std::thread::yield_now();
        press.print(sheet(1)).is_ok()
    });
    assert!(printed);
}

#[test]
fn press_ends_with_its_threads() {
    let press = Press::new();
    press.print(sheet(1)).expect("it is printed");
    drop(press);
}
