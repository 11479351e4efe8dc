//! The words that people read: which terms are used for what, in both languages, and how Japanese is written around digits, Latin
//! letters and punctuation. It holds over every message file and over README.ja.md.

use std::fs;
use std::path::{Path, PathBuf};

/// A term, and why another is used instead.
type Forbidden = (&'static str, &'static str);

/// A sentence, and the file and line that hold it.
struct Sentence {
    place: String,
    text: String,
}

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` whose name ends with `ending`, wherever in the house it is.
fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The lines of a file, but for those that `is_no_sentence` names.
fn lines_of(path: &Path, text_of: impl Fn(&str) -> Option<String>) -> Vec<Sentence> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.strip_prefix(top()).unwrap().display().to_string();
    let lines = text.lines().enumerate();
    let sentence = |(number, line)| Some(Sentence { place: format!("{name}:{}", number + 1), text: text_of(line)? });
    lines.filter_map(sentence).collect()
}

/// What a line of a message file says: without its key and arguments, and nothing of a comment.
fn said(line: &str) -> Option<String> {
    match line.split_once('=') {
        _ if line.trim().is_empty() || line.starts_with('#') => None,
        Some((_, text)) if !line.starts_with([' ', '\t']) => Some(text.trim().to_owned()),
        _ => Some(line.trim().to_owned()),
    }
}

/// Every sentence of the message files in a language, `en` or `ja`.
fn messages(language: &str) -> Vec<Sentence> {
    let mut files = files_below(&top().join("src"), &format!(".{language}.txt"));
    // They name the words that are not used.
    files.retain(|file| !file.ends_with(format!("terms.{language}.txt")));
    assert!(files.len() >= 16, "{language}: the message files are elsewhere");
    files.iter().flat_map(|file| lines_of(file, said)).collect()
}

/// The message files in Japanese and the page, without the page's commands, links and pictures.
fn japanese() -> Vec<Sentence> {
    let mut sentences = messages("ja");
    sentences.extend(page().into_iter().map(|sentence| Sentence { text: without_code(&sentence.text), ..sentence }));
    sentences
}

/// README.ja.md but for its blocks of commands.
fn page() -> Vec<Sentence> {
    let mut is_command = false;
    let mut lines = lines_of(&top().join("README.ja.md"), |line| Some(line.to_owned()));
    lines.retain(|line| {
        let fence = line.text.starts_with("```");
        is_command ^= fence;
        !is_command && !fence && !line.text.starts_with('<')
    });
    lines
}

/// A line of Markdown without what is typed, and without the targets of its links.
fn without_code(line: &str) -> String {
    let words = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let mut parts = words.split("](");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push(']');
        kept.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
    }
    kept
}

/// Names of others, which no rule of ours changes.
fn without_names(text: &str) -> String {
    ["量子コンピューター", "UDPゴシック"].iter().fold(text.to_owned(), |text, name| text.replace(name, ""))
}

