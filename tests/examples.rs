//! The examples do what they say.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use breakglass::journal::SignedReceipt;
use breakglass::vault::EpochHeader;

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod support;
use scratch::Scratch;

/// What an example wrote to its output, when it ends well.
fn run(example: &str, argument: &Path, input: &str) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--locked", "--example", example]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    command.arg("--").arg(argument).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let [said, told] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    if output.status.success() { Ok(said) } else { Err(told) }
}

/// Every command of the script succeeds or says that something is due, or the script ends there.
#[cfg(unix)]
#[test]
fn a_year_in_the_life_of_a_vault_ends_with_nothing_due_and_every_value_shown_when_it_was_needed() {
    let Some(bash) = support::outside_program("bash") else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/a_year.sh");
    let output = Command::new(bash).arg(script).env("BREAKGLASS", env!("CARGO_BIN_EXE_breakglass")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "rXu7-Wm2k-99ab",
        "aaaa-1111",
        "server-01,111111-222222-333333",
        "export.csv is deleted.",
        "Merged: 1 event and 1 file.",
    ] {
        assert!(told.lines().any(|known| known == line), "{line}\n{told}");
    }
    assert!(told.contains("Computed for "), "{told}");
    assert_eq!(told.matches("is sealed again. Epoch").count(), 4, "{told}");
    let last = told.rsplit("$ breakglass status").next().unwrap();
    assert!(last.contains("Acme: sealed. Nothing is due."), "{last}");
}

#[test]
fn seal_and_open_makes_a_vault_and_shows_the_password_that_was_put_in() {
    let scratch = Scratch::new();
    let vault = scratch.path().join("example.vault");
    let said = run("seal_and_open", &vault, "").unwrap();
    assert!(said.contains("card 2 is good, 0 to go"), "{said}");
    assert!(said.contains("password of m365-admin, put in by Ben: correct horse battery staple"), "{said}");
    assert!(said.contains("due: Reseal"), "{said}");
    assert!(vault.join("log.jsonl").is_file());
}

#[test]
fn check_a_card_signs_a_receipt_for_a_good_card_and_refuses_a_card_of_another_vault() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/vectors");
    let cards = fs::read_to_string(vectors.join("cards.txt")).unwrap();
    let epochs = fs::read_dir(vectors.join("acme.vault/epochs")).unwrap().map(|folder| folder.unwrap().path());
    let path = epochs.max().unwrap().join("header.json");
    let receipt: SignedReceipt = serde_json::from_str(&run("check_a_card", &path, &cards).unwrap()).unwrap();
    let header = EpochHeader::read(&fs::read(&path).unwrap()).unwrap();
    assert!(receipt.is_signed_by(&header.custodian(receipt.receipt.card).unwrap().key));
    let other = "BG1ZQQQXQCQQYPQXPQ9QCRSSZG2PVSZZG3RYSJJVFEG9Y4ZKTPD9CHNQVFJXV6R2D3H8QUN5WEU85LR790FLGSQVTYNUS";
    assert!(run("check_a_card", &path, other).unwrap_err().contains("000102030405060708090a0b"));
}
