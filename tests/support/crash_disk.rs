//! A disk in memory whose power can be cut at any write, rename or fsync.
//!
//! Bytes are durable only after the file's sync, names only after their folder's. What was not synced survives a crash as far as
//! [`Survival`] says; the process that was cut off gets errors from then on, and a new one sees the disk of
//! [`CrashDisk::after_crash`].

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Debug, Display};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use breakglass::store::{Disk, Found, Lock, StoreError, Trouble};

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

/// One way in which a run was cut off.
#[derive(Clone, Debug)]
pub struct Crash {
    /// The operation that was cut, counted from 0.
    pub operation: usize,
    /// What it was, such as `append log.jsonl`.
    pub what: String,
    /// What survived.
    pub survival: Survival,
    /// Whether the run said that it had succeeded, the error not having mattered to it.
    pub reported_done: bool,
}

impl Display for Crash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cut at operation {} ({}), surviving: {:?}", self.operation, self.what, self.survival)
    }
}

/// Runs `action` on a copy of `before` again and again, cutting it at its first, second, … operation and at last right after its
/// end, and lets `check` look at each disk that a restarted process could find. Returns how many operations there were to cut.
///
/// # Panics
/// When the action fails without being cut. A panic in `check` tells which crash it looked at.
pub fn kill_everywhere<T, E: Debug>(
    before: &CrashDisk,
    action: impl Fn(&CrashDisk) -> Result<T, E>,
    check: impl Fn(&CrashDisk, &Crash),
) -> usize {
    for operation in 0.. {
        let disk = before.fresh_copy();
        disk.cut_at(operation);
        let outcome = action(&disk);
        let cut = disk.what_was_cut();
        let what = cut.clone().unwrap_or_else(|| "after the last one".to_owned());
        if cut.is_none() {
            outcome.as_ref().expect("a run that is not cut succeeds");
        }
        for survival in Survival::ALL {
            let crash = Crash { operation, what: what.clone(), survival, reported_done: outcome.is_ok() };
            let _told_on_panic = ToldOnPanic(&crash);
            check(&disk.after_crash(survival), &crash);
        }
        if cut.is_none() {
            return operation;
        }
    }
    unreachable!("every run ends")
}

struct ToldOnPanic<'c>(&'c Crash);

impl Drop for ToldOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

/// The disk.
#[derive(Clone)]
pub struct CrashDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Clone)]
struct State {
    nodes: Vec<Node>,
    operations: usize,
    cut_at: Option<usize>,
    cut: Option<Cut>,
    space: Option<usize>,
    read_only: Option<PathBuf>,
    locks: BTreeSet<PathBuf>,
}

/// The operation that was cut, and the node whose newest change it was, if it made one.
#[derive(Clone)]
struct Cut {
    what: String,
    node: Option<usize>,
}

#[derive(Clone)]
enum Node {
    File { durable: Vec<u8>, pending: Vec<ByteChange> },
    Folder { durable: BTreeMap<OsString, usize>, pending: Vec<NameChange> },
    Link,
}

#[derive(Clone)]
enum ByteChange {
    Append(Vec<u8>),
    Truncate(usize),
}

#[derive(Clone)]
enum NameChange {
    Add(OsString, usize),
    Rename(OsString, OsString),
    Remove(OsString),
}

const ROOT: usize = 0;

impl CrashDisk {
    /// An empty disk.
    pub fn new() -> CrashDisk {
        CrashDisk::of(vec![Node::Folder { durable: BTreeMap::new(), pending: Vec::new() }])
    }

    /// The disk that a restarted process finds, everything on it durable.
    pub fn after_crash(&self, survival: Survival) -> CrashDisk {
        let state = self.state();
        let cut = state.cut.as_ref().and_then(|cut| cut.node);
        let after = |(index, node): (usize, &Node)| node.surviving(survival, cut == Some(index));
        let nodes = state.nodes.iter().enumerate().map(after).collect();
        drop(state);
        CrashDisk::of(nodes)
    }

    /// How many writes, renames, removals and syncs there were.
    pub fn operations(&self) -> usize {
        self.state().operations
    }

    /// Cuts the power at this operation: it fails, its effect not synced, and so does everything after it.
    pub fn cut_at(&self, operation: usize) {
        self.state().cut_at = Some(operation);
    }

    /// What was being done when the power was cut; `None` while it is on.
    pub fn what_was_cut(&self) -> Option<String> {
        self.state().cut.as_ref().map(|cut| cut.what.clone())
    }

    /// Lets only so many more bytes be written.
    pub fn leave_space(&self, bytes: usize) {
        self.state().space = Some(bytes);
    }

    /// Makes everything below this folder read-only, as a stick's switch does.
    pub fn write_protect(&self, folder: &Path) {
        self.state().read_only = Some(folder.to_owned());
    }

    /// Puts a symbolic link there.
    pub fn plant_link(&self, path: &Path) {
        let mut state = self.state();
        let (folder, name) = state.place(path).unwrap();
        state.add(folder, name, Node::Link);
    }

