//! What of an export could get lost, pass for something else, or become public: it lands somewhere, or it is told.

#[path = "support/archive.rs"]
mod archive;

use archive::archive;
use breakglass::exchange::{ImportError, Imported, ImportedEntry, LeftOut, Note, Skipped, Why, read};
use breakglass::language::{Language, Say};
use breakglass::second_factor::Enrolment;

/// KeePass' XML of one entry with these strings and this beside them.
fn keepass(strings: &[(&str, &str)], others: &str) -> Imported {
    let strings: String =
        strings.iter().map(|(key, value)| format!("<String><Key>{key}</Key><Value>{value}</Value></String>")).collect();
    read(tree(&format!("<Entry>{strings}{others}</Entry>")).as_bytes()).unwrap()
}

fn tree(inner: &str) -> String {
    format!("<KeePassFile><Root><Group><Name>Root</Name>{inner}</Group></Root></KeePassFile>")
}

fn value<'e>(entry: &'e ImportedEntry, field: &str) -> Option<&'e str> {
    entry.steps[0].set.get(&field.parse().unwrap()).map(|value| value.expose())
}

fn left_out(name: &str) -> Note {
    Note::LeftOut(LeftOut::Unknown(name.to_owned()))
}

#[test]
fn a_second_factor_of_keepass_gives_the_codes_of_its_settings_or_is_kept() {
    // RFC 6238, appendix B, the secrets of 20 and of 32 bytes at 59 seconds.
    let base32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let long = "12345678901234567890123456789012";
    let sha256 = [("TimeOtp-Length", "8"), ("TimeOtp-Period", "30"), ("TimeOtp-Algorithm", "HMAC-SHA-256")];
    let with = |secret: (&'static str, &'static str)| [&[secret][..], &sha256].concat();
    for (strings, code) in [
        (vec![("TimeOtp-Secret-Base32", base32), ("TimeOtp-Length", "8")], "94287082"),
        (with(("TimeOtp-Secret", long)), "46119246"),
        (with(("TimeOtp-Secret-Hex", "3132333435363738393031323334353637383930313233343536373839303132")), "46119246"),
        (with(("TimeOtp-Secret-Base64", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=")), "46119246"),
        (vec![("TOTP Seed", base32), ("TOTP Settings", "30;8;https://time.example")], "94287082"),
        (vec![("otp", "key=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&amp;size=8&amp;step=30")], "94287082"),
    ] {
        let imported = keepass(&strings, "");
        let totp = value(&imported.entries[0], "totp").unwrap_or_else(|| panic!("{strings:?}"));
        assert_eq!(Enrolment::read(totp).unwrap().totp.code_at(59).digits.as_str(), code, "{strings:?}");
    }
    let odd =
        keepass(&[("TimeOtp-Secret-Hex", "xyz"), ("TimeOtp-Algorithm", "HMAC-SHA-256"), ("TOTP Settings", "30;8")], "");
    for (field, kept) in
        [("TimeOtp-Secret-Hex", "xyz"), ("TimeOtp-Algorithm", "HMAC-SHA-256"), ("TOTP Settings", "30;8")]
    {
        assert_eq!(value(&odd.entries[0], field), Some(kept));
    }
}

#[test]
fn a_value_that_only_points_at_another_entry_is_told_and_never_passes_for_a_password() {
    let reference = "{ref:P@I:46C9B1FFBD4ABC4BBB260C6190BAD20C}";
    let tree = keepass(&[("Password", reference), ("UserName", "aiko")], "");
    let table = format!("Group,Title,Username,Password,URL,Notes\nRoot,a,aiko,{reference},,\n");
    for imported in [tree, read(table.as_bytes()).unwrap()] {
        let note = Note::PointsElsewhere("password".parse().unwrap());
        assert_eq!(imported.entries[0].notes, std::slice::from_ref(&note));
        assert!(note.is_loss() && note.say(Language::English).contains("add the value itself"));
    }
}

#[test]
fn the_inside_of_a_database_is_refused_since_its_passwords_are_still_encrypted() {
    let inside = tree("<Entry><String><Key>Password</Key><Value Protected=\"True\">Zm9v</Value></String></Entry>");
    assert_eq!(read(inside.as_bytes()).unwrap_err(), ImportError::Protected);
    let export = tree("<Entry><String><Key>Password</Key><Value ProtectInMemory=\"True\">foo</Value></String></Entry>");
    assert_eq!(value(&read(export.as_bytes()).unwrap().entries[0], "password"), Some("foo"));
}

#[test]
fn everything_else_that_keepass_keeps_of_an_entry_or_a_group_is_told_by_name() {
    let others = "<AutoType><DefaultSequence>{PASSWORD}secret</DefaultSequence></AutoType><IconID>3</IconID>\
        <ForegroundColor>#FF0000</ForegroundColor><CustomData><Item><Key>k</Key><Value>v</Value></Item></CustomData>\
        <Later>x</Later><Times><Expires>True</Expires><ExpiryTime>2031-12-31T00:00:00Z</ExpiryTime></Times>";
    let imported = keepass(&[("Password", "p"), ("Title", "a"), ("Title", "b")], others);
    let entry = &imported.entries[0];
    for name in ["AutoType", "CustomData", "Later"] {
        assert!(entry.notes.contains(&left_out(name)), "{name}: {:?}", entry.notes);
    }
    assert!(imported.ignored.iter().map(String::as_str).eq(["ForegroundColor", "IconID"]));
    assert_eq!((value(entry, "expires"), value(entry, "Title")), (Some("2031-12-31"), Some("b")));
    let plain = "<AutoType><Enabled>True</Enabled><DefaultSequence/></AutoType><IconID>0</IconID><Tags/><CustomData>\n</CustomData>";
    let imported = keepass(&[("Password", "p")], plain);
    assert!(imported.ignored.is_empty() && imported.entries[0].notes.is_empty());
    let group = tree(
        "<Group><Name>Work</Name><Notes>the door code</Notes><Entry><String><Key>Password</Key><Value>p</Value></String></Entry></Group>",
    );
    let imported = read(group.as_bytes()).unwrap();
    assert_eq!(imported.skipped, [Skipped { title: "Work".to_owned(), why: Why::GroupHas("Notes") }]);
}

#[test]
fn a_line_of_a_field_in_bitwarden_s_table_is_never_lost_and_is_told_where_it_is_a_guess() {
    let table = "type,name,login_uri,login_username,login_password,fields\nlogin,a,,,p,\"Key: first\nlast line:\nsecond\n\nPIN: 4711\"\n";
    let imported = read(table.as_bytes()).unwrap();
    let entry = &imported.entries[0];
    assert_eq!((value(entry, "Key"), value(entry, "PIN")), (Some("first\nlast line:\nsecond\n"), Some("4711")));
    assert_eq!(entry.notes, [Note::GuessedLines]);
}

#[test]
fn no_cell_of_a_table_becomes_a_public_kind_but_the_name_of_one() {
    let imported = read(b"Title,Password,Type\na,p,Secure Note\nb,p,hunter2\n").unwrap();
    assert_eq!(value(&imported.entries[0], "kind"), Some("secure note"));
    assert_eq!((value(&imported.entries[1], "kind"), value(&imported.entries[1], "type")), (None, Some("hunter2")));
}

#[test]
fn a_title_beyond_every_bound_is_cut_where_it_is_public_and_kept_whole_beside() {
    let long = "t".repeat(1_000);
    let imported = read(format!("Title,Password\n{long},p\n").as_bytes()).unwrap();
    assert_eq!(value(&imported.entries[0], "title").unwrap().len(), 256);
    assert_eq!(value(&imported.entries[0], "title 2"), Some(long.as_str()));
}

#[test]
fn what_bitwarden_writes_in_an_unusual_way_is_taken_or_told() {
    let item = r#"{"items":[{"type":1,"name":"a","fields":[{"name":"n","value":4711,"type":0}],
        "login":{"password":"p","uris":[{"uri":"https://a.example","match":3}]}}]}"#;
    let imported = read(item.as_bytes()).unwrap();
    assert_eq!(value(&imported.entries[0], "n"), Some("4711"));
    assert!(imported.ignored.contains("uris.match"));
}

