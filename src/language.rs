//! The sentences of the rooms outside the core, beside the core's own.
//!
//! They live in message files under `src/content`; the build turns each into a function and fails when either language lacks it. No
//! room may hold a sentence for people.

pub use breakglass_core::language::{Language, Say, plain};

/// One function per message, grouped by the file it stands in.
#[allow(missing_docs, non_snake_case)]
pub mod messages {
    use std::fmt::Display;

    pub use breakglass_core::language::messages::*;

    use super::{Language, plain};

    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_stand_with_the_same_spaces_in_every_japanese_sentence() {
        let hidden = messages::terminal::hidden_in(Language::Japanese, 90);
        let good = messages::second_factor::seconds_left(Language::Japanese, 90);
        for sentence in [hidden, good] {
            assert!(sentence.contains("あと 90 秒"), "{sentence}");
        }
    }

    #[test]
    fn no_parameter_of_any_message_adds_a_line_or_turns_one_round() {
        let hostile = "a\nb\u{2028}c\u{2029}d\u{202e}e\u{61c}f\u{1b}[2Jg\u{9b}h\u{200b}i\r";
        assert!(messages::PARAMETERS.len() > 400);
        for parameter in messages::PARAMETERS {
            for language in Language::ALL {
                let [harmless, said] = ["a", hostile].map(|given| (parameter.said)(language, given));
                let more = usize::from(parameter.is_text) * said.matches("a\nb").count();
                assert_eq!(said.matches('\n').count(), harmless.matches('\n').count() + more, "{}", parameter.name);
                assert_eq!(plain::lines(&said), said, "{}: {said:?}", parameter.name);
            }
        }
    }
}
