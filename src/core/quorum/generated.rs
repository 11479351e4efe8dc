//! Random values for credentials: characters of an alphabet, or words.

use super::phrase::word_list;
use crate::secret::{NoRandomness, Secret, SecretText};

/// Letters and digits without the ones that are easily mistaken for another, and signs that keyboards everywhere have in reach.
pub const READABLE_ALPHABET: &str = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.+";

/// So many characters, each drawn evenly from the alphabet.
///
/// # Errors
/// When the operating system gives no randomness.
///
/// # Panics
/// When the alphabet is empty or has more than 65,536 characters.
pub fn generate_characters(length: usize, alphabet: &str) -> Result<SecretText, NoRandomness> {
    let characters: Vec<char> = alphabet.chars().collect();
    // Four bytes hold any character; a buffer of full size never moves.
    let mut text = String::with_capacity(length * 4);
    for _ in 0..length {
        text.push(characters[draw(characters.len())?]);
    }
    Ok(SecretText::from(text))
}

/// So many words of the list that phrases are made of, 11 bits each.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn generate_words(count: usize) -> Result<SecretText, NoRandomness> {
    let list: Vec<&str> = word_list().collect();
    let longest = list.iter().map(|word| word.len()).max().unwrap_or(0);
    let mut text = String::with_capacity(count * (longest + 1));
    for place in 0..count {
        if place > 0 {
            text.push('-');
        }
        text.push_str(list[draw(list.len())?]);
    }
    Ok(SecretText::from(text))
}

/// A number below `bound`, every one equally often: draws that would favour the small ones are thrown away.
fn draw(bound: usize) -> Result<usize, NoRandomness> {
    assert!((1..=1 << 16).contains(&bound), "an alphabet has 1 to 65,536 characters");
    let even = (1 << 16) / bound * bound;
    loop {
        let drawn = usize::from(u16::from_le_bytes(*Secret::random()?.expose()));
        if drawn < even {
            return Ok(drawn % bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_an_alphabet_is_drawn_equally_often() {
        let alphabet = "abcdefg";
        let draws = 70_000;
        let text = generate_characters(draws, alphabet).unwrap();
        let expected = draws as f64 / 7.0;
        let square = |letter| {
            let count = text.expose().matches(letter).count() as f64;
            (count - expected).powi(2) / expected
        };
        let sum: f64 = alphabet.chars().map(square).sum();
        // Chi-square with six degrees of freedom stays below 54.3 but once in 10^9.
        assert!(sum < 54.3, "{sum}");
    }

    #[test]
    fn words_are_as_many_as_asked_for() {
        assert_eq!(generate_words(7).unwrap().expose().split('-').count(), 7);
    }
}