fn is_kana_or_kanji(character: char) -> bool {
    matches!(character, '々' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// Fails with every sentence of which `is_wrong` says something.
fn none(sentences: &[Sentence], is_wrong: impl Fn(&str) -> Option<String>) {
    let wrong =
        |sentence: &Sentence| Some(format!("{}: {}: {}", sentence.place, is_wrong(&sentence.text)?, sentence.text));
    let found: Vec<String> = sentences.iter().filter_map(wrong).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn none_says(sentences: &[Sentence], forbidden: &[Forbidden]) {
    none(sentences, |text| {
        let (word, instead) = forbidden.iter().find(|(word, _)| without_names(text).contains(word))?;
        Some(format!("“{word}”, say {instead}"))
    });
}

/// Whether a text has a word, or several, and not merely as part of another word.
fn has_word(text: &str, word: &str) -> bool {
    let lower = text.to_lowercase();
    let is_letter =
        |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
    lower.match_indices(word).any(|(at, _)| {
        !is_letter(lower[..at].chars().next_back()) && !is_letter(lower[at + word.len()..].chars().next())
    })
}

fn neither_digit_nor_letter_touches_japanese(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let at = characters.windows(2).position(|pair| {
        let [a, b] = [pair[0], pair[1]];
        (a.is_ascii_alphanumeric() && is_kana_or_kanji(b)) || (is_kana_or_kanji(a) && b.is_ascii_alphanumeric())
    })?;
    Some(format!("no space in “{}{}”", characters[at], characters[at + 1]))
}

/// What counts: 3 枚, {count} 件.
const COUNTERS: &str = "枚件個人行文字目組回秒分時間日年番桁語バイトビット";

#[test]
fn japanese_uses_one_word_for_one_thing() {
    none_says(
        &japanese(),
        &[
            ("読み戻", "読み取り確認"),
            ("脇に置", "後回しにする"),
            ("自称", "本人確認なし, 申告のみ"),
            ("自己申告", "本人確認なし, 申告のみ"),
            ("氏名不詳", "記名なし"),
            ("定足数", "必要枚数"),
            ("印刷機", "プリンター"),
            ("コンピューター", "パソコン"),
            ("端末", "パソコン, or ターミナル"),
            ("利用者", "ユーザー"),
            ("障害番号", "インシデント番号"),
            ("統合", "取り込む"),
            ("複製", "写し"),
            ("コピー", "写し"),
            ("フィールド", "欄"),
            ("版", "バージョン"),
            ("印刷し直", "再発行"),
            ("離任", "退職・異動"),
            ("退任", "退職・異動"),
            ("処分", "裁断または焼却, 廃棄"),
            ("破棄", "裁断または焼却, 廃棄"),
            ("細断", "裁断または焼却"),
            ("エポック", "世代"),
            ("ローテーション", "更新"),
            ("読み取り機", "QR コードリーダー"),
            ("電話機", "スマートフォン"),
            ("やるべきこと", "必要な作業"),
            ("他の", "ほかの"),
        ],
    );
}

#[test]
fn japanese_writes_long_vowels_to_the_end() {
    for (stem, whole) in
        [("フォルダ", "フォルダー"), ("メモリ", "メモリー"), ("プリンタ", "プリンター"), ("ユーザ", "ユーザー")]
    {
        none(&japanese(), |text| {
            let cut = text.match_indices(stem).any(|(at, _)| !text[at..].starts_with(whole));
            cut.then(|| format!("“{stem}”, say {whole}"))
        });
    }
}

#[test]
fn japanese_is_polite_and_no_more() {
    none_says(
        &japanese(),
        &[
            ("お持ちください", "使ってください"),
            ("お持ちになった", "持ってきた"),
            ("お使い", "使って"),
            ("お呼び", "まだ届いていない"),
            ("お見せ", "表示"),
            ("お尋ね", "確認"),
            ("お手元", "紙に控えた"),
            ("どなた", "人"),
            ("なさい", "できる"),
            ("ご覧", "見て, 確認"),
            ("いただけ", "できます"),
            ("ございます", "あります"),
        ],
    );
}

#[test]
fn japanese_sentences_have_no_english_placeholders() {
    let left = ["NAME", "TEXT", "FIELD", "ENTRY", "FILE", "DIR", "NUMBER"];
    none(&japanese(), |text| {
        let text = text.split('`').step_by(2).collect::<String>();
        let word =
            left.iter().find(|word| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == **word))?;
        Some(format!("“{word}”, say 氏名, 理由, ファイル …"))
    });
}

#[test]
fn japanese_has_a_space_beside_digits_and_latin_letters() {
    none(&japanese(), |text| neither_digit_nor_letter_touches_japanese(&without_names(text)));
}

#[test]
fn japanese_has_a_space_between_a_number_and_what_it_counts() {
    none(&messages("ja"), |text| {
        let part = text.split('}').skip(1).find(|rest| {
            let rest = rest.split('{').next().unwrap_or_default();
            rest.chars().next().is_some_and(|first| COUNTERS.contains(first) && is_kana_or_kanji(first))
        })?;
        Some(format!("no space before “{}”", part.chars().take(2).collect::<String>()))
    });
}

#[test]
fn japanese_uses_full_width_colons_and_brackets() {
    none(&japanese(), |text| {
        let characters: Vec<char> = text.chars().collect();
        let pair = characters.windows(2).find(|pair| {
            (is_kana_or_kanji(pair[0]) && matches!(pair[1], ':' | '(' | ')'))
                || (matches!(pair[0], '(' | ')') && is_kana_or_kanji(pair[1]))
                || (matches!(pair[0], '」' | '）' | '}') && pair[1] == ':')
        })?;
        Some(format!("half-width “{}{}”", pair[0], pair[1]))
    });
}

#[test]
fn japanese_uses_one_wave_dash_and_one_dash() {
    none_says(&japanese(), &[("\u{301c}", "～ (U+FF5E)"), ("\u{2015}", "— (U+2014)"), ("\u{ff0d}", "— (U+2014)")]);
}

#[test]
fn rotation_is_explained_where_it_is_first_met() {
    let whole = "更新（鍵とカードの作り直し）";
    let page: String = page().into_iter().map(|line| line.text + "\n").collect();
    assert_eq!(page.find("更新"), page.find(whole), "README.ja.md");
    for key in ["rotate = ", "after_init = ", "vault_was_opened("] {
        let files = files_below(&top().join("src"), ".ja.txt");
        let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        let found = text.lines().any(|line| line.starts_with(key) && line.contains(whole));
        assert!(found, "{key} does not say {whole}");
    }
}

#[test]
fn english_sounds_as_if_somebody_had_said_it() {
    let forbidden = [
        ("as claimed", "unverified"),
        ("anew", "again"),
        ("whoever", "anyone who"),
        ("stands", "is"),
        ("stood", "was"),
        ("put in", "added"),
        ("puts in", "adds"),
        ("take off", "remove"),
        ("taken off", "removed"),
        ("lay aside", "set aside"),
        ("laid aside", "set aside"),
        ("has not that", "does not have that"),
        ("of the moment", "current, time-based"),
        ("goes on", "continues"),
        ("go on", "continue"),
        ("goes in", "is added"),
        ("the log says so", "recorded in the log"),
        ("and say so", "record that"),
        ("cannot be told", "it is not clear"),
        ("is told", "is reported"),
        ("are told", "are reported"),
        ("the card of {name}", "{name}'s card"),
        ("the cards of {names}", "these cards: {names}"),
        ("the phrase of {name}", "{name}'s phrase"),
        ("anybody", "anyone"),
    ];
    none(&messages("en"), |text| {
        let (word, instead) = forbidden.iter().find(|(word, _)| has_word(text, word))?;
        Some(format!("“{word}”, say {instead}"))
    });
}

#[test]
fn the_pages_in_english_keep_the_same_words() {
    let forbidden = ["as claimed", "anew", "whoever", "laid aside", "put in", "is told", "are told"];
    for name in ["README.md", "docs/ATTACHMENTS.md", "docs/IMPORT-AND-EXPORT.md", "docs/READING.md", "docs/ROSTER.md"] {
        let lines = lines_of(&top().join(name), |line| Some(line.to_owned()));
        none(&lines, |text| forbidden.iter().find(|word| has_word(text, word)).map(|word| format!("“{word}”")));
    }
}
