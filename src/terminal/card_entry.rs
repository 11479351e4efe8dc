//! A card's text while a person types it: which groups are there, and what is wrong with them.
//!
//! The paper shows groups of five characters, and so does the screen. Each group is answered as soon as it is whole. A line that
//! begins like a path instead names a text file that holds a card.

use std::path::PathBuf;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::dropped::{begins_path, path_of};
use super::keys::Key;
use super::line::Line;
use crate::card::{CardHead, TypedCard, TypingError, separates};
use crate::desk::{columns, end_of};
use crate::language::{Language, Say, messages};
use crate::secret::SecretText;

/// Characters of a group, as printed.
const GROUP: usize = 5;

/// Groups that stand in one line, as printed.
const GROUPS_IN_LINE: usize = 4;

/// What is typed when a character on the paper cannot be read.
const UNREADABLE: char = '?';

/// How a whole group was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    HasUnreadable,
}

/// What is known about the text so far.
struct Judgement {
    /// Of each whole group, from the first on.
    verdicts: Vec<Verdict>,
    /// Characters that cannot be in a card's text, as group and place, both from 1.
    unreadable: Vec<(usize, usize)>,
    /// What is wrong after the groups that were answered.
    error: Option<TypingError>,
    head: Option<CardHead>,
    /// The group to be typed next, from 1, unless all are there.
    next_group: Option<usize>,
}

/// The line in which a card or the path of one is typed.
pub struct CardEntry {
    line: Line,
}

impl CardEntry {
    /// Begins with what was typed before, if anything was.
    pub fn new(earlier: Option<&SecretText>) -> CardEntry {
        let mut entry = CardEntry { line: Line::new() };
        for character in earlier.iter().flat_map(|text| text.expose().chars()) {
            entry.edit(Key::Character(character));
        }
        entry
    }

    /// Takes a key. Spaces and hyphens between groups are the screen's business and are left out; letters are shown as on paper.
    pub fn edit(&mut self, key: Key) {
        match key {
            Key::Character(character) if !self.is_path() => {
                for character in std::iter::once(character).nfkc().filter(|character| !separates(*character)) {
                    self.line.insert(character);
                }
            }
            key => self.line.edit(key),
        }
    }

    fn is_path(&self) -> bool {
        begins_path(self.line.text())
    }

    /// The file that the line names, if it does.
    pub fn path(&self) -> Option<PathBuf> {
        path_of(self.line.text())
    }

    /// Whether no mistake in typing a card makes this, but another code that was scanned: what comes next must not stand behind it.
    pub fn is_another_code(&self) -> bool {
        let is_no_card = matches!(self.judge().error, Some(TypingError::NotACard));
        is_no_card && self.line.text().contains([':', '/'])
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.line.text().is_empty()
    }

    /// The text, when all groups are there and nothing is too much.
    pub fn whole(&self) -> Option<SecretText> {
        let judgement = self.judge();
        (judgement.next_group.is_none() && judgement.error.is_none()).then(|| self.line.secret())
    }

    fn judge(&self) -> Judgement {
        let mut card = TypedCard::new();
        let mut judgement =
            Judgement { verdicts: Vec::new(), unreadable: Vec::new(), error: None, head: None, next_group: None };
        for group in self.groups() {
            match card.take(group) {
                Ok(taken) => {
                    let good = taken.unreadable.is_empty();
                    judgement.verdicts.push(if good { Verdict::Good } else { Verdict::HasUnreadable });
                    judgement.unreadable.extend(taken.unreadable);
                }
                Err(TypingError::WrongLength { have, want, .. }) if have < want => break,
                Err(error) => {
                    judgement.error = Some(error);
                    break;
                }
            }
        }
        judgement.head = card.head();
        judgement.next_group = card.next_group();
        judgement
    }

    /// The text in pieces of five characters; the last may be shorter.
    fn groups(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.line.text();
        std::iter::from_fn(move || {
            let end = rest.char_indices().nth(GROUP).map_or(rest.len(), |(place, _)| place);
            let (group, following) = rest.split_at(end);
            rest = following;
            (!group.is_empty()).then_some(group)
        })
    }

