//! Files that are put in as attachments of an entry.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::ceremony::{Writing, attach, discard};
use crate::desk::{DeskError, Progress, size, standard_input};
use crate::guide::{Context, GuideError};
use crate::language::Language;
use crate::language::messages::{attachments as text, cli as words};
use crate::system::Stoppable;
use crate::vault::{AttachmentName, Change};

/// Files that are attached and taken off.
pub struct Files {
    pub attach: Vec<PathBuf>,
    pub name: Option<AttachmentName>,
    pub detach: Vec<AttachmentName>,
}

/// A file that is open, with the name that it gets.
pub struct Opened {
    name: AttachmentName,
    file: File,
    /// Its bytes, where that is known before they are read.
    length: Option<u64>,
}

impl Files {
    /// Whether there is anything to do.
    pub fn is_some(&self) -> bool {
        !self.attach.is_empty() || !self.detach.is_empty()
    }

    /// Names of the attachments that are taken off.
    pub fn detached(&self) -> impl Iterator<Item = &AttachmentName> {
        self.detach.iter()
    }

    /// Opens every file, so that one that is not there is told before anything is put in.
    pub fn open(&self, context: &Context) -> Result<Vec<Opened>, GuideError> {
        let language = context.language;
        if self.name.is_some() && self.attach.len() > 1 {
            return Err(GuideError::Usage(text::one_name_for_several));
        }
        let mut names = BTreeSet::new();
        let opened = self.attach.iter().map(|path| {
            let opened = match path.to_str() {
                Some("-") => self.standard_input()?,
                _ => self.file(path, language)?,
            };
            if !names.insert(opened.name.clone()) {
                return Err(GuideError::File(path.clone(), text::same_name_twice(language, &opened.name)));
            }
            if self.detach.contains(&opened.name) {
                return Err(GuideError::Usage(words::given_and_removed));
            }
            Ok(opened)
        });
        opened.collect()
    }

    fn standard_input(&self) -> Result<Opened, GuideError> {
        let name = self.name.clone().ok_or(GuideError::Usage(text::name_needed))?;
        let file = standard_input().map_err(|error| GuideError::File("-".into(), error.to_string()))?;
        Ok(Opened { name, file, length: None })
    }

    fn file(&self, path: &Path, language: Language) -> Result<Opened, GuideError> {
        let failed = |error: std::io::Error| GuideError::File(path.to_owned(), error.to_string());
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(GuideError::File(path.to_owned(), text::is_a_folder(language)));
        }
        let own = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        let name = self.name.clone().or(own);
        let name = name.ok_or_else(|| GuideError::File(path.to_owned(), text::bad_file_name(language)))?;
        Ok(Opened { name, file, length: metadata.is_file().then_some(metadata.len()) })
    }

    /// Encrypts the files into the vault and adds them to a change that is then deposited.
    pub fn take(
        &self,
        context: &mut Context,
        writing: &Writing<'_>,
        opened: Vec<Opened>,
        change: &mut Change,
    ) -> Result<(), GuideError> {
        change.detach.extend(self.detach.iter().cloned());
        // Killed in the middle, it would say nothing, and leave what the next one who writes has to clear.
        let step = Stoppable::begin();
        for Opened { name, mut file, length } in opened {
            let encrypted = encrypt(context, writing, &name, &mut step.reading(&mut file), length);
            let taken = encrypted.map(|attachment| change.attach.insert(name, attachment));
            let taken = if step.is_stopped() { Err(DeskError::Interrupted.into()) } else { taken };
            taken.inspect_err(|_| discard(writing, change.attach.values().map(|attached| &attached.blob)))?;
        }
        Ok(())
    }
}

/// Encrypts one file into the vault, telling how far it is.
pub fn encrypt(
    context: &mut Context,
    writing: &Writing<'_>,
    name: &AttachmentName,
    source: &mut dyn Read,
    length: Option<u64>,
) -> Result<crate::vault::Attachment, GuideError> {
    let mut progress = Progress::new(context.language, name.as_str(), length);
    let desk = &mut *context.desk;
    let attached = attach(writing, name, source, &mut |done| progress.show(desk, done));
    progress.end(&mut *context.desk);
    Ok(attached?)
}

/// What was attached and what was taken off, as it is told.
pub fn labels(language: Language, change: &Change) -> Vec<String> {
    let attached =
        change.attach.iter().map(|(name, attachment)| text::Label { name, size: size(attachment.size) }.say(language));
    let detached = change.detach.iter().map(|name| text::detached(language, name));
    attached.chain(detached).collect()
}