#[test]
fn two_entries_of_one_id_in_our_own_export_are_refused_and_do_not_cover_each_other() {
    let entry = r#"{"id":"m365","revisions":[{"made":"2026-01-10T12:00:00Z","by":"Ben","fields":{"password":"p"}}]}"#;
    let own = format!(
        r#"{{"breakglass_export":1,"name":"Acme","vault":"e1ee1030f044a2fd2d17e6f4a09338a5","epoch":3,"exported":"2026-01-10T12:00:00Z","entries":[{entry},{entry}]}}"#
    );
    assert!(matches!(read(own.as_bytes()).unwrap_err(), ImportError::Damaged(_, place) if place == "entries[1]"));
}

#[test]
fn a_name_with_line_ends_in_it_stays_on_one_line_and_a_long_one_is_cut() {
    let skipped = Skipped { title: format!("a\n2. m365 {}", "x".repeat(1_000)), why: Why::Empty };
    let told = skipped.say(Language::English);
    assert!(!told.contains('\n') && told.chars().count() < 200, "{told}");
}

#[test]
fn a_name_of_a_group_that_stands_above_thousands_of_entries_does_not_become_gigabytes() {
    let name = "g".repeat(8 << 20);
    let entries = "<Entry><String><Key>Password</Key><Value>p</Value></String></Entry>".repeat(9_000);
    let imported = read(tree(&format!("<Group><Name>{name}</Name>{entries}</Group>")).as_bytes()).unwrap();
    assert_eq!(imported.entries[8_999].notes, [Note::LeftOut(LeftOut::TooLong("group".to_owned()))]);
}