    /// The lines to show, none wider than `width`, and where the cursor stands in them: line and column, from 0. `mark` colours the
    /// answers: whether it is good, and the text.
    pub fn shown(&self, width: usize, mark: impl Fn(bool, &str) -> String) -> (Vec<Zeroizing<String>>, (usize, usize)) {
        if self.is_path() {
            let (shown, cursor) = end_of(self.line.text(), self.line.before_cursor(), width - 1);
            return (vec![Zeroizing::new(shown.to_owned())], (0, cursor));
        }
        let judgement = self.judge();
        let cursor = self.line.before_cursor().chars().count();
        let mut lines: Vec<Zeroizing<String>> = Vec::new();
        let mut place = None;
        for (number, group) in self.groups().chain([""]).enumerate() {
            if number % GROUPS_IN_LINE == 0 {
                lines.push(Zeroizing::new(String::with_capacity(128)));
            }
            let column = 4 + number % GROUPS_IN_LINE * (GROUP + 5);
            if number * GROUP <= cursor && cursor <= number * GROUP + group.chars().count() {
                let inside = group.char_indices().nth(cursor - number * GROUP).map_or(group, |(end, _)| &group[..end]);
                place = Some((lines.len() - 1, column + columns(inside)));
            }
            let line = lines.last_mut().expect("pushed for the first group of each line");
            if number % GROUPS_IN_LINE == 0 {
                line.push_str(&format!("{:>2}  ", number + 1));
            }
            line.extend(group.chars().map(|character| character.to_ascii_uppercase()));
            if let Some(verdict) = judgement.verdicts.get(number) {
                let answer = if *verdict == Verdict::Good { mark(true, "ok") } else { mark(false, "??") };
                line.push_str(&format!(" {answer}  "));
            }
        }
        (lines, place.unwrap_or_default())
    }

    /// What to say below the groups, if anything: what is wrong, or what the card says about itself.
    pub fn notice(&self, language: Language, remark: &dyn Fn(&CardHead) -> Option<String>) -> Option<String> {
        if self.is_path() {
            return None;
        }
        let judgement = self.judge();
        if let Some(error) = judgement.error {
            return Some(match error {
                TypingError::TooMuch | TypingError::AllTyped => messages::terminal::card_too_long(language),
                error => error.say(language),
            });
        }
        match judgement.unreadable.last() {
            Some((group, place)) => {
                let character = self.groups().nth(group - 1).and_then(|text| text.chars().nth(place - 1));
                Some(match character {
                    Some(character) if character != UNREADABLE => messages::terminal::NotOnACard {
                        group,
                        place,
                        character: Zeroizing::new(character.to_ascii_uppercase().to_string()).as_str(),
                    }
                    .say(language),
                    _ => messages::terminal::left_out(language, judgement.unreadable.len()),
                })
            }
            None => {
                let remark = judgement.head.as_ref().and_then(remark);
                let all_there = judgement.next_group.is_none().then(|| messages::terminal::all_there(language));
                let both: Vec<String> = remark.into_iter().chain(all_there).collect();
                (!both.is_empty()).then(|| both.join("\n"))
            }
        }
    }

