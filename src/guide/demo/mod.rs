//! `demo`: the whole job on a practice vault in a folder of its own, narrated, cards and all. It does what the commands do, through the
//! same steps of the ceremony; nothing here is staged but the people.

mod narrator;
mod practice;

use std::path::{Path, PathBuf};

use narrator::Narrator;
use practice::Practice;

use crate::card::{Card, Reading, read_card};
use crate::ceremony::{
    Attendance, CardRefusal, Choices, Gathering, Offered, Rotation, Session, VerifyDepth, clean_up, commit,
    paper_destroyed, read_back, review, stage,
};
use crate::desk::printable;
use crate::guide::pasteable::word;
use crate::guide::{Context, End, GuideError, status};
use crate::language::{Say, messages::cli, messages::demo as text};
use crate::report::{Entries, Verification, heads_to_copy};
use crate::store::Found;
use crate::vault::{EntryId, FieldName};

/// How many steps are told.
const STEPS: usize = 8;
/// The folder that is made when none is named.
const FOLDER: &str = "breakglass-demo";
/// The entry that is opened in the emergency.
const ENTRY: &str = "m365-emergency";

/// Where the practice vault goes.
pub struct Request {
    pub folder: Option<PathBuf>,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let folder = place(context, request.folder.as_deref())?;
    // What this machine knows of real vaults is neither read nor written.
    context.keep_pins_in(&folder.join("pins"));
    let practice = Practice::new(context, &folder);
    let mut narrator = Narrator::new(context, STEPS);
    narrator.intro(&text::intro(narrator.language(), folder.display()))?;
    begin(&mut narrator, &practice)?;
    put(&mut narrator, &practice)?;
    look(&mut narrator, &practice)?;
    let attendance = emergency(&mut narrator, &practice)?;
    open(&mut narrator, &practice, attendance)?;
    demanded(&mut narrator, &practice)?;
    rotate(&mut narrator, &practice)?;
    calm(&mut narrator, &practice)?;
    by_hand(&mut narrator, &practice)?;
    Ok(End::Done)
}

/// The folder that was named, which must not be there yet or be empty; else a new one among the system's temporary folders.
fn place(context: &Context, named: Option<&Path>) -> Result<PathBuf, GuideError> {
    let disk = context.disk();
    if let Some(folder) = named {
        match disk.look(folder)? {
            None => disk.create_folder(folder)?,
            Some(Found::Folder) if disk.list(folder, 1).is_ok_and(|names| names.is_empty()) => {}
            Some(_) => return Err(GuideError::File(folder.to_owned(), text::folder_is_used(context.language))),
        }
        return Ok(std::path::absolute(folder)?);
    }
    let base = std::env::temp_dir();
    let mut folder = base.join(FOLDER);
    let mut number = 1;
    while disk.look(&folder)?.is_some() {
        number += 1;
        folder = base.join(format!("{FOLDER}-{number}"));
    }
    disk.create_folder(&folder)?;
    Ok(folder)
}

