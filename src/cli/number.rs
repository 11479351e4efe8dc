//! Numbers that can be typed, each within its bounds.

use std::ops::RangeInclusive;

use crate::language::{Language, Say, messages::help as text};
use crate::speaks;

/// What was typed is no whole number within the bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotANumber {
    from: u64,
    to: u64,
}

impl Say for NotANumber {
    fn say(&self, language: Language) -> String {
        text::WholeNumber { from: self.from, to: self.to }.say(language)
    }
}

speaks!(NotANumber);

/// What reads a whole number within these bounds.
pub fn whole<N>(bounds: RangeInclusive<N>) -> impl Fn(&str) -> Result<N, NotANumber> + Clone
where
    N: Copy + PartialOrd + TryFrom<u64> + Into<u64>,
{
    move |typed| {
        let number = typed.parse::<u64>().ok().and_then(|number| N::try_from(number).ok());
        let (from, to) = ((*bounds.start()).into(), (*bounds.end()).into());
        number.filter(|number| bounds.contains(number)).ok_or(NotANumber { from, to })
    }
}