#[test]
fn everything_of_an_item_of_1password_lands_in_a_field_or_is_told_by_name() {
    let data = r#"{"accounts":[{"vaults":[{"attrs":{"name":"V"},"items":[{"file":{"attrs":{"name":"scan.pdf"},"path":"x"},"item":{
        "uuid":"u","categoryUuid":"001","later":"x","overview":{"title":"a","pbe":1.5,"urls":[{"label":"admin","url":"https://a.example"}]},
        "details":{"more":{"x":1},"loginFields":[{"designation":"password","value":"one"},{"designation":"password","value":"two"},
        {"fieldType":"C","name":"remember","value":"on"}],
        "sections":[{"title":"S","fields":[{"title":"bare","value":"text"},{"title":"deep","value":{"key":{"inner":{"list":["x"],"word":"w"}}}},
        {"title":"odd code","value":{"totp":4711}},{"title":"list","value":{"menu":["x"]}}]}]}}}]}]}]}"#;
    let imported = read(&archive(&[("export.data", data.as_bytes())])).unwrap();
    let entry = &imported.entries[0];
    assert_eq!((value(entry, "password"), value(entry, "password 2")), (Some("one"), Some("two")));
    assert_eq!((value(entry, "S: deep: word"), value(entry, "S: odd code")), (Some("w"), Some("4711")));
    for name in ["bare", "S: deep: list", "S: list", "more"] {
        assert!(entry.notes.contains(&left_out(name)), "{name}: {:?}", entry.notes);
    }
    assert!(entry.notes.contains(&Note::LeftOut(LeftOut::File("scan.pdf".to_owned()))));
    assert!(imported.ignored.iter().map(String::as_str).eq(["fieldType C", "later", "pbe", "urls.label"]));
}

#[test]
fn versions_of_our_own_export_become_exactly_what_each_changed_of_the_one_before() {
    let one = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let other = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let file =
        |name: &str, sha256: &str| format!(r#""{name}":{{"file":"files/m365/{name}","size":3,"sha256":"{sha256}"}}"#);
    let who = r#""made":"2026-01-10T12:00:00Z","by":"Ben""#;
    let own = format!(
        r#"{{"breakglass_export":1,"name":"Acme","vault":"e1ee1030f044a2fd2d17e6f4a09338a5","epoch":3,"exported":"2026-01-10T12:00:00Z",
        "entries":[{{"id":"m365","revisions":[
        {{{who},"fields":{{"title":"M","password":"old","notes":"n"}},"attachments":{{{},{},{}}}}},
        {{{who},"fields":{{"title":"M","password":"new"}},"attachments":{{{},{}}}}}],
        "deposits":[{{{who},"change":{{"set":{{}},"clear":["title"],"detach":["kept"]}}}}]}}]}}"#,
        file("gone", one),
        file("kept", one),
        file("changed", one),
        file("kept", one),
        file("changed", other),
    );
    let imported = read(own.as_bytes()).unwrap();
    let told: Vec<String> = imported.entries[0]
        .steps
        .iter()
        .map(|step| {
            let set: Vec<String> = step.set.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect();
            format!("{set:?} {:?} {:?} {:?}", step.clear, step.attach.keys(), step.detach).replace(['"', '{', '}'], "")
        })
        .collect();
    let name = |text: &str| text.replace("FieldName(", "").replace("AttachmentName(", "").replace(')', "");
    let told: Vec<String> = told.iter().map(|told| name(told)).collect();
    assert_eq!(
        told,
        [
            "[notes=n, password=old, title=M]  [changed, gone, kept] ",
            "[password=new] notes [changed] gone",
            "[] title [] kept",
        ]
    );
}