/// Step 1: the vault, five cards on paper, each read back.
fn begin(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<(), GuideError> {
    let language = narrator.language();
    narrator
        .step(&text::begin_title(language), "breakglass init practice.vault --roster people.json --threshold 3 …")?;
    narrator.say(&text::begin(language))?;
    let (mut writing, files) = practice.begin(narrator.context())?;
    let header = writing.ledger().active()?.clone();
    for (custodian, file) in header.custodians.iter().zip(&files) {
        narrator.line(&format!("  {}  {}", file.display(), custodian.name))?;
    }
    narrator.line("")?;
    narrator.say(&text::begin_look(language))?;
    let now = narrator.context().now();
    for file in &files {
        let card = practice.card_on_paper(file)?;
        read_back(&mut writing, header.hash(), &card, false, None, now)?;
    }
    narrator.say(&text::begin_read_back(language, header.custodians.len()))?;
    narrator.wait()
}

/// Step 2: two credentials, without a card.
fn put(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<(), GuideError> {
    let language = narrator.language();
    narrator.step(&text::put_title(language), &format!("breakglass put {ENTRY}"))?;
    narrator.say(&text::put(language))?;
    practice.put(narrator.context(), ENTRY, &practice::first_credential(language)?)?;
    practice.put(narrator.context(), "registrar", &practice::second_credential(language)?)?;
    let list = Entries::of(&practice.read(narrator.context())?)?.words(language, narrator.context().columns());
    narrator.screen("breakglass list", &list)?;
    narrator.wait()
}

/// Step 3: what calm looks like.
fn look(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<(), GuideError> {
    let language = narrator.language();
    narrator.step(&text::look_title(language), "")?;
    narrator.say(&text::look(language))?;
    let screen = status::screen(narrator.context(), &practice.read(narrator.context())?)?;
    narrator.screen("breakglass status", &screen)?;
    narrator.wait()
}

/// Step 4: the lockout. A card of another vault is refused, a mistyped one corrected, and three make a quorum.
fn emergency(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<Attendance, GuideError> {
    let language = narrator.language();
    narrator.step(
        &text::emergency_title(language),
        &format!("breakglass unseal --reason \"{}\"", text::reason(language)),
    )?;
    narrator.say(&text::emergency(language))?;
    let ledger = practice.read(narrator.context())?;
    let mut gathering = Gathering::begin(ledger.active()?, ledger.state());
    let names: Vec<String> = gathering.absent().map(|custodian| custodian.name.to_string()).collect();

    let wrong = practice.card_of_another_vault(narrator.context())?;
    narrator.say(&text::brings_wrong(language, &names[1]))?;
    if let Offered::Refused(refusal @ CardRefusal::OtherEpoch { .. }) = gathering.offer(wrong) {
        narrator.quote(&refusal.say(language))?;
        narrator.line("")?;
    }
    let papers = practice.papers(ledger.active()?);
    narrator.say(&text::mistypes(language, &names[0]))?;
    let card = mistyped(narrator, &practice.text_on_paper(&papers[0])?)?;
    take(narrator, &mut gathering, card, &names[0])?;
    for place in [1, 3] {
        take(narrator, &mut gathering, practice.card_on_paper(&papers[place])?, &names[place])?;
    }
    narrator.line("")?;
    narrator.say(&text::quorum(language))?;
    narrator.wait()?;
    Ok(gathering.quorum()?)
}

/// One character of a card typed wrongly, as tired people do, and what the checksum makes of it.
fn mistyped(narrator: &mut Narrator<'_>, paper: &str) -> Result<Card, GuideError> {
    let language = narrator.language();
    let mut typed: Vec<char> = paper.chars().collect();
    let place = typed.len() / 2;
    typed[place] = match typed[place] {
        'Q' => 'P',
        'q' => 'p',
        letter if letter.is_ascii_lowercase() => 'q',
        _ => 'Q',
    };
    match read_card(&typed.iter().collect::<String>())? {
        Reading::Whole(card) => Ok(card),
        Reading::Corrected(correction) => {
            for change in correction.changes() {
                let from = change.from.map_or_else(|| "?".to_owned(), |from| from.to_string());
                narrator.quote(
                    &cli::Correction { group: change.group, place: change.place, from, to: change.to }.say(language),
                )?;
            }
            narrator.line("")?;
            narrator.say(&text::correction_taken(language))?;
            Ok(correction.accept())
        }
    }
}

fn take(narrator: &mut Narrator<'_>, gathering: &mut Gathering, card: Card, name: &str) -> Result<(), GuideError> {
    let language = narrator.language();
    match gathering.offer(card) {
        Offered::Accepted(accepted) => {
            let counts = cli::card_counts(language, name);
            narrator.quote(&format!("{counts} {}", text::still_missing(language, accepted.missing)))
        }
        Offered::Refused(refusal) => Err(crate::ceremony::CeremonyError::Card(refusal).into()),
        Offered::NeedsPhrase(_) => Err(crate::ceremony::CeremonyError::PhraseNeeded(name.to_owned()).into()),
    }
}

/// Step 5: the event, then the value.
fn open(narrator: &mut Narrator<'_>, practice: &Practice, attendance: Attendance) -> Result<(), GuideError> {
    let language = narrator.language();
    narrator.step(&text::open_title(language), "")?;
    let mut writing = practice.writing(narrator.context())?;
    let now = narrator.context().now();
    let session = Session::open(&mut writing, attendance, &text::reason(language), Some("INC-1042"), now)?;
    narrator.say(&text::open(language, session.event()))?;
    let entry: EntryId = ENTRY.parse()?;
    let fields = [FieldName::fixed("user_name"), FieldName::fixed("password")];
    for shown in session.reveal(&mut writing, &entry, &fields, now)? {
        let value = shown.deposited.last().and_then(|(_, value)| *value).or(shown.sealed);
        let value = value.map_or_else(String::new, |value| printable(value.expose()));
        narrator.line(&format!("    {}: {value}", crate::report::field_label(language, &shown.name)))?;
    }
    narrator.line("")?;
    narrator.say(&text::open_shown(language))?;
    session.close(&mut writing, now)?;
    let ledger = writing.end();
    ledger.pin(None)?;
    narrator.say(&text::open_closed(language, heads_to_copy(language, ledger.heads())))?;
    narrator.wait()
}

/// Step 6: what the opening made due.
fn demanded(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<(), GuideError> {
    let language = narrator.language();
    narrator.step(&text::demanded_title(language), "")?;
    narrator.say(&text::demanded(language))?;
    let screen = status::screen(narrator.context(), &practice.read(narrator.context())?)?;
    narrator.screen("breakglass status", &screen)?;
    narrator.wait()
}

/// Step 7: a new credential, new cards, the old ones worth nothing.
fn rotate(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<(), GuideError> {
    let language = narrator.language();
    narrator.step(&text::rotate_title(language), "breakglass rotate")?;
    narrator.say(&text::rotate(language))?;
    practice.put_generated(narrator.context(), ENTRY)?;
    let mut writing = practice.writing(narrator.context())?;
    let now = narrator.context().now();
    let old = writing.ledger().active()?.clone();
    let old_papers = practice.papers(&old);
    let mut gathering = Gathering::begin(&old, writing.ledger().state());
    for place in [0, 2, 4] {
        let name = old.custodians[place].name.to_string();
        take(narrator, &mut gathering, practice.card_on_paper(&old_papers[place])?, &name)?;
    }
    narrator.line("")?;
    let rotation = Rotation::open(&writing, gathering.quorum()?)?;
    let fold: Vec<_> = rotation.deposits().iter().map(|open| open.pending.deposit).collect();
    narrator.say(&text::rotate_fold(language, fold.len()))?;
    let plan = practice::plan(language)?;
    let shown = writing.ledger().state().openings.iter().flat_map(|opening| opening.to_replace.iter().cloned());
    let choices = Choices { replaced: shown.collect(), ..Choices::folding(fold) };
    let mut write_cards = practice.card_writer();
    let staged = stage(&mut writing, rotation, plan, choices, now, &mut write_cards)?;
    let new = writing.ledger().header(staged.epoch)?.clone();
    let papers = practice.papers(&new);
    let mut quorum = Gathering::begin(&new, writing.ledger().state());
    for paper in &papers {
        quorum.keep(read_back(&mut writing, staged.epoch, &practice.card_on_paper(paper)?, false, None, now)?);
    }
    narrator.say(&text::RotateReadBack { count: papers.len(), folder: practice.cards().display() }.say(language))?;
    let by = narrator.context().by(None);
    commit(&mut writing, &quorum.quorum()?, Vec::new(), &by, now)?;
    clean_up(&mut writing, now)?;
    narrator.say(&text::rotate_done(language, staged.number))?;
    practice.destroy(&old_papers)?;
    let cards = old.custodians.iter().map(|custodian| custodian.index).collect();
    paper_destroyed(&mut writing, old.hash(), cards, &by, now)?;
    let openings = writing.ledger().state().openings.iter().map(|opening| opening.event).collect();
    review(&mut writing, openings, &by, now)?;
    writing.end().pin(None)?;
    narrator.say(&text::rotate_after(language))?;
    narrator.wait()
}

/// Step 8: calm again, and the proof of it.
fn calm(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<(), GuideError> {
    let language = narrator.language();
    narrator.step(&text::calm_title(language), "")?;
    let screen = status::screen(narrator.context(), &practice.read(narrator.context())?)?;
    narrator.screen("breakglass status", &screen)?;
    let ledger = narrator.context().read_anew(practice.vault())?;
    let verification = Verification::of(language, &ledger, VerifyDepth::Hashed)?;
    let zone = narrator.context().zone.clone();
    narrator.screen("breakglass log verify", &verification.words(language, &zone))?;
    narrator.say(&text::calm(language))?;
    narrator.wait()
}

/// How to go on with the practice vault.
fn by_hand(narrator: &mut Narrator<'_>, practice: &Practice) -> Result<(), GuideError> {
    let language = narrator.language();
    let vault = word(practice.vault());
    narrator.say(&text::end(language))?;
    narrator.command(&[format!("status --vault {vault}")])?;
    narrator.command(&[format!("log show --vault {vault}")])?;
    narrator.line("")?;
    narrator.say(&text::end_open(language))?;
    narrator.command(&[format!("unseal --vault {vault}")])?;
    narrator.line("")?;
    narrator.say(&text::end_script(language))?;
    let mut script = vec![format!("unseal --vault {vault}")];
    let ledger = practice.read(narrator.context())?;
    for paper in practice.papers(ledger.active()?).iter().take(3) {
        script.push(format!("--cards {}", word(&paper.with_extension("txt"))));
    }
    script.push(format!("--reason practice --entry {ENTRY} --field password"));
    narrator.command(&script)?;
    narrator.line("")?;
    narrator.say(&text::end_delete(language, practice.folder().display()))
}
