//! What holds for every list, tried on small ones.

use super::*;

fn head(kind: &str, rows: &str) -> String {
    format!(
        "{{\"name\": \"a\", \"title\": \"A\", \"kind\": \"{kind}\", \"source\": \"s\", \
         \"edition\": \"1\", \"licence\": \"l\", \"complete\": false, \"rows\": [{rows}]}}"
    )
}

fn read(kind: &str, rows: &str) -> Result<CodeList, ReadCodeListError> {
    CodeList::read(&head(kind, rows))
}

#[test]
fn nulls_and_unknown_fields_are_refused() {
    for row in [
        r#"{"code": null, "name": "n"}"#,
        r#"{"code": "1", "name": null}"#,
        r#"{"code": "1"}"#,
        r#"{"code": "1", "name": "n", "lastModified": null}"#,
        r#"{"code": "1", "name": "n", "other": "o"}"#,
    ] {
        assert!(matches!(read("code", row), Err(ReadCodeListError::Json(_))), "{row}");
    }
    assert!(matches!(read("other", ""), Err(ReadCodeListError::Json(_))));
}

#[test]
fn error_tells_line_and_column() {
    let text = head("code", "\n{\"code\": 7, \"name\": \"n\"}");
    let Err(ReadCodeListError::Json(error)) = CodeList::read(&text) else {
        unreachable!("a number is no code")
    };
    assert_eq!((error.line(), error.column()), (2, 10));
}

