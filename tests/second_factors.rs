//! Second factors as the real program takes them in and gives codes, beside `oathtool`.

#[path = "support/desk.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod desk;
#[path = "support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod support;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use breakglass::second_factor::{Algorithm, Enrolment, Totp};
use desk::{Desk, words};
use proptest::prelude::*;
use zeroize::Zeroizing;

const URI: &str =
    "otpauth://totp/Microsoft:emergency@practice.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Microsoft";

impl Desk {
    fn put(&self, option: &str, value: &str) -> Output {
        let file = self.path("value.txt");
        fs::write(&file, value).unwrap();
        self.run(&["put", "m365", option, "--value-from", file.to_str().unwrap()])
    }

    fn show(&self, more: &[&str]) -> Output {
        self.unseal(&[&["--entry", "m365"], more].concat())
    }

    /// What the log says to people.
    fn history(&self) -> String {
        words(&self.run(&["log", "show"]).stdout)
    }
}

fn seconds_now() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap()
}

#[test]
fn a_code_is_the_one_of_the_moment_and_its_secret_is_not_shown() {
    let desk = Desk::new();
    assert!(desk.put("--totp", URI).status.success());
    let before = seconds_now();
    let shown = desk.show(&["--field", "totp"]);
    let after = seconds_now();
    assert!(shown.status.success(), "{}", words(&shown.stderr));
    let totp = Enrolment::read(URI).unwrap().totp;
    let good = [before, after].map(|time| totp.code_at(time).digits.to_string());
    assert!(good.contains(&words(&shown.stdout).trim().to_owned()), "{good:?}");
    assert!(words(&shown.stderr).contains("UTC"), "{}", words(&shown.stderr));
    assert!(!words(&shown.stderr).contains("GEZD"));
    assert!(desk.history().contains("Shown from “m365”: a one-time code."), "{}", desk.history());
    let status = words(&desk.run(&["status", "--json"]).stdout);
    assert!(!status.contains("\"replace\""), "a code gives nothing of the credential away: {status}");
}

#[test]
fn a_clock_that_is_known_to_be_wrong_is_corrected() {
    let desk = Desk::new();
    assert!(desk.put("--totp", URI).status.success());
    let totp = Enrolment::read(URI).unwrap().totp;
    let before = seconds_now();
    let shown = desk.show(&["--field", "totp", "--clock", "-2m", "--json"]);
    let after = seconds_now();
    let document: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    let good = [before, after].map(|time| totp.code_at(time - 120).digits.to_string());
    assert!(good.iter().any(|code| code == document["code"].as_str().unwrap()), "{document}");
    assert!(!desk.show(&["--field", "totp", "--clock", "soon"]).status.success());
}

