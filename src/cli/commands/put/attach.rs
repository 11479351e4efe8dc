//! Files that are put in as attachments of an entry.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::ceremony::{Writing, attach, discard};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::desk::DeskError;
use crate::desk::standard_input;
use crate::desk::{Progress, size};
use crate::language::Language;
use crate::language::messages::{attachments as text, cli as words};
use crate::system::Stoppable;
use crate::vault::{AttachmentName, Change};

#[derive(clap::Args)]
pub struct Files {
    #[arg(long, value_name = "FILE|-")]
    attach: Vec<PathBuf>,
    #[arg(long = "as", value_name = "NAME", requires = "attach")]
    name: Option<AttachmentName>,
    #[arg(long, value_name = "NAME")]
    detach: Vec<AttachmentName>,
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
    pub fn open(&self, context: &Context) -> Result<Vec<Opened>, CliError> {
        let language = context.language;
        if self.name.is_some() && self.attach.len() > 1 {
            return Err(CliError::Usage(text::one_name_for_several));
        }
        let mut names = BTreeSet::new();
        let opened = self.attach.iter().map(|path| {
            let opened = match path.to_str() {
                Some("-") => self.standard_input()?,
                _ => self.file(path, language)?,
            };
            if !names.insert(opened.name.clone()) {
                return Err(CliError::File(path.clone(), text::same_name_twice(language, &opened.name)));
            }
            if self.detach.contains(&opened.name) {
                return Err(CliError::Usage(words::given_and_removed));
            }
            Ok(opened)
        });
        opened.collect()
    }

    fn standard_input(&self) -> Result<Opened, CliError> {
        let name = self.name.clone().ok_or(CliError::Usage(text::name_needed))?;
        let file = standard_input().map_err(|error| CliError::File("-".into(), error.to_string()))?;
        Ok(Opened { name, file, length: None })
    }

    fn file(&self, path: &Path, language: Language) -> Result<Opened, CliError> {
        let failed = |error: std::io::Error| CliError::File(path.to_owned(), error.to_string());
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(CliError::File(path.to_owned(), text::is_a_folder(language)));
        }
        let own = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        let name = self.name.clone().or(own);
        let name = name.ok_or_else(|| CliError::File(path.to_owned(), text::bad_file_name(language)))?;
        Ok(Opened { name, file, length: metadata.is_file().then_some(metadata.len()) })
    }

    /// Encrypts the files into the vault and adds them to a change that is then deposited.
    pub fn take(
        &self,
        context: &mut Context,
        writing: &Writing<'_>,
        opened: Vec<Opened>,
        change: &mut Change,
    ) -> Result<(), CliError> {
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
) -> Result<crate::vault::Attachment, CliError> {
    let mut progress = Progress::new(context.language, name.as_str(), length);
    let desk = &mut *context.desk;
    let attached = attach(writing, name, source, &mut |done| progress.show(desk, done));
    progress.end(&mut *context.desk);
    Ok(attached?)
}

/// What was attached and what was taken off, as it is told.
pub fn labels(language: Language, change: &Change) -> Vec<String> {
    let attached = change.attach.iter().map(|(name, attachment)| text::label(language, name, size(attachment.size)));
    let detached = change.detach.iter().map(|name| text::detached(language, name));
    attached.chain(detached).collect()
}
