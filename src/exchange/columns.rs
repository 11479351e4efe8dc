//! What the columns of each program's CSV mean.

use super::Program;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The title.
    Title,
    /// A fixed field.
    Fixed(&'static str),
    /// A kind of item: `login`, `note`.
    Kind,
    /// One address, or several with commas between them.
    Addresses,
    /// The secret of an authenticator.
    Totp,
    /// The folder that it lies in, a free field of this name.
    Place(&'static str),
    /// A free field of this name.
    Free(&'static str),
    /// Bitwarden's own fields: lines `name: value`.
    Lines,
    /// The path of a group. An entry that lies in the bin is passed over.
    Group,
    /// `true` when the entry was archived, or when that was.
    Archived,
    /// Something of the program and nothing of the credential.
    Ignored,
}

/// A kind of table: its program and the names of its columns.
pub(super) struct Layout {
    pub program: Program,
    /// Columns without which it is another kind.
    needed: &'static [&'static str],
    known: &'static [(&'static str, Column)],
}

/// Bitwarden writes lower-case names; an organisation's export has `collections` where a person's has `folder` and `favorite`.
const BITWARDEN: Layout = Layout {
    program: Program::BitwardenCsv,
    needed: &["type", "name", "login_uri", "login_username", "login_password"],
    known: &[
        ("folder", Column::Place("folder")),
        ("collections", Column::Place("folder")),
        ("favorite", Column::Ignored),
        ("type", Column::Kind),
        ("name", Column::Title),
        ("notes", Column::Fixed("notes")),
        ("fields", Column::Lines),
        ("reprompt", Column::Ignored),
        ("archiveddate", Column::Archived),
        ("login_uri", Column::Addresses),
        ("login_username", Column::Fixed("user_name")),
        ("login_password", Column::Fixed("password")),
        ("login_totp", Column::Totp),
    ],
};

/// KeePassXC; versions before 2.6 have no `TOTP`.
const KEEPASSXC: Layout = Layout {
    program: Program::KeePassXcCsv,
    needed: &["group", "title", "username", "password", "url", "notes"],
    known: &[
        ("group", Column::Group),
        ("title", Column::Title),
        ("username", Column::Fixed("user_name")),
        ("password", Column::Fixed("password")),
        ("url", Column::Fixed("url")),
        ("notes", Column::Fixed("notes")),
        ("totp", Column::Totp),
        ("icon", Column::Ignored),
        ("last modified", Column::Ignored),
        ("created", Column::Ignored),
    ],
};

/// 1Password 8; version 7 lets people choose columns, so only the two that every use needs are asked for.
const ONE_PASSWORD: Layout = Layout {
    program: Program::OnePasswordCsv,
    needed: &["title", "password"],
    known: &[
        ("title", Column::Title),
        ("url", Column::Addresses),
        ("urls", Column::Addresses),
        ("website", Column::Addresses),
        ("username", Column::Fixed("user_name")),
        ("password", Column::Fixed("password")),
        ("otpauth", Column::Totp),
        ("one-time password", Column::Totp),
        ("favorite", Column::Ignored),
        ("archived", Column::Archived),
        ("tags", Column::Free("tags")),
        ("notes", Column::Fixed("notes")),
        ("type", Column::Kind),
    ],
};

/// The names that KeePassXC gives its bin in the two languages of this program; a table does not say which group is the bin. It stands below the root group, whose name anybody can change.
const BINS: [&str; 2] = ["Recycle Bin", "ゴミ箱"];

/// Whether the path of a group leads into the bin.
pub(super) fn is_in_bin(group: &str) -> bool {
    group.split('/').nth(1).is_some_and(|name| BINS.contains(&name))
}

impl Layout {
    /// The layout that this first line belongs to.
    pub fn of(header: &[String]) -> Option<&'static Layout> {
        let has = |name: &&str| header.iter().any(|column| column == name);
        [&BITWARDEN, &KEEPASSXC, &ONE_PASSWORD].into_iter().find(|layout| layout.needed.iter().all(has))
    }

    /// What a column of this name holds, if that is known.
    pub fn column(&self, name: &str) -> Option<Column> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
    }
}
