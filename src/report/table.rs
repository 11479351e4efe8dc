//! Columns of text, for terminals on which some characters are two cells wide.

use crate::desk::{columns, printable};

/// Lines of cells under their heads, each column as wide as its widest cell. Empty columns are left out.
pub fn table<const N: usize>(heads: &[String; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| std::array::from_fn(|column| printable(&row[column]).replace('\n', " "))).collect();
    let used: Vec<usize> = (0..N).filter(|&column| rows.iter().any(|row| !row[column].is_empty())).collect();
    let widths: [usize; N] = std::array::from_fn(|column| {
        rows.iter().map(|row| columns(&row[column])).chain([columns(&heads[column])]).max().unwrap_or_default()
    });
    let line = |row: &[String; N]| {
        let cells: Vec<String> = used
            .iter()
            .map(|&column| format!("{}{}", row[column], " ".repeat(widths[column] - columns(&row[column]))))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    std::iter::once(heads).chain(&rows).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_in_both_scripts() {
        let text = |words: [&str; 3]| words.map(str::to_owned);
        let made = table(&text(["id", "題", "x"]), &[text(["a", "テナント", ""]), text(["long-id", "M365", ""])]);
        assert_eq!(made, "id       題\na        テナント\nlong-id  M365");
    }
}
