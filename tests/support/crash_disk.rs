//! A disk in memory whose power can be cut at any write, rename or fsync.
//!
//! Bytes are durable only after the file's sync, names only after their folder's. What was not synced survives a crash as far as
//! [`Survival`] says; the process that was cut off gets errors from then on, and a new one sees the disk of
//! [`CrashDisk::after_crash`].

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, Cursor, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use breakglass::store::{Disk, Found, Lock, Stamp, StoreError, Trouble};

#[path = "crash_disk/kill.rs"]
mod kill;
#[path = "crash_disk/node.rs"]
mod node;

pub use kill::{Crash, kill_everywhere};
pub use node::Survival;
use node::{ByteChange, NameChange, Node};

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

const ROOT: usize = 0;

impl CrashDisk {
    /// An empty disk.
    pub fn new() -> CrashDisk {
        CrashDisk::of(vec![Node::new_folder()])
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

impl Disk for CrashDisk {
    fn for_plaintext(&self) -> &dyn Disk {
        self
    }

    fn look(&self, path: &Path) -> Result<Option<Found>, StoreError> {
        self.looking(path, |state| {
            Ok(state.find(path)?.map(|node| match &state.nodes[node] {
                Node::Folder { .. } => Found::Folder,
                Node::Link => Found::Link,
                file => Found::File { length: file.bytes().len() as u64 },
            }))
        })
    }

    /// Everything is in memory: nothing is worth remembering.
    fn stamp(&self, _: &Path) -> Result<Option<Stamp>, StoreError> {
        Ok(None)
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
            state.add(folder, name, Node::new_folder());
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

    fn create_stream(&self, path: &Path) -> Result<Box<dyn Write + Send>, StoreError> {
        self.create_file(path, b"")?;
        Ok(Box::new(Stream { disk: self.clone(), path: path.to_owned(), length: 0 }))
    }

    fn open_stream(&self, path: &Path) -> Result<(Box<dyn Read + Send>, u64), StoreError> {
        let bytes = self.read(path, u64::MAX)?;
        let length = bytes.len() as u64;
        Ok((Box::new(Cursor::new(bytes)), length))
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

    fn replace(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        self.changing("replace", to, |state| {
            state.file(from)?;
            let ((folder, old), (other, new)) = (state.place(from)?, state.place(to)?);
            assert_eq!(folder, other, "files are replaced within their folder");
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

    fn remove_folder(&self, path: &Path) -> Result<(), StoreError> {
        self.changing("remove", path, |state| {
            if !state.nodes[state.folder(path)?].names().is_empty() {
                return Err(StoreError::new(path, Trouble::NotEmpty));
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

/// A file that is written in pieces; the power can be cut at each of them.
struct Stream {
    disk: CrashDisk,
    path: PathBuf,
    length: u64,
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.append(&self.path, self.length, bytes).map_err(|error| match error.trouble() {
            Trouble::Full => io::ErrorKind::StorageFull.into(),
            _ => io::Error::other("the power is off"),
        })?;
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
