//! Our schemas of SPS documents: held against our code lists, and against the reference schemas over
//! documents that are valid and documents that are not, with libxml2 as the judge of both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use phytohub_schemas::code_list::Rows;
use phytohub_schemas::{CodeListName, XML_SCHEMAS, code_list};

use super::mutate;
use super::reference;
use super::tree::{self, Node};

/// A kind of document: our schema, the reference's, and the valid samples.
struct Document {
    ours: &'static str,
    theirs: &'static str,
    samples: &'static [&'static str],
}

const DOCUMENTS: [Document; 2] = [
    Document {
        ours: "sps-certificate-17.xsd",
        theirs: "data/standard/SPSCertificate_17p0.xsd",
        samples: &["certificate-every-element", "export-851", "re-export-657"],
    },
    Document {
        ours: "sps-acknowledgement-17.xsd",
        theirs: "data/standard/SPSAcknowledgement_17p0.xsd",
        samples: &["acknowledgement-every-element", "acknowledgement-rejected"],
    },
];

/// Our own document; its samples are those of package `phytohub-non-compliance`.
const NOTIFICATION: &str = "sps-non-compliance-notification-1.xsd";

/// The types of coded values of a schema and the lists that they enumerate.
const CODED: [(&str, CodeListName); 14] = [
    ("AddressTypeCodeContent", CodeListName::AddressTypes),
    ("CargoTypeClassificationCodeContent", CodeListName::CargoNatures),
    ("CountryIDContent", CodeListName::Countries),
    ("DocumentCodeContent", CodeListName::DocumentTypes),
    ("GovernmentActionCodeContent", CodeListName::GovernmentActions),
    ("LocationFunctionCodeContent", CodeListName::LocationFunctions),
    ("MeasuredAttributeCodeContent", CodeListName::ProcessAttributes),
    ("PackageTypeCodeContent", CodeListName::PackageTypes),
    ("PartyRoleCodeContent", CodeListName::PartyRoles),
    ("ProcessTypeCodeContent", CodeListName::ProcessTypes),
    ("ReferenceCodeContent", CodeListName::ReferenceTypes),
    ("StatusCodeContent", CodeListName::DocumentStatuses),
    ("TemperatureTypeCodeContent", CodeListName::TemperatureTypes),
    ("TransportModeCodeContent", CodeListName::TransportModes),
];

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sample(name: &str) -> String {
    let path = package().join("tests/data").join(name).with_extension("xml");
    std::fs::read_to_string(path).expect("a sample")
}

fn schema(name: &str) -> Node {
    let text = XML_SCHEMAS.iter().find(|(file, _)| *file == name).expect("an embedded schema").1;
    tree::parse(text).expect("well-formed")
}

fn descendants<'a>(node: &'a Node, local: &str) -> Vec<&'a Node> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if node.name.local == local {
            found.push(node);
        }
        open.extend(&node.children);
    }
    found
}

#[test]
fn schemas_are_embedded_and_import_one_another() {
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(package().join("xsd")).expect("the folder of schemas") {
        let name = entry.expect("an entry").file_name();
        files.insert(name.into_string().expect("UTF-8"));
    }
    assert_eq!(files, XML_SCHEMAS.iter().map(|(name, _)| (*name).to_owned()).collect());
    for (name, _) in XML_SCHEMAS {
        for import in descendants(&schema(name), "import") {
            let location = import.required("schemaLocation").expect("a location");
            let imported = schema(location);
            assert_eq!(imported.required("targetNamespace"), import.required("namespace"));
        }
    }
}

#[test]
fn schemas_enumerate_the_codes_of_the_lists() {
    let schema = schema("qualified-data-types-21.xsd");
    for (name, list) in CODED {
        let simple = descendants(&schema, "simpleType");
        let name = format!("{name}Type");
        let found = simple.iter().find(|node| node.attribute("name") == Some(&name));
        let values = descendants(found.expect(&name), "enumeration");
        let values: BTreeSet<&str> =
            values.iter().map(|node| node.required("value").expect("a value")).collect();
        let codes: BTreeSet<&str> = match code_list(list).rows() {
            Rows::Code(rows) => {
                rows.iter().filter(|row| !row.extra).map(|row| row.code.as_str()).collect()
            }
            rows => rows.iter().map(|row| row.code()).collect(),
        };
        assert_eq!(values, codes, "{name}");
    }
}

#[test]
fn notification_enumerates_the_codes_of_its_lists() {
    let schema = schema(NOTIFICATION);
    let lists = [
        ("AbsenceCode", CodeListName::CertificateAbsenceReasons),
        ("ActionCode", CodeListName::NonComplianceActions),
        ("BasisCode", CodeListName::NonComplianceBases),
        ("ExtentCode", CodeListName::NonComplianceExtents),
        ("IdentificationLevelCode", CodeListName::PestIdentificationLevels),
        ("LifeStageCode", CodeListName::PestLifeStages),
        ("MessageCode", CodeListName::NonComplianceMessages),
        ("OutcomeCode", CodeListName::InvestigationOutcomes),
        ("ReasonCode", CodeListName::NonComplianceReasons),
        ("ViabilityCode", CodeListName::PestViabilities),
    ];
    assert_eq!(descendants(&schema, "simpleType").len(), lists.len());
    for (name, list) in lists {
        let name = format!("{name}ContentType");
        let all = descendants(&schema, "simpleType");
        let found = all.iter().find(|node| node.attribute("name") == Some(&name));
        let values = descendants(found.expect(&name), "enumeration");
        let values: BTreeSet<&str> =
            values.iter().map(|node| node.required("value").expect("a value")).collect();
        let codes: BTreeSet<&str> = code_list(list).rows().iter().map(|row| row.code()).collect();
        assert_eq!(values, codes, "{name}");
    }
}

