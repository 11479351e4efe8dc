//! Files and folders of the crash disk: what is durable, what is pending, and how much of that a crash leaves.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// How much of what was not synced is there after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survival {
    /// Nothing.
    None,
    /// The first half: of every file's changes, the middle one torn; of every folder's changes, the first ones.
    Half,
    /// Everything, as when only the process dies.
    Whole,
    /// Every name, no bytes: the empty file that a rename without a sync leaves behind.
    Names,
    /// All bytes, no names.
    Bytes,
    /// Everything before the last operation, and half of that one, as when the process dies within it.
    LastTorn,
}

impl Survival {
    pub const ALL: [Survival; 6] =
        [Survival::None, Survival::Half, Survival::Whole, Survival::Names, Survival::Bytes, Survival::LastTorn];
}

/// What a name leads to.
#[derive(Clone)]
pub enum Node {
    File { durable: Vec<u8>, pending: Vec<ByteChange> },
    Folder { durable: BTreeMap<OsString, usize>, pending: Vec<NameChange> },
    Link,
}

/// One change of a file's bytes.
#[derive(Clone)]
pub enum ByteChange {
    Append(Vec<u8>),
    Truncate(usize),
}

/// One change of a folder's names.
#[derive(Clone)]
pub enum NameChange {
    Add(OsString, usize),
    Rename(OsString, OsString),
    Remove(OsString),
}

impl Node {
    pub fn new_folder() -> Node {
        Node::Folder { durable: BTreeMap::new(), pending: Vec::new() }
    }

    pub fn new_file() -> Node {
        Node::File { durable: Vec::new(), pending: Vec::new() }
    }

    pub fn change_bytes(&mut self, change: ByteChange) {
        let Node::File { pending, .. } = self else { panic!("a file") };
        pending.push(change);
    }

    pub fn change_names(&mut self, change: NameChange) {
        let Node::Folder { pending, .. } = self else { panic!("a folder") };
        pending.push(change);
    }

    /// The bytes that a process sees.
    pub fn bytes(&self) -> Vec<u8> {
        let Node::File { durable, pending } = self else { panic!("a file") };
        pending.iter().fold(durable.clone(), |bytes, change| change.applied(bytes, true))
    }

    /// The names that a process sees.
    pub fn names(&self) -> BTreeMap<OsString, usize> {
        let Node::Folder { durable, pending } = self else { panic!("a folder") };
        pending.iter().fold(durable.clone(), |names, change| change.applied(names))
    }

    pub fn sync(&mut self) {
        *self = self.surviving(Survival::Whole, false);
    }

    pub fn surviving(&self, survival: Survival, cut_here: bool) -> Node {
        match self {
            Node::Link => Node::Link,
            Node::File { durable, pending } => {
                let (whole, torn) = match survival {
                    Survival::None | Survival::Names => (0, false),
                    Survival::Half => (pending.len() / 2, pending.len() % 2 == 1),
                    Survival::LastTorn if cut_here => (pending.len() - 1, true),
                    Survival::Whole | Survival::Bytes | Survival::LastTorn => (pending.len(), false),
                };
                let mut bytes =
                    pending[..whole].iter().fold(durable.clone(), |bytes, change| change.applied(bytes, true));
                if torn {
                    bytes = pending[whole].applied(bytes, false);
                }
                Node::File { durable: bytes, pending: Vec::new() }
            }
            Node::Folder { durable, pending } => {
                let whole = match survival {
                    Survival::None | Survival::Bytes => 0,
                    Survival::Half => pending.len() / 2,
                    Survival::LastTorn if cut_here => pending.len() - 1,
                    Survival::Whole | Survival::Names | Survival::LastTorn => pending.len(),
                };
                let names = pending[..whole].iter().fold(durable.clone(), |names, change| change.applied(names));
                Node::Folder { durable: names, pending: Vec::new() }
            }
        }
    }
}

impl ByteChange {
    /// The bytes after this change, or after half of it.
    fn applied(&self, mut bytes: Vec<u8>, whole: bool) -> Vec<u8> {
        match self {
            ByteChange::Append(more) => {
                bytes.extend_from_slice(&more[..if whole { more.len() } else { more.len() / 2 }])
            }
            ByteChange::Truncate(length) => {
                let cut = bytes.len().saturating_sub(*length);
                bytes.truncate(length + if whole { 0 } else { cut / 2 });
            }
        }
        bytes
    }
}

impl NameChange {
    fn applied(&self, mut names: BTreeMap<OsString, usize>) -> BTreeMap<OsString, usize> {
        match self {
            NameChange::Add(name, node) => drop(names.insert(name.clone(), *node)),
            NameChange::Remove(name) => drop(names.remove(name)),
            NameChange::Rename(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
        }
        names
    }
}
