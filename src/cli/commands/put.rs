//! `put`: fields of an entry, files, second factors, or what another program exported.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::cli::desk::{Consent, ValueSource};
use crate::cli::number::whole;
use crate::cli::people::EpochArgument;
use crate::desk::{Answers, Input};
use crate::guide::put::{Factors, Files, Generator, Import, Request, Standing};
use crate::vault::{AttachmentName, Claim, EntryId, FieldName};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "ENTRY", required_unless_present = "import")]
    entry: Option<EntryId>,
    #[arg(long, value_name = "TEXT")]
    title: Option<Claim>,
    #[arg(long, value_name = "TEXT")]
    kind: Option<Claim>,
    #[arg(long, value_name = "NAME")]
    user_name: Option<String>,
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[arg(long, value_name = "NAME")]
    owner: Option<Claim>,
    #[arg(long, value_name = "TEXT")]
    how_to_rotate: Option<String>,
    #[arg(long, value_name = "DATE")]
    last_rotated: Option<Claim>,
    #[arg(long, value_name = "FIELD")]
    secret: Option<FieldName>,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["value_from", "generate"])]
    fields_from: Option<Input>,
    #[arg(
        long,
        value_name = "characters|words",
        num_args = 0..=1,
        default_missing_value = "characters",
        conflicts_with = "value_from"
    )]
    generate: Option<Generator>,
    #[arg(long, value_name = "NUMBER", requires = "generate", value_parser = whole(1..=u16::MAX))]
    length: Option<u16>,
    #[arg(long, value_name = "CHARACTERS", requires = "generate")]
    alphabet: Option<String>,
    #[arg(long, requires = "generate")]
    print: bool,
    #[arg(long, value_name = "FIELD")]
    clear: Vec<FieldName>,
    #[command(flatten)]
    factors: FactorArguments,
    #[command(flatten)]
    files: FilesArguments,
    #[command(flatten)]
    import: ImportArguments,
    #[command(flatten)]
    on_card: EpochArgument,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
    #[command(flatten)]
    value: ValueSource,
    #[command(flatten)]
    consent: Consent,
}

#[derive(clap::Args)]
pub struct FilesArguments {
    #[arg(long, value_name = "FILE|-")]
    attach: Vec<PathBuf>,
    #[arg(long = "as", value_name = "NAME", requires = "attach")]
    name: Option<AttachmentName>,
    #[arg(long, value_name = "NAME")]
    detach: Vec<AttachmentName>,
}

#[derive(clap::Args)]
pub struct FactorArguments {
    #[arg(long, conflicts_with_all = ["secret", "generate", "recovery_codes", "fido2_key"])]
    totp: bool,
    #[arg(long, value_name = "FILE", conflicts_with = "totp")]
    totp_picture: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["secret", "generate", "fido2_key"])]
    recovery_codes: bool,
    #[arg(long, value_name = "KEY", conflicts_with_all = ["secret", "generate"])]
    fido2_key: Option<String>,
    #[arg(long, value_name = "NUMBER", requires = "fido2_key")]
    serial: Option<String>,
    #[arg(long, value_name = "TEXT", requires = "fido2_key")]
    place: Option<String>,
}

#[derive(clap::Args)]
pub struct ImportArguments {
    #[arg(long, value_name = "FILE|DIR|-")]
    import: Option<Input>,
    #[arg(long, value_name = "skip|new|revise", requires = "import")]
    standing: Option<Standing>,
    #[arg(long, requires = "import")]
    destroy_export: bool,
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        Answers { value: self.value.value_from.clone(), yes: self.consent.yes, ..Answers::default() }
    }
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request {
            entry: given.entry,
            title: given.title,
            kind: given.kind,
            user_name: given.user_name,
            url: given.url,
            owner: given.owner,
            how_to_rotate: given.how_to_rotate,
            last_rotated: given.last_rotated,
            secret: given.secret,
            fields_from: given.fields_from,
            generate: given.generate,
            length: given.length,
            alphabet: given.alphabet,
            print: given.print,
            clear: given.clear,
            factors: given.factors.into(),
            files: given.files.into(),
            import: given.import.into(),
            on_card: given.on_card.into(),
            by: given.by,
            value_is_given: given.value.value_from.is_some(),
            yes: given.consent.yes,
        }
    }
}

impl From<FilesArguments> for Files {
    fn from(given: FilesArguments) -> Files {
        Files { attach: given.attach, name: given.name, detach: given.detach }
    }
}

impl From<FactorArguments> for Factors {
    fn from(given: FactorArguments) -> Factors {
        Factors {
            totp: given.totp,
            totp_picture: given.totp_picture,
            recovery_codes: given.recovery_codes,
            fido2_key: given.fido2_key,
            serial: given.serial,
            place: given.place,
        }
    }
}

impl From<ImportArguments> for Import {
    fn from(given: ImportArguments) -> Import {
        Import { import: given.import, standing: given.standing, destroy_export: given.destroy_export }
    }
}

impl ValueEnum for Generator {
    fn value_variants<'a>() -> &'a [Generator] {
        &[Generator::Characters, Generator::Words]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Generator::Characters => "characters",
            Generator::Words => "words",
        }))
    }
}

impl ValueEnum for Standing {
    fn value_variants<'a>() -> &'a [Standing] {
        &[Standing::Skip, Standing::New, Standing::Revise]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Standing::Skip => "skip",
            Standing::New => "new",
            Standing::Revise => "revise",
        }))
    }
}
