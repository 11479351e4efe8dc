//! Completions and man pages, taken by real shells and readers of man pages.

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod support;

use std::fs;
use std::process::Command;

use scratch::Scratch;

fn breakglass() -> Command {
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
}

#[test]
fn every_command_has_a_page_that_readers_of_man_pages_take_in_both_languages() {
    let scratch = Scratch::new();
    for (language, word) in [("en", "no card is needed"), ("ja", "カード")] {
        let folder = scratch.path().join(language);
        fs::create_dir(&folder).unwrap();
        assert!(breakglass().arg("man").arg(&folder).args(["--language", language]).status().unwrap().success());
        let put = fs::read_to_string(folder.join("breakglass-put.1")).unwrap();
        assert!(put.contains(word) && put.contains("attach"), "{put}");
        let help = breakglass().args(["--help", "--language", "en"]).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let commands = help.lines().skip_while(|line| !line.starts_with("Commands")).skip(1);
        for line in commands.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("    ")) {
            let name = line.split_whitespace().next().unwrap();
            assert!(folder.join(format!("breakglass-{name}.1")).is_file(), "{name}");
        }
        let Some(mandoc) = support::outside_program("mandoc") else { continue };
        for page in fs::read_dir(&folder).unwrap() {
            let page = page.unwrap().path();
            let lint = Command::new(&mandoc).args(["-Tlint", "-W", "error"]).arg(&page).output().unwrap();
            assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stdout));
        }
    }
}

#[test]
fn bash_completes_commands_and_options_with_the_script() {
    let Some(bash) = support::outside_program("bash") else { return };
    let script = breakglass().args(["completions", "bash"]).output().unwrap();
    assert!(script.status.success());
    let scratch = Scratch::new();
    let file = scratch.path().join("completions.bash");
    fs::write(&file, script.stdout).unwrap();
    let completed = |words: &str, count: usize| {
        let line = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD={count}; _breakglass breakglass \"${{COMP_WORDS[{count}]}}\"; \
             echo \"${{COMPREPLY[@]}}\"",
            file.display()
        );
        let output = Command::new(&bash).args(["--norc", "-c", &line]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(completed("breakglass uns", 1).trim(), "unseal");
    assert_eq!(completed("breakglass put --att", 2).trim(), "--attach");
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        let script = breakglass().args(["completions", shell]).output().unwrap();
        assert!(script.status.success() && String::from_utf8_lossy(&script.stdout).contains("unseal"), "{shell}");
    }
}