#[test]
fn rows_that_break_the_rules_are_named() {
    let check = |kind: &str, rows: &str, expected: &str| {
        let error = read(kind, rows).expect_err(rows);
        assert_eq!(error.to_string(), expected);
    };
    check("code", r#"{"code": "a b", "name": "n"}"#, "not safe as a key code=\"a b\"");
    check("code", r#"{"code": "", "name": "n"}"#, "not safe as a key code=\"\"");
    check("code", r#"{"code": "1", "name": " - "}"#, "a row says nothing code=1");
    check(
        "condition",
        r#"{"code": "1", "name": "n", "lang": "EN"}"#,
        "not a language code=1 lang=\"EN\"",
    );
    check(
        "condition",
        r#"{"code": "1", "name": "n", "lang": "en"}, {"code": "1", "name": "m", "lang": "en"}"#,
        "listed twice code=1 lang=en",
    );
    check(
        "mean-of-transport",
        r#"{"code": "sea", "usedTransportMean": "n", "lang": "en"}"#,
        "not a number code=\"sea\"",
    );
    let orphan = r#"{"code": "FG", "description": "d", "lang": "en", "level": 2"#;
    let lost = "the parent is not one in this list code=FG parent=";
    assert!(read("treatment-type", &format!("{orphan}}}")).is_ok(), "a parent may be missing");
    check(
        "treatment-type",
        &format!("{orphan}, \"parentCode\": \"FG\"}}"),
        &format!("{lost}\"FG\""),
    );
}

#[test]
fn list_without_a_source_is_refused() {
    let text = head("code", "").replace("\"s\"", "\" \"");
    assert!(matches!(CodeList::read(&text), Err(ReadCodeListError::EmptyHead { field: "source" })));
}

#[test]
fn standing_depends_on_completeness_and_activity() {
    let rows = r#"{"code": "1", "name": "n", "profile": true}, {"code": "2", "name": "n"},
        {"code": "3", "name": "n", "active": false}"#;
    let partial = read("code", rows).expect("a list");
    let standing = |list: &CodeList| ["1", "2", "3", "4"].map(|code| list.standing(code));
    let known = [Standing::Profile, Standing::Listed, Standing::Inactive];
    assert_eq!(standing(&partial)[..3], known);
    assert_eq!(standing(&partial)[3], Standing::Unlisted);
    let complete = head("code", rows).replace("\"complete\": false", "\"complete\": true");
    let complete = CodeList::read(&complete).expect("a list");
    assert_eq!(standing(&complete)[..3], known);
    assert_eq!(standing(&complete)[3], Standing::Unknown);
}

#[test]
fn rows_are_found_by_code_language_and_text() {
    let list = read(
        "condition",
        r#"{"code": "b", "name": "Séché", "lang": "fr"}, {"code": "b", "name": "Dried", "lang": "en"},
           {"code": "a", "name": "Fresh", "lang": "en"}"#,
    )
    .expect("a list");
    assert_eq!(list.row("b", "FR").map(Row::text), Some("Séché"));
    assert!(list.row("b", "es").is_none() && list.row("c", "en").is_none());
    assert_eq!(list.rows_of("b").filter_map(Row::lang).collect::<Vec<_>>(), ["en", "fr"]);
    assert!(list.contains_text(" SÉCHÉ\n") && !list.contains_text("Seche"));
    let missing: Vec<_> = list.missing_languages().collect();
    assert_eq!(missing, [("b", "es"), ("a", "es"), ("a", "fr")]);
}

#[test]
fn written_list_reads_as_itself() {
    let list = read(
        "treatment-type",
        r#"{"code": "A", "description": "é \"q\" \\ \n x", "lang": "en", "level": 1, "active": false,
            "lastModified": "2026-11-21T00:00:00Z", "lastModifiedBy": "b"},
           {"code": "B", "description": "d", "lang": "en", "level": 2, "parentCode": "A"}"#,
    )
    .expect("a list");
    assert_eq!(CodeList::read(&list.to_json()).expect("what was written"), list);
    let empty = read("tag", "").expect("an empty list");
    assert_eq!(CodeList::read(&empty.to_json()).expect("what was written"), empty);
}

#[test]
fn safe_codes_can_be_keys() {
    for code in ["851", "a-b_c/d=e.f", "2U"] {
        assert!(is_safe_code(code), "{code}");
    }
    for code in ["", ".", "a.", ".a", "a b", "ä", "*", ">", "a:b", &"x".repeat(CODE_BYTES_MAX + 1)]
    {
        assert!(!is_safe_code(code), "{code}");
    }
}

#[test]
fn texts_that_no_reply_could_carry_are_refused() {
    let row = |name: &str| format!("{{\"code\": \"1\", \"name\": {name}}}");
    for name in [r#""a\u0000""#, r#""a\b""#, r#""a\uffff""#] {
        let error = read("code", &row(name)).expect_err(name);
        assert!(matches!(error, ReadCodeListError::UnfitText { .. }), "{name}");
    }
    let long = |bytes: usize| read("code", &row(&format!("\"{}\"", "x".repeat(bytes))));
    assert!(long(TEXT_BYTES_MAX).is_ok() && long(TEXT_BYTES_MAX + 1).is_err());
    let symbol = r#"{"code": "1", "name": "n", "symbol": "\u0001", "type": "AREA"}"#;
    let error = read("unit-measure", symbol).expect_err("a symbol of a control character");
    assert!(matches!(error, ReadCodeListError::UnfitText { .. }));
}

#[test]
fn times_are_those_of_xml_schema() {
    let with = |time: &str| {
        read("code", &format!(r#"{{"code": "1", "name": "n", "lastModified": "{time}"}}"#))
    };
    for time in ["2026-11-21T00:00:00", "2026-11-21T23:59:59.123Z", "2026-01-01T01:02:03+01:00"]
        .into_iter()
        .chain(["2024-02-29T00:00:00Z", "2000-02-29T00:00:00", "2026-01-01T00:00:00-14:00"])
    {
        assert!(with(time).is_ok(), "{time}");
    }
    for time in ["", "2026-11-21", "2026-13-21T00:00:00", "2026-01-00T00:00:00", "null"]
        .into_iter()
        .chain(["2026-02-29T00:00:00", "1900-02-29T00:00:00", "2026-04-31T00:00:00"])
        .chain(["0000-01-01T00:00:00", "2026-01-01T00:00:00+14:01", "2026-01-01T00:00:00+01:60"])
        .chain(["2026-11-21T00:00:00.", "2026-11-21T00:00:00.Z", "2026-11-21T24:00:01", "é"])
    {
        let error = with(time).expect_err(time);
        assert!(matches!(error, ReadCodeListError::NotATime { .. }), "{time}");
    }
}

#[test]
fn endless_list_is_refused() {
    let rows: Vec<_> =
        (0..=ROWS_MAX).map(|n| format!("{{\"code\": \"{n}\", \"name\": \"n\"}}")).collect();
    let error = read("code", &rows.join(",")).expect_err("too many rows");
    assert!(matches!(error, ReadCodeListError::TooManyRows { rows } if rows == ROWS_MAX + 1));
    assert!(read("code", &rows.get(..ROWS_MAX).expect("all but one").join(",")).is_ok());
}

#[test]
fn truncated_list_is_an_error_and_no_panic() {
    let text = head("statement", r#"{"code": "1", "docTypeOnly": 851, "text": "é", "lang": "en"}"#);
    assert!(CodeList::read(&text).is_ok());
    for (end, _) in text.char_indices() {
        let part = text.get(..end).expect("a boundary");
        assert!(CodeList::read(part).is_err(), "{part}");
    }
}

#[test]
fn rows_of_another_hub_are_tidied_and_the_rest_is_left_out() {
    let row = |code: &str, level, parent: Option<&str>, description: &str, lang: &str| {
        let parent_code = parent.map(str::to_owned);
        TreatmentType {
            code: code.to_owned(),
            description: description.to_owned(),
            lang: lang.to_owned(),
            level,
            parent_code,
            unofficial: false,
            active: true,
            last_modified: None,
            last_modified_by: Some(" ".to_owned()),
        }
    };
    let rows = vec![
        row(" CHT ", 1, Some(""), "Chemical\n\t treatment ", "EN"),
        row("CHT", 1, None, "Again", "en"),
        row("FG", 2, Some("CHT"), "Fumigation", "en"),
        row("A", 2, Some("B"), "Child of the next", "en"),
        row("B", 1, Some("X"), "Child of none", "en"),
        row("N", 1, None, "NULL", "en"),
        row("P", 1, None, "--", "en"),
        row("a b", 1, None, "text", "en"),
    ];
    let description = read("code", "").expect("a list").description().clone();
    let (list, left_out) =
        CodeList::salvage(description, Rows::TreatmentType(rows)).expect("a list");
    let kept: Vec<_> = list.rows().iter().map(|row| (row.code(), row.lang(), row.text())).collect();
    assert_eq!(kept, [("CHT", Some("en"), "Chemical treatment"), ("FG", Some("en"), "Fumigation")]);
    assert!(list.rows().iter().all(|row| row.last_modified_by().is_none()));
    let left_out: Vec<_> = left_out.iter().map(ToString::to_string).collect();
    assert_eq!(left_out.len(), 6, "{left_out:?}");
    assert_eq!(CodeList::read(&list.to_json()).expect("what was written"), list);
}

#[test]
fn codes_that_begin_alike_are_told_apart() {
    let codes = ["A", "AB", "ABCDEFGH", "ABCDEFGHA", "ABCDEFGHB", "ABCDEFGI", "B"];
    let rows = codes.map(|code| format!("{{\"code\": \"{code}\", \"name\": \"n\"}}"));
    let list = read("code", &rows.join(",")).expect("a list");
    for code in codes {
        let found: Vec<_> = list.rows_of(code).map(Row::code).collect();
        assert_eq!(found, [code]);
    }
    for other in ["", "AA", "ABCDEFG", "ABCDEFGHAA", "ABCDEFGHC", "C", "\0", "A\0"] {
        assert!(!list.contains(other), "{other:?}");
    }
}
