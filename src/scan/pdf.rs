//! Finds the images in a PDF without drawing it.
//!
//! A scanner's PDF is a picture a page, and the PDF of a card holds its code as its only image. An image is a stream, and a stream with
//! its dictionary always stands in the open: only other objects may be packed together (ISO 32000-1, 7.5.7). So the file is gone
//! through once from its beginning, with no table of references, which a damaged file lacks and a hostile one uses to unpack without end.

/// The key in a PDF under which the program stands that wrote it.
const PRODUCER: &[u8] = b"/Producer";

/// An image as it lies in the file.
pub(super) struct Image<'f> {
    dictionary: Dictionary<'f>,
    /// Still packed by the filters that the dictionary names.
    pub(super) data: &'f [u8],
}

impl<'f> Image<'f> {
    /// What the dictionary says of it.
    pub(super) fn dictionary(&self) -> Dictionary<'f> {
        self.dictionary
    }
}

/// A dictionary with those inside it. The keys of an image and of its filters' parameters do not contradict each other.
#[derive(Clone, Copy)]
pub(super) struct Dictionary<'f>(&'f [u8]);

impl<'f> Dictionary<'f> {
    /// What stands after the name `key`, up to the end of the dictionary.
    fn after(self, key: &str) -> Option<&'f [u8]> {
        let mut rest = self.0;
        while let Some(place) = find(rest, key.as_bytes()) {
            rest = &rest[place + key.len()..];
            if rest.first().is_none_or(|byte| !is_regular(*byte)) {
                return Some(rest.trim_ascii_start());
            }
        }
        None
    }

    /// A whole number that stands in the dictionary itself.
    pub(super) fn number(self, key: &str) -> Option<i64> {
        let word = self.after(key)?.split(|byte| !is_regular(*byte)).next()?;
        str::from_utf8(word).ok()?.parse().ok()
    }

    /// Whether `key` stands there as true.
    pub(super) fn is_true(self, key: &str) -> bool {
        self.after(key).is_some_and(|value| value.starts_with(b"true"))
    }

    /// The names after `key`: one, or those of an array.
    pub(super) fn names(self, key: &str) -> Vec<&'f str> {
        let Some(value) = self.after(key) else { return Vec::new() };
        let names = match value.strip_prefix(b"[") {
            Some(array) => &array[..array.iter().position(|byte| *byte == b']').unwrap_or(array.len())],
            None => {
                let length = 1 + value.iter().skip(1).position(|byte| !is_regular(*byte)).unwrap_or(value.len());
                &value[..length.min(value.len())]
            }
        };
        let names = names.split(|byte| *byte == b'/').skip(1);
        names.filter_map(|name| str::from_utf8(name.trim_ascii()).ok()).collect()
    }

    /// Whether the array after `key` begins with 1: the samples are exchanged, black for white.
    pub(super) fn begins_with_one(self, key: &str) -> bool {
        self.after(key)
            .and_then(|value| value.strip_prefix(b"["))
            .is_some_and(|array| array.trim_ascii_start().starts_with(b"1"))
    }
}

/// The images of a file, in the order in which they stand there.
pub(super) fn images(file: &[u8]) -> Vec<Image<'_>> {
    let mut images = Vec::new();
    let mut rest = file;
    while let Some(place) = find(rest, b"stream") {
        let before = rest[..place].trim_ascii_end();
        let body = &rest[place + b"stream".len()..];
        if !before.ends_with(b">>") {
            rest = body;
            continue;
        }
        let dictionary = Dictionary(&before[rfind(before, b"obj").unwrap_or(0)..]);
        let body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        let length = length_of_stream(dictionary, body);
        if dictionary.names("/Subtype") == ["Image"] {
            images.push(Image { dictionary, data: &body[..length] });
        }
        rest = &body[length..];
    }
    images
}

/// As told, where it is told rightly; else up to the word that ends the stream. The length may stand in another object, and some
/// programs tell it wrongly.
fn length_of_stream(dictionary: Dictionary<'_>, body: &[u8]) -> usize {
    let told = dictionary.number("/Length").and_then(|length| usize::try_from(length).ok());
    let told = told
        .filter(|length| body.get(*length..).is_some_and(|after| after.trim_ascii_start().starts_with(b"endstream")));
    told.or_else(|| find(body, b"endstream")).unwrap_or(body.len())
}

/// Whether the file says that it is encrypted.
pub(super) fn is_locked(file: &[u8]) -> bool {
    find(file, b"/Encrypt").is_some()
}

/// Whether the file says that breakglass wrote it, as every PDF of a card does: `/Producer (breakglass)`, with the space as programs like it.
pub(super) fn is_of_breakglass(file: &[u8]) -> bool {
    let mut rest = file;
    while let Some(place) = find(rest, PRODUCER) {
        rest = &rest[place + PRODUCER.len()..];
        if rest.trim_ascii_start().starts_with(b"(breakglass)") {
            return true;
        }
    }
    false
}

/// Whether a byte may stand in a name or a number (ISO 32000-1, 7.2.2).
fn is_regular(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && byte != 0 && !b"()<>[]{}/%".contains(&byte)
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(place) = bytes[start..].iter().position(|byte| *byte == word[0]) {
        if bytes[start + place..].starts_with(word) {
            return Some(start + place);
        }
        start += place + 1;
    }
    None
}

fn rfind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_by_their_dictionaries_whatever_their_lengths_say() {
        let file = b"%PDF-1.4\n1 0 obj<</Length 3>>stream\nabcendstream endobj 2 0 obj\n<< /Type /XObject /Subtype /Image\
            /Width 3/Height 4 /Filter [/FlateDecode /DCTDecode] /DecodeParms [null << /K -1 /BlackIs1 true >>] /Decode [ 1 0 ]\
            /Length 99 0 R >>\nstream\r\nstream of bytes\nendstream\nendobj";
        let images = images(file);
        assert_eq!(images.len(), 1);
        let dictionary = images[0].dictionary();
        assert_eq!(images[0].data, b"stream of bytes\n");
        assert_eq!([dictionary.number("/Width"), dictionary.number("/K")], [Some(3), Some(-1)]);
        assert_eq!(dictionary.names("/Filter"), ["FlateDecode", "DCTDecode"]);
        assert!(dictionary.is_true("/BlackIs1") && dictionary.begins_with_one("/Decode"));
        assert_eq!(dictionary.number("/W"), None);
    }
}
