//! The vault as files: where each stands, how it gets there whole, and how one writer at a time adds to the log.
//!
//! Everything goes through [`Disk`], the seam at which tests cut the power. What the bytes mean is not known here: `vault` and
//! `journal` read them. No secret in the clear, no clock and no terminal may come in.

mod disk;
mod error;
mod folder;
mod inside;
mod log;
mod new_file;
mod obstacle;
mod place;
mod publish;
mod real_disk;
mod replace;
mod room;
mod text_form;
mod writer;

pub use disk::{Disk, Found, Lock, Stamp};
pub use error::{StoreError, Trouble};
pub use folder::VaultFolder;
pub use inside::is_inside;
pub use log::{RawLog, Tail};
pub use new_file::NewFile;
pub use obstacle::Obstacle;
pub use place::{
    CLAIM_LIMIT, DEPOSIT_LIMIT, FOLDER_LIMIT, HEADER_LIMIT, KEPT_FOR_SIGNED, LINE_LIMIT, LOG_LIMIT, Place,
    ROOM_OF_AN_OPENING, SEALED_LIMIT, TORN_LIMIT,
};
pub use publish::{Publication, clear_partials, publish, publish_anew};
pub use real_disk::RealDisk;
pub use replace::{Readers, replace_file};
pub use writer::VaultWriter;
