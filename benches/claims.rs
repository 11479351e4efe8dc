//! 2 MB of lines that nobody signed, in the worst shapes that are known: at most 1 s for every command, whole process.
//!
//! Whoever can write into the folder can put them there. A name on the command line measures the shapes that contain it.

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "other benches do more with it")]
mod support;

#[path = "support/shapes.rs"]
mod shapes;

use std::process::ExitCode;
use std::time::Duration;

use shapes::{SHAPES, Shape};
use support::years::Writer;
use support::{Room, moment};

const FIGURE: Duration = Duration::from_secs(1);
const RUNS: usize = 3;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str()));
    let mut reached = true;
    for (name, shape) in SHAPES {
        if is_wanted(name) {
            reached &= measure(name, *shape);
        }
    }
    println!("to reach: {FIGURE:?} for each");
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether every command bears this shape.
fn measure(name: &str, shape: Shape) -> bool {
    let room = Room::new("claims");
    let (ledger, keys) = room.begin();
    let writer = Writer::new(&room, &ledger, &keys);
    // One opening that wrote everything out, and a deposit, for the claims to speak of.
    let years = writer.years(15);
    writer.append(&years);
    let head = years.last().expect("a line").id;
    let log = room.vault().join("log.jsonl");
    let mut bytes = std::fs::read(&log).expect("the log");
    let lines = shape(&writer, head);
    let count = lines.len();
    for line in lines {
        bytes.extend(line);
        bytes.push(b'\n');
    }
    std::fs::write(&log, &bytes).expect("space for the log");
    let cards = room.cards_file().display().to_string();
    let fields = room.file("fields.json").display().to_string();
    std::fs::write(&fields, r#"{"password":"correct horse battery staple"}"#).expect("space for fields");
    let commands: [(&str, &[&str]); 5] = [
        ("status", &["status"]),
        ("list", &["list"]),
        ("log verify", &["log", "verify"]),
        ("put", &["put", "entry-new", "--fields-from", &fields]),
        (
            "unseal",
            &[
                "unseal",
                "--reason",
                "bench",
                "--cards",
                &cards,
                "--entry",
                "entry-1",
                "--field",
                "password",
                "--deposited",
            ],
        ),
    ];
    let mut told = Vec::new();
    let mut reached = true;
    for (command, arguments) in commands {
        let took = (0..RUNS).map(|_| {
            std::fs::write(&log, &bytes).expect("space for the log");
            let (output, took) = room.run(arguments);
            (took, output.status.code())
        });
        let (took, status) = took.min().expect("a run");
        let status = status.map_or("killed".to_owned(), |status| status.to_string());
        told.push(format!("{command} {took:.0?} ({status})"));
        reached &= took <= FIGURE;
    }
    let slow = if reached { "" } else { " TOO SLOW" };
    println!("{name}: {} KiB in {count} lines: {}{slow}", bytes.len() >> 10, told.join(", "));
    reached
}
