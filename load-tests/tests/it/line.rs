//! A line between two hubs, measured and held to account.

use crate::load::load_program;

#[test]
fn a_line_is_measured_beside_one_hub_and_all_is_accounted_for() {
    let output = load_program()
        .args(["line", "--seconds", "1", "--rounds", "1", "--kib", "4", "--in-flight", "16"])
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}{errors}");
    for name in ["one hub", "two hubs"] {
        let line = told.lines().find(|line| line.contains(name)).expect("measured");
        assert!(!line.contains(" 0 messages"), "{line}");
    }
    assert!(!told.contains("WRONG"), "{told}");
}
