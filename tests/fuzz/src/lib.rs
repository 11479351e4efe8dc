//! What each fuzz target does with the bytes that it is handed, by rooms: it decodes them, and holds what came out to more than that nothing
//! panicked. `tests/fuzz_seeds.rs` tries the same functions on every seed, wherever breakglass is tested.

mod cards;
mod formats;
mod frozen;
mod imports;
mod log;
mod people;
mod pictures;

use breakglass::language::{Language, Say, plain};

/// Every target: its name, which is that of its folder of seeds and of its program, and what it does.
macro_rules! targets {
    ($($room:ident: $($name:ident),+;)+) => {
        $(pub use $room::{$($name),+};)+

        /// Every target by its name.
        pub const TARGETS: &[(&str, fn(&[u8]))] = &[$($((stringify!($name), $name)),+),+];
    };
}

targets! {
    cards: card, card_file, card_typed, head, phrase;
    formats: age, canonical, contents, deposit, header, names, packed_contents, sealed_contents;
    log: log, log_line, receipt;
    imports: import_archive, import_bitwarden, import_csv, import_keepassxc, import_1pux, import_own;
    people: otpauth, roster;
    pictures: jpeg, pdf, png;
}

/// The bytes as text, for decoders that are handed nothing else.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// That something can be said in both languages, and that nothing in it adds a line or turns one round.
fn is_said(what: &impl Say) {
    for language in Language::ALL {
        let said = what.say(language);
        assert!(!said.is_empty() && plain::lines(&said) == said, "{said:?}");
    }
}
