//! Synthetic certificates: the same for the same seed, and nothing grave in any of them.

use std::fs;

use crate::support::{argument, refused, run, told};

fn written(arguments: &[&str]) -> Vec<u8> {
    let arguments: Vec<&str> = ["sample"].iter().chain(arguments).copied().collect();
    let output = run(&arguments);
    assert!(output.status.success(), "{}", told(&output));
    output.stdout
}

#[test]
fn a_sample_is_the_same_for_the_same_seed() {
    let shape = ["--type", "657", "--lines", "3", "--attachments", "2", "--seed", "7"];
    let first = written(&shape);
    assert_eq!(first, written(&shape));
    let other = ["--type", "657", "--lines", "3", "--attachments", "2", "--seed", "8"];
    assert_ne!(first, written(&other));
    let text = String::from_utf8(first).expect("UTF-8");
    assert_eq!(text.matches("<ram:IncludedSPSTradeLineItem>").count(), 3);
}

#[test]
fn no_shape_has_a_grave_finding() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut files = Vec::new();
    for kind in ["851", "657"] {
        for (place, more) in [
            &["--status", "70"][..],
            &["--status", "40"],
            &["--status", "39"],
            &["--status", "41"],
            &["--full"],
            &["--full", "--lines", "25"],
            &["--replaces", "NO-2025-1"],
            &["--attachments", "3"],
            &["--bytes", "24576"],
            &["--bytes", "300000", "--attachments", "2", "--full"],
        ]
        .iter()
        .enumerate()
        {
            let file = argument(&directory.path().join(format!("{kind}-{place}.xml")));
            let head = ["--type", kind, "--seed", "42", "--output", &file];
            let arguments: Vec<&str> = head.iter().chain(*more).copied().collect();
            assert!(written(&arguments).is_empty());
            files.push(file);
        }
    }
    let arguments = ["validate"].into_iter().chain(files.iter().map(String::as_str));
    let judged = run(&arguments.collect::<Vec<_>>());
    assert_eq!(judged.status.code(), Some(0), "{}", told(&judged));
    assert!(told(&judged).contains("20 documents judged"), "{}", told(&judged));
}

#[test]
fn a_directory_is_filled_seed_by_seed() {
    let directory = tempfile::tempdir().expect("a directory");
    let into = argument(&directory.path().join("samples"));
    written(&["--count", "3", "--seed", "5", "--output", &into]);
    for seed in ["5", "6", "7"] {
        let file = directory.path().join(format!("samples/sample-{seed}.xml"));
        assert_eq!(fs::read(file).expect("a file"), written(&["--seed", seed]));
    }
    // What is asked for in bytes comes near.
    let whole = written(&["--bytes", "65536", "--attachments", "1"]);
    assert!((65_500..65_600).contains(&whole.len()), "{}", whole.len());
}

#[test]
fn what_cannot_be_written_is_told() {
    refused(&run(&["sample", "--output", "/nowhere/sample.xml"]), 73, &["/nowhere/sample.xml"]);
    assert_eq!(run(&["sample", "--type", "850"]).status.code(), Some(64));
    let foreign = ["sample", "--type", "852", "--commodity", "live-cattle"];
    refused(&run(&foreign), 64, &["live-cattle", "honey"]);
    assert_eq!(run(&["sample", "--lines", "0"]).status.code(), Some(64));
    assert_eq!(run(&["sample", "--count", "2"]).status.code(), Some(64));
}

#[test]
fn notifications_of_non_compliance_are_written_and_rendered() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = argument(&directory.path().join("notification.xml"));
    let more = ["--case", "packaging", "--message", "updated", "--parties", "NL,KE"];
    let head = ["--type", "non-compliance", "--certificate", "851,KE-1", "--output", &file];
    let arguments: Vec<&str> = head.into_iter().chain(more).collect();
    assert!(written(&arguments).is_empty());
    let page = run(&["render", &file]);
    assert!(page.status.success(), "{}", told(&page));
    let page = String::from_utf8(page.stdout).expect("UTF-8");
    for said in ["KE-1", "ISPM 15 mark missing", "Updated notification", "(NL)", "(KE)"] {
        assert!(page.contains(said), "{said}");
    }
    let certificate = argument(&directory.path().join("certificate.xml"));
    written(&["--output", &certificate]);
    assert_eq!(run(&["render", &certificate]).status.code(), Some(1));
    assert_eq!(run(&["render", "missing.xml"]).status.code(), Some(66));
}

#[test]
fn veterinary_and_food_certificates_are_written_and_rendered() {
    let directory = tempfile::tempdir().expect("a directory");
    let samples = [
        ("853", "live-cattle", "Bos taurus"),
        ("853", "hatching-eggs", "hatchery"),
        ("852", "honey", "Apis mellifera"),
        ("636", "fishery-product", "Gadus morhua"),
    ];
    for (kind, commodity, said) in samples {
        let file = argument(&directory.path().join(format!("{commodity}.xml")));
        let head = ["--type", kind, "--commodity", commodity, "--parties", "NL,KE"];
        let arguments: Vec<&str> = head.into_iter().chain(["--output", &*file]).collect();
        assert!(written(&arguments).is_empty());
        let page = run(&["render", &file]);
        assert!(page.status.success(), "{}", told(&page));
        let page = String::from_utf8(page.stdout).expect("UTF-8").to_lowercase();
        for said in [said, "netherlands (nl)", "kenya (ke)"] {
            assert!(page.contains(&said.to_lowercase()), "{commodity}: {said}");
        }
    }
}