    /// What to say when Enter is pressed before all is there.
    pub fn what_is_missing(&self, language: Language) -> String {
        match self.judge() {
            Judgement { error: Some(_), .. } => self.notice(language, &|_| None).unwrap_or_default(),
            Judgement { next_group: Some(group), .. } => messages::terminal::goes_on_at(language, group),
            Judgement { next_group: None, .. } => messages::terminal::card_too_long(language),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(typed: &str) -> CardEntry {
        let mut entry = CardEntry::new(None);
        typed.chars().for_each(|character| entry.edit(Key::Character(character)));
        entry
    }

    fn lines(entry: &CardEntry) -> Vec<String> {
        entry.shown(79, |_, answer| answer.to_owned()).0.iter().map(|line| line.to_string()).collect()
    }

    #[test]
    fn a_group_is_answered_as_soon_as_it_has_five_characters() {
        assert_eq!(lines(&entry("bg1q")), [" 1  BG1Q"]);
        assert_eq!(lines(&entry("bg1qq")), [" 1  BG1QQ ok  "]);
        assert_eq!(lines(&entry("bg1qqzz")), [" 1  BG1QQ ok  ZZ"]);
    }

    #[test]
    fn four_groups_stand_in_a_line_as_on_paper() {
        let shown = lines(&entry("bg1qqqqqqqqqqqqqqqqqqqqq"));
        assert_eq!(shown, [" 1  BG1QQ ok  QQQQQ ok  QQQQQ ok  QQQQQ ok  ", " 5  QQQQ"]);
    }

    #[test]
    fn spaces_hyphens_and_full_width_letters_make_no_difference() {
        assert_eq!(lines(&entry("ＢＧ１ｑｑ　qq-ー−qqq")), lines(&entry("bg1qqqqqqq")));
    }

    #[test]
    fn a_character_that_no_card_has_is_named_by_group_and_place() {
        let entry = entry("bg1qqqqb");
        assert_eq!(entry.notice(Language::English, &|_| None), None);
        let mut entry = entry;
        entry.edit(Key::Character('q'));
        entry.edit(Key::Character('q'));
        assert_eq!(lines(&entry), [" 1  BG1QQ ok  QQBQQ ??  "]);
        let notice = entry.notice(Language::English, &|_| None).unwrap();
        assert!(notice.contains("Group 2") && notice.contains("character 3") && notice.contains('B'), "{notice}");
    }

    #[test]
    fn what_is_no_card_is_told_at_the_first_group() {
        assert!(entry("hello").notice(Language::English, &|_| None).unwrap().contains("BG1"));
    }

    #[test]
    fn backspace_goes_back_over_groups_and_a_forgotten_character_moves_the_rest() {
        let mut entry = entry("bg1qqzz");
        (0..3).for_each(|_| entry.edit(Key::Backspace));
        assert_eq!(lines(&entry), [" 1  BG1Q"]);
        entry.edit(Key::Home);
        entry.edit(Key::Delete);
        entry.edit(Key::Character('b'));
        assert_eq!(lines(&entry), [" 1  BG1Q"]);
    }

    #[test]
    fn the_cursor_stands_where_the_next_character_goes() {
        let place = |entry: &CardEntry| entry.shown(79, |_, answer| answer.to_owned()).1;
        assert_eq!(place(&entry("")), (0, 4));
        assert_eq!(place(&entry("bg1")), (0, 7));
        assert_eq!(place(&entry("bg1qq")), (0, 14));
        assert_eq!(place(&entry("bg1qqqqqqqqqqqqqqqqq")), (1, 4));
        let mut moved = entry("bg1qqqqq");
        moved.edit(Key::Left);
        assert_eq!(place(&moved), (0, 16));
    }

    #[test]
    fn of_a_path_wider_than_the_screen_its_end_is_shown() {
        let long = entry(&format!("/media/{}/card.png", "folder-".repeat(30)));
        let (shown, cursor) = long.shown(79, |_, answer| answer.to_owned());
        assert!(columns(&shown[0]) < 79 && shown[0].ends_with("/card.png"), "{}", shown[0].as_str());
        assert_eq!(cursor, (0, columns(&shown[0])));
    }

    #[test]
    fn a_line_that_begins_like_a_path_names_a_file() {
        assert_eq!(entry("/media/stick/my card.txt").path(), Some(PathBuf::from("/media/stick/my card.txt")));
        assert_eq!(entry("file:card-1.txt").path(), Some(PathBuf::from("card-1.txt")));
        assert_eq!(entry("file:///media/a.txt").path(), Some(PathBuf::from("/media/a.txt")));
        assert_eq!(entry("bg1qq").path(), None);
    }

    #[test]
    fn a_card_is_whole_with_93_characters_and_not_with_one_more_or_less() {
        let text = format!("bg1{}", "q".repeat(90));
        assert!(entry(&text[..92]).whole().is_none());
        assert!(entry(&text).whole().is_some_and(|whole| whole.expose() == text));
        let longer = entry(&format!("{text}q"));
        assert!(longer.whole().is_none());
        assert!(longer.notice(Language::English, &|_| None).is_some());
    }
}