    /// Every file with its bytes, as a process would see them.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let state = self.state();
        let mut files = BTreeMap::new();
        let mut folders = vec![(PathBuf::new(), ROOT)];
        while let Some((path, folder)) = folders.pop() {
            for (name, node) in state.nodes[folder].names() {
                match &state.nodes[node] {
                    Node::Folder { .. } => folders.push((path.join(name), node)),
                    Node::File { .. } => drop(files.insert(path.join(name), state.nodes[node].bytes())),
                    Node::Link => {}
                }
            }
        }
        files
    }

    fn of(nodes: Vec<Node>) -> CrashDisk {
        let state = State {
            nodes,
            operations: 0,
            cut_at: None,
            cut: None,
            space: None,
            read_only: None,
            locks: BTreeSet::new(),
        };
        CrashDisk { state: Arc::new(Mutex::new(state)) }
    }

    /// The same files, with nobody holding a lock.
    fn fresh_copy(&self) -> CrashDisk {
        let state = State { locks: BTreeSet::new(), operations: 0, ..self.state().clone() };
        CrashDisk { state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A look, which changes nothing and fails only after the cut.
    fn looking<T>(&self, path: &Path, look: impl FnOnce(&State) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let state = self.state();
        if state.cut.is_some() { Err(switched_off(path)) } else { look(&state) }
    }

    /// An operation that can be cut. `change` says which node it changed. A cut sync has done nothing; any other cut operation
    /// has made its change, which is not synced, so that [`Survival`] decides.
    fn changing(
        &self,
        verb: &str,
        path: &Path,
        change: impl FnOnce(&mut State) -> Result<Option<usize>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.cut.is_some() {
            return Err(switched_off(path));
        }
        if state.read_only.as_ref().is_some_and(|folder| path.starts_with(folder)) {
            return Err(StoreError::new(path, Trouble::ReadOnly));
        }
        let cut = state.cut_at == Some(state.operations);
        state.operations += 1;
        let sync = verb.starts_with("sync");
        let changed = if cut && sync { Ok(None) } else { change(&mut state) };
        if cut {
            let node = changed.ok().flatten();
            state.cut = Some(Cut { what: format!("{verb} {}", path.display()), node });
            return Err(switched_off(path));
        }
        changed.map(drop)
    }
}

fn switched_off(path: &Path) -> StoreError {
    StoreError::new(path, Trouble::System { reason: "the power is off".to_owned() })
}

impl State {
    fn find(&self, path: &Path) -> Result<Option<usize>, StoreError> {
        let mut node = ROOT;
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            if !matches!(self.nodes[node], Node::Folder { .. }) {
                return Err(StoreError::new(path, Trouble::NotAFolder));
            }
            match self.nodes[node].names().get(name) {
                None => return Ok(None),
                Some(next) => node = *next,
            }
        }
        Ok(Some(node))
    }

    fn existing(&self, path: &Path) -> Result<usize, StoreError> {
        self.find(path)?.ok_or_else(|| StoreError::new(path, Trouble::Missing))
    }

    fn file(&self, path: &Path) -> Result<usize, StoreError> {
        let node = self.existing(path)?;
        match self.nodes[node] {
            Node::File { .. } => Ok(node),
            Node::Folder { .. } => Err(StoreError::new(path, Trouble::NotAFile)),
            Node::Link => Err(StoreError::new(path, Trouble::Link)),
        }
    }

    fn folder(&self, path: &Path) -> Result<usize, StoreError> {
        let node = self.existing(path)?;
        match self.nodes[node] {
            Node::Folder { .. } => Ok(node),
            Node::File { .. } | Node::Link => Err(StoreError::new(path, Trouble::NotAFolder)),
        }
    }

    /// The folder in which a name stands or would stand, and the name.
    fn place(&self, path: &Path) -> Result<(usize, OsString), StoreError> {
        let name = path.file_name().map(OsStr::to_owned).ok_or_else(|| StoreError::new(path, Trouble::Missing))?;
        Ok((self.folder(path.parent().unwrap_or(Path::new("")))?, name))
    }

    /// The same for a name that must be free.
    fn free_place(&self, path: &Path) -> Result<(usize, OsString), StoreError> {
        match self.find(path)? {
            None => self.place(path),
            Some(_) => Err(StoreError::new(path, Trouble::Exists)),
        }
    }

    fn add(&mut self, folder: usize, name: OsString, node: Node) -> usize {
        self.nodes.push(node);
        let made = self.nodes.len() - 1;
        self.nodes[folder].change_names(NameChange::Add(name, made));
        made
    }

    /// Appends what space there is for.
    fn write(&mut self, path: &Path, file: usize, bytes: &[u8]) -> Result<Option<usize>, StoreError> {
        let fits = self.space.map_or(bytes.len(), |space| space.min(bytes.len()));
        if let Some(space) = &mut self.space {
            *space -= fits;
        }
        self.nodes[file].change_bytes(ByteChange::Append(bytes[..fits].to_vec()));
        if fits < bytes.len() { Err(StoreError::new(path, Trouble::Full)) } else { Ok(Some(file)) }
    }
}

impl Node {
    fn new_file() -> Node {
        Node::File { durable: Vec::new(), pending: Vec::new() }
    }

