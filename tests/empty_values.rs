//! A value with nothing in it, however it comes, is no value: what stands in the vault stays, and removing has an option of its own.

#[path = "support/desk.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod desk;
#[path = "support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
#[path = "support/scratch.rs"]
mod scratch;

use std::fs;

use desk::{Desk, words};

#[test]
fn an_empty_value_from_a_pipe_a_file_or_an_option_is_refused_and_the_way_to_remove_is_told() {
    let desk = Desk::new();
    let before = desk.log();
    let (nothing, blank) = (desk.write("nothing", ""), desk.write("blank", " \n"));
    let fields = desk.write("fields", r#"{"password":""}"#);
    for arguments in [
        &["put", "m365", "--secret", "password", "--value-from", &nothing][..],
        &["put", "m365", "--value-from", &nothing],
        &["put", "m365", "--value-from", &blank],
        &["put", "m365", "--fields-from", &fields],
        &["put", "m365", "--user-name", ""],
    ] {
        let refused = desk.run(arguments);
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(words(&refused.stderr).contains("--clear"), "{arguments:?}: {}", words(&refused.stderr));
        assert_eq!(desk.log(), before, "{arguments:?}");
    }
    desk.good(&["put", "m365", "--clear", "password"]);
}

#[test]
fn a_field_that_a_file_names_twice_is_refused() {
    let desk = Desk::new();
    let fields = desk.write("fields", r#"{"url":"https://one","url":"https://two"}"#);
    let refused = desk.run(&["put", "m365", "--fields-from", &fields]);
    assert_eq!(refused.status.code(), Some(1), "{}", words(&refused.stderr));
    let fields = desk.write("fields", r#"{"url":"https://one"} {}"#);
    assert_eq!(desk.run(&["put", "m365", "--fields-from", &fields]).status.code(), Some(1), "nothing may follow");
}

#[test]
fn an_empty_value_in_an_export_of_our_own_removes_what_stood_before_and_is_no_value_otherwise() {
    let desk = Desk::new();
    desk.good(&["put", "dns", "--url", "https://one", "--user-name", "admin"]);
    desk.good(&["put", "dns", "--url", "https://two"]);
    let output = desk.unseal(&["--export", &desk.text("out")]);
    assert!(output.status.success(), "{}", words(&output.stderr));
    let document = desk.path("out").join("breakglass-export.json");
    let text = fs::read_to_string(&document).unwrap();
    assert!(text.contains("https://two"));
    fs::write(&document, text.replace("https://two", "")).unwrap();
    let other = Desk::new();
    other.good(&["put", "--import", &desk.text("out"), "--yes", "--standing", "skip"]);
    let log = String::from_utf8(other.log()).unwrap();
    let last = log.lines().last().unwrap();
    assert!(last.contains(r#""cleared":["url"]"#) && last.contains(r#""fields":[]"#), "{last}");
}