#[test]
fn each_recovery_code_is_shown_once_and_status_counts_the_rest() {
    let desk = Desk::new();
    assert!(desk.put("--recovery-codes", "alpha-1\n\nbravo-2\ncharlie-3\n").status.success());
    let status = |desk: &Desk| words(&desk.run(&["status"]).stdout);
    assert!(status(&desk).contains("m365: 3 of 3 recovery codes left"), "{}", status(&desk));
    for (code, left) in [("alpha-1", 2), ("bravo-2", 1), ("charlie-3", 0)] {
        let shown = desk.show(&["--field", "recovery_codes"]);
        assert_eq!(words(&shown.stdout).trim(), code);
        assert!(status(&desk).contains(&format!("m365: {left} of 3 recovery codes left")), "{}", status(&desk));
    }
    assert!(status(&desk).contains("Get new ones from the service"));
    let none = desk.show(&["--field", "recovery_codes"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(none.stdout.is_empty() && words(&none.stderr).contains("with --code"), "{}", words(&none.stderr));
    let again = desk.show(&["--field", "recovery_codes", "--code", "2"]);
    assert_eq!(words(&again.stdout).trim(), "bravo-2");
    assert!(words(&again.stderr).contains("was shown before"), "{}", words(&again.stderr));
    assert!(desk.history().contains("recovery code 3"));
    assert!(desk.put("--recovery-codes", "delta-4\necho-5").status.success());
    assert!(status(&desk).contains("m365: 0 of 3 recovery codes left"), "no quorum sealed the new set");
}

#[test]
fn a_recovery_code_that_was_given_twice_counts_once_and_their_number_is_told() {
    let desk = Desk::new();
    let put = desk.put("--recovery-codes", "alpha-1\nbravo-2\n alpha-1\n");
    let told = words(&put.stderr);
    assert!(told.contains("2 recovery codes read.") && told.contains("1 line was already there"), "{told}");
    assert!(words(&desk.run(&["status"]).stdout).contains("m365: 2 of 2 recovery codes left"));
    let fields = desk.path("fields.json");
    fs::write(&fields, "{\"recovery_codes\": \"a\\nb\\nb\\nc\"}").unwrap();
    assert!(desk.run(&["put", "m365", "--fields-from", fields.to_str().unwrap()]).status.success());
    assert!(
        words(&desk.run(&["status"]).stdout).contains("m365: 2 of 2 recovery codes left"),
        "none of them is sealed"
    );
}

#[test]
fn a_second_factor_that_gives_no_codes_is_refused_before_it_is_in_the_vault() {
    let desk = Desk::new();
    let before = desk.history();
    for bad in ["otpauth://hotp/a?secret=GEZDGNBV&counter=1", "otpauth-migration://offline?data=CjEK", "not a key 1"] {
        let refused = desk.put("--totp", bad);
        assert!(!refused.status.success(), "{bad}");
        assert!(!words(&refused.stderr).contains("GEZDGNBV"), "{}", words(&refused.stderr));
    }
    let fields = desk.path("fields.json");
    fs::write(&fields, "{\"totp\": \"hello 1\"}").unwrap();
    assert!(!desk.run(&["put", "m365", "--fields-from", fields.to_str().unwrap()]).status.success());
    assert_eq!(desk.history(), before);
}

#[test]
fn a_key_too_short_for_any_service_is_warned_of_and_put_in() {
    let desk = Desk::new();
    for (key, warned) in [("hunter2", true), ("GEZDGNBVGY3TQOJQ", false), (URI, false)] {
        let put = desk.put("--totp", key);
        assert!(put.status.success(), "{}", words(&put.stderr));
        assert_eq!(words(&put.stderr).contains("has only"), warned, "{}", words(&put.stderr));
    }
    let fields = desk.path("fields.json");
    fs::write(&fields, "{\"totp\": \"hunter2\"}").unwrap();
    let put = desk.run(&["put", "m365", "--fields-from", fields.to_str().unwrap()]);
    assert!(put.status.success() && words(&put.stderr).contains("has only"), "{}", words(&put.stderr));
}

/// The code that a service shows, as a file.
fn picture_of_enrolment(desk: &Desk) -> PathBuf {
    let picture = desk.path("enrolment.png");
    let code = qrcode::QrCode::new(URI).unwrap();
    let side = (code.width() + 8) * 6;
    let mut grey = vec![255_u8; side * side];
    for y in 0..side {
        for x in 0..side {
            let (module_x, module_y) = ((x / 6).wrapping_sub(4), (y / 6).wrapping_sub(4));
            let inside = module_x < code.width() && module_y < code.width();
            if inside && code[(module_x, module_y)] == qrcode::Color::Dark {
                grey[y * side + x] = 0;
            }
        }
    }
    let mut encoder = png::Encoder::new(fs::File::create(&picture).unwrap(), side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&grey).unwrap();
    picture
}

#[test]
fn a_picture_of_the_code_that_a_service_shows_is_read() {
    let desk = Desk::new();
    let picture = picture_of_enrolment(&desk);
    let put = desk.run(&["put", "m365", "--totp-picture", picture.to_str().unwrap()]);
    assert!(put.status.success(), "{}", words(&put.stderr));
    let shown = desk.show(&["--field", "totp", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(document["code"].as_str().unwrap().len(), 6);
    let enrolment = desk.show(&["--field", "totp", "--enrolment"]);
    assert_eq!(words(&enrolment.stdout).trim(), URI);
    assert!(desk.history().contains("Shown from “m365”: One-time codes (authenticator)."), "{}", desk.history());
}

#[test]
fn a_generated_password_does_not_push_the_second_factor_of_a_picture_aside() {
    let desk = Desk::new();
    let picture = picture_of_enrolment(&desk);
    let put = desk.run(&["put", "m365", "--generate", "--print", "--totp-picture", picture.to_str().unwrap()]);
    assert!(put.status.success(), "{}", words(&put.stderr));
    let listed: serde_json::Value = serde_json::from_slice(&desk.run(&["list", "--json"]).stdout).unwrap();
    assert_eq!(listed[0]["deposits"][0]["fields"], serde_json::json!(["last_rotated", "password", "totp"]));
    let missing = desk.run(&["put", "m365", "--generate", "--print", "--totp-picture", "nothing.png"]);
    assert!(!missing.status.success() && missing.stdout.is_empty(), "{}", words(&missing.stderr));
}

#[test]
fn a_picture_without_an_enrolment_is_told_without_a_word_of_cards() {
    let desk = Desk::new();
    let blank = desk.path("blank.png");
    let mut encoder = png::Encoder::new(fs::File::create(&blank).unwrap(), 200, 200);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[255; 200 * 200]).unwrap();
    for (file, told) in [(blank, "with --totp"), (desk.path("cards.txt"), "it is not a picture")] {
        let refused = desk.run(&["put", "m365", "--totp-picture", file.to_str().unwrap()]);
        let said = words(&refused.stderr).replace("cards.txt", "");
        assert!(said.contains(told) && !said.contains("card"), "{said}");
    }
}

#[test]
fn a_recovery_code_that_no_set_ever_had_is_refused_before_the_cards() {
    let desk = Desk::new();
    assert!(desk.put("--recovery-codes", "alpha-1\nbravo-2\ncharlie-3").status.success());
    assert!(desk.put("--recovery-codes", "delta-1").status.success());
    let before = desk.history();
    for more in [&["--code", "99"][..], &["--code", "2", "--deposited=2"]] {
        let refused = desk.show(&[&["--field", "recovery_codes"], more].concat());
        assert!(words(&refused.stderr).contains("has no recovery code"), "{}", words(&refused.stderr));
    }
    assert_eq!(desk.history(), before, "nothing was opened");
    assert_eq!(
        words(&desk.show(&["--field", "recovery_codes", "--code", "3", "--deposited=1"]).stdout).trim(),
        "charlie-3"
    );
}

#[test]
fn a_wrong_deposit_hides_no_second_factor_that_was_there_before_it() {
    let desk = Desk::new();
    assert!(desk.put("--totp", URI).status.success());
    assert!(desk.put("--totp", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").status.success());
    assert!(desk.put("--recovery-codes", "alpha-1\nbravo-2").status.success());
    assert!(desk.put("--recovery-codes", "wrong-1").status.success());
    let newest = desk.show(&["--field", "totp"]);
    assert!(words(&newest.stderr).contains("See it with --deposited=1"), "{}", words(&newest.stderr));
    let enrolment = desk.show(&["--field", "totp", "--enrolment", "--deposited=1"]);
    assert_eq!(words(&enrolment.stdout).trim(), URI);
    assert!(words(&enrolment.stderr).contains("See it with --deposited=2"), "{}", words(&enrolment.stderr));
    let code = desk.show(&["--field", "recovery_codes", "--deposited=1", "--code", "2"]);
    assert_eq!(words(&code.stdout).trim(), "bravo-2");
    assert_eq!(words(&desk.show(&["--field", "recovery_codes", "--deposited"]).stdout).trim(), "wrong-1");
    let before = desk.history();
    let refused = desk.show(&["--field", "totp", "--deposited=3"]);
    assert!(words(&refused.stderr).contains("there are 2 since"), "{}", words(&refused.stderr));
    assert_eq!(desk.history(), before, "refused before the opening");
}

#[test]
fn a_value_that_a_later_deposit_clears_is_shown_and_told_as_removed() {
    let desk = Desk::new();
    assert!(desk.put("--recovery-codes", "alpha-1\nbravo-2").status.success());
    assert!(desk.run(&["put", "m365", "--clear", "recovery_codes", "--by", "Eve"]).status.success());
    let code = desk.show(&["--field", "recovery_codes"]);
    assert_eq!(words(&code.stdout).trim(), "alpha-1");
    assert!(words(&code.stderr).contains("was removed by Eve"), "{}", words(&code.stderr));
    assert!(desk.run(&["put", "m365", "--clear", "password", "--by", "Eve"]).status.success());
    let password = desk.show(&["--field", "password"]);
    assert_eq!(words(&password.stdout).trim(), "hunter2");
    assert!(words(&password.stderr).contains("was removed by Eve"), "{}", words(&password.stderr));
}

#[test]
fn a_security_key_is_kept_with_its_serial_its_pin_and_its_place() {
    let desk = Desk::new();
    let pin = desk.path("pin.txt");
    fs::write(&pin, "4711-0815").unwrap();
    let arguments = ["put", "m365", "--fido2-key", "1", "--serial", "20871234", "--place", "safe, left"];
    let put = desk.run(&[&arguments[..], &["--value-from", pin.to_str().unwrap()]].concat());
    assert!(put.status.success(), "{}", words(&put.stderr));
    assert_eq!(words(&desk.show(&["--field", "fido2_1_pin"]).stdout).trim(), "4711-0815");
    assert_eq!(words(&desk.show(&["--field", "fido2_1_place"]).stdout).trim(), "safe, left");
    assert!(desk.history().contains("Security key 1: PIN"), "{}", desk.history());
    assert!(desk.run(&["put", "m365", "--fido2-key", "2", "--serial", "1"]).status.success(), "without a PIN");
    assert!(!desk.run(&["put", "m365", "--fido2-key", "a b", "--serial", "1"]).status.success());
}

#[test]
fn codes_are_those_of_oathtool() {
    let Some(oathtool) = support::outside_program("oathtool") else { return };
    let mut state = 20_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for round in 0..60 {
        let (algorithm, name) =
            [(Algorithm::Sha1, "sha1"), (Algorithm::Sha256, "sha256"), (Algorithm::Sha512, "sha512")]
                [random() as usize % 3];
        let secret: Vec<u8> = (0..10 + random() % 70).map(|_| random() as u8).collect();
        let (digits, period, time) =
            (6 + random() as u32 % 3, [15, 30, 60][random() as usize % 3], random() % 4_000_000_000);
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let theirs = Command::new(&oathtool)
            .arg(format!("--totp={name}"))
            .arg(format!("--digits={digits}"))
            .arg(format!("--time-step-size={period}s"))
            .arg(format!("--now=@{time}"))
            .arg(hex)
            .output()
            .unwrap();
        let ours = Totp::new(Zeroizing::new(secret), algorithm, digits, period).unwrap().code_at(time);
        assert_eq!(ours.digits.as_str(), words(&theirs.stdout).trim(), "round {round}: {}", words(&theirs.stderr));
    }
}

/// How many addresses are tried; more by `BREAKGLASS_MUTATIONS`.
fn rounds() -> u32 {
    std::env::var("BREAKGLASS_MUTATIONS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20_000)
}

#[test]
fn no_text_makes_the_reader_of_addresses_panic_and_what_it_takes_it_writes_and_reads_again() {
    let pieces = prop::sample::select(vec![
        "otpauth://",
        "totp/",
        "hotp/",
        "?",
        "&",
        "=",
        "secret=",
        "GEZDGNBV",
        "issuer=",
        "%",
        "%41",
        "%zz",
        "%e9",
        "digits=",
        "6",
        "9",
        "period=",
        "30",
        "algorithm=",
        "SHA256",
        "#",
        ":",
        "+",
        " ",
        "é",
        "経理",
        "\0",
        "=",
        "ſ",
        "İ",
    ]);
    let texts = prop_oneof![
        prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat()),
        "\\PC{0,80}",
        (0..URI.len(), any::<char>()).prop_map(|(place, with)| {
            URI.char_indices().map(|(at, character)| if at == place { with } else { character }).collect()
        }),
    ];
    let config = ProptestConfig { cases: rounds(), failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&texts, |text| {
        if let Ok(enrolment) = Enrolment::read(&text) {
            let again = Enrolment::read(enrolment.to_uri().expose()).expect("what is written is read");
            prop_assert!(enrolment.to_uri().expose() == again.to_uri().expose());
            prop_assert_eq!(enrolment.totp.code_at(59).digits, again.totp.code_at(59).digits);
        }
        Ok(())
    });
    outcome.unwrap();
}