    fn change_bytes(&mut self, change: ByteChange) {
        let Node::File { pending, .. } = self else { panic!("a file") };
        pending.push(change);
    }

    fn change_names(&mut self, change: NameChange) {
        let Node::Folder { pending, .. } = self else { panic!("a folder") };
        pending.push(change);
    }

    /// The bytes that a process sees.
    fn bytes(&self) -> Vec<u8> {
        let Node::File { durable, pending } = self else { panic!("a file") };
        pending.iter().fold(durable.clone(), |bytes, change| change.applied(bytes, true))
    }

    /// The names that a process sees.
    fn names(&self) -> BTreeMap<OsString, usize> {
        let Node::Folder { durable, pending } = self else { panic!("a folder") };
        pending.iter().fold(durable.clone(), |names, change| change.applied(names))
    }

    fn sync(&mut self) {
        *self = self.surviving(Survival::Whole, false);
    }

    fn surviving(&self, survival: Survival, cut_here: bool) -> Node {
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

impl Disk for CrashDisk {
    fn look(&self, path: &Path) -> Result<Option<Found>, StoreError> {
        self.looking(path, |state| {
            Ok(state.find(path)?.map(|node| match &state.nodes[node] {
                Node::Folder { .. } => Found::Folder,
                Node::Link => Found::Link,
                file => Found::File { length: file.bytes().len() as u64 },
            }))
        })
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
        self.looking(path, |state| {
            let bytes = state.nodes[state.file(path)?].bytes();
            if bytes.len() as u64 > limit { Err(StoreError::new(path, Trouble::TooLarge { limit })) } else { Ok(bytes) }
        })
    }

    fn list(&self, folder: &Path, limit: usize) -> Result<Vec<OsString>, StoreError> {
        self.looking(folder, |state| {
            let names = state.nodes[state.folder(folder)?].names();
            if names.len() > limit {
                return Err(StoreError::new(folder, Trouble::TooMany { limit }));
            }
            Ok(names.into_keys().collect())
        })
    }

    fn create_folder(&self, path: &Path) -> Result<(), StoreError> {
        self.changing("create folder", path, |state| {
            let (folder, name) = state.free_place(path)?;
            state.add(folder, name, Node::Folder { durable: BTreeMap::new(), pending: Vec::new() });
            Ok(Some(folder))
        })
    }

    fn create_file(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        self.changing("create", path, |state| {
            let (folder, name) = state.free_place(path)?;
            let file = state.add(folder, name, Node::new_file());
            state.write(path, file, bytes)
        })
    }

    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> Result<(), StoreError> {
        self.changing("append", path, |state| {
            let file = state.file(path)?;
            if state.nodes[file].bytes().len() as u64 != length {
                return Err(StoreError::new(path, Trouble::Changed));
            }
            state.write(path, file, bytes)
        })
    }

    fn truncate(&self, path: &Path, length: u64) -> Result<(), StoreError> {
        self.changing("truncate", path, |state| {
            let file = state.file(path)?;
            state.nodes[file].change_bytes(ByteChange::Truncate(usize::try_from(length).unwrap()));
            Ok(Some(file))
        })
    }

    fn sync_file(&self, path: &Path) -> Result<(), StoreError> {
        self.changing("sync", path, |state| {
            let file = state.file(path)?;
            state.nodes[file].sync();
            Ok(None)
        })
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), StoreError> {
        self.changing("sync folder", folder, |state| {
            let node = state.folder(folder)?;
            state.nodes[node].sync();
            Ok(None)
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        self.changing("rename to", to, |state| {
            state.file(from)?;
            let ((folder, old), (other, new)) = (state.place(from)?, state.free_place(to)?);
            assert_eq!(folder, other, "files are renamed within their folder");
            state.nodes[folder].change_names(NameChange::Rename(old, new));
            Ok(Some(folder))
        })
    }

    fn remove_file(&self, path: &Path) -> Result<(), StoreError> {
        self.changing("remove", path, |state| {
            if matches!(state.nodes[state.existing(path)?], Node::Folder { .. }) {
                return Err(StoreError::new(path, Trouble::NotAFile));
            }
            let (folder, name) = state.place(path)?;
            state.nodes[folder].change_names(NameChange::Remove(name));
            Ok(Some(folder))
        })
    }

    fn lock(&self, path: &Path) -> Result<Lock, StoreError> {
        match self.look(path)? {
            None => self.create_file(path, b"")?,
            Some(_) => self.changing("lock", path, |state| state.file(path).map(|_| None))?,
        }
        if !self.state().locks.insert(path.to_owned()) {
            return Err(StoreError::new(path, Trouble::Busy));
        }
        Ok(Lock::held_by(Held { state: Arc::clone(&self.state), path: path.to_owned() }))
    }

    fn is_read_only(&self, folder: &Path) -> Result<bool, StoreError> {
        self.looking(folder, |state| {
            Ok(state.read_only.as_ref().is_some_and(|protected| folder.starts_with(protected)))
        })
    }
}

struct Held {
    state: Arc<Mutex<State>>,
    path: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            state.locks.remove(&self.path);
        }
    }
}