#[test]
fn samples_have_every_element_that_the_schemas_declare() {
    let mut declared = BTreeSet::new();
    for (name, _) in XML_SCHEMAS.iter().filter(|(name, _)| *name != NOTIFICATION) {
        let schema = schema(name);
        for element in descendants(&schema, "element") {
            declared.insert(element.required("name").expect("a name").to_owned());
        }
    }
    assert!(declared.len() > 120, "{} elements", declared.len());
    for name in DOCUMENTS.iter().flat_map(|document| document.samples) {
        let mut open = vec![tree::parse(&sample(name)).expect("well-formed")];
        while let Some(node) = open.pop() {
            declared.remove(&node.name.local);
            open.extend(node.children);
        }
    }
    assert_eq!(declared, BTreeSet::new());
}

/// Which of the files are valid by a schema. None, said aloud, if there is no xmllint; in CI there
/// must be.
#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn judge(schema: &Path, files: &[PathBuf]) -> Option<Vec<bool>> {
    let mut verdicts = Vec::new();
    // Well below the length that a command line may have.
    for files in files.chunks(500) {
        let mut command = Command::new("xmllint");
        command.args(["--nonet", "--noout", "--schema"]).arg(schema).args(files);
        let Ok(output) = command.stdin(Stdio::null()).output() else {
            eprintln!("skipped: xmllint is not installed");
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI must have xmllint");
            return None;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        let lines: BTreeSet<&str> = said.lines().collect();
        for file in files {
            let file = file.display();
            let valid = lines.contains(format!("{file} validates").as_str());
            let invalid = lines.contains(format!("{file} fails to validate").as_str());
            assert!(valid != invalid, "no verdict on {file}: {said}");
            verdicts.push(valid);
        }
    }
    Some(verdicts)
}

#[test]
fn samples_are_valid_by_our_schemas() {
    for document in DOCUMENTS {
        let files: Vec<_> = document
            .samples
            .iter()
            .map(|name| package().join("tests/data").join(name).with_extension("xml"))
            .collect();
        let ours = package().join("xsd").join(document.ours);
        let Some(verdicts) = judge(&ours, &files) else { return };
        assert_eq!(verdicts, vec![true; files.len()], "{files:?}");
    }
}

#[test]
fn certificates_as_they_are_met_get_the_same_verdict_from_both() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(package().join("tests/data"))
        .expect("the folder of samples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.ends_with("acknowledgement-rejected.xml"))
        .filter(|path| !path.ends_with("acknowledgement-every-element.xml"))
        .collect();
    files.sort();
    let is_invalid = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|n| n.starts_with("invalid-"))
    };
    let expected: Vec<bool> = files.iter().map(|path| !is_invalid(path)).collect();
    assert!(expected.contains(&true) && expected.contains(&false));
    let [document, _] = DOCUMENTS;
    let Some(ours) = judge(&package().join("xsd").join(document.ours), &files) else { return };
    assert_eq!(ours, expected, "{files:?}");
    let Some(reference) = reference::found("xsd-17A") else { return };
    let Some(theirs) = judge(&reference.join(document.theirs), &files) else { return };
    assert_eq!(theirs, expected, "{files:?}");
}

#[test]
fn our_schemas_and_the_reference_agree_on_changed_samples() {
    let Some(reference) = reference::found("xsd-17A") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    for document in DOCUMENTS {
        let mut files = Vec::new();
        let mut changes = Vec::new();
        for name in document.samples {
            let text = sample(name);
            let changed = mutate::changed(&text).into_iter();
            let all = std::iter::once(("unchanged".to_owned(), text.clone())).chain(changed);
            for (change, text) in all {
                let file = folder.path().join(format!("{name}-{}.xml", files.len()));
                std::fs::write(&file, text).expect("a written file");
                files.push(file);
                changes.push(format!("{name}: {change}"));
            }
        }
        let Some(ours) = judge(&package().join("xsd").join(document.ours), &files) else { return };
        let Some(theirs) = judge(&reference.join(document.theirs), &files) else { return };
        let differ: Vec<String> = changes
            .iter()
            .zip(ours.iter().zip(&theirs))
            .filter(|(_, (ours, theirs))| ours != theirs)
            .map(|(change, (ours, theirs))| format!("{change}: {ours} here, {theirs} there"))
            .collect();
        assert!(differ.is_empty(), "{}", differ.join("\n"));
        // Both sorts are there in numbers, or nothing was tried.
        let valid = ours.iter().filter(|valid| **valid).count();
        assert!(valid >= 40 && ours.len() - valid >= 150, "{valid} of {}", ours.len());
    }
}
