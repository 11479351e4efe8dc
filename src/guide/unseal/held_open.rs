//! The one place that holds an open vault. However what is done with it ends (done, failed, nobody there, a fault of the program), the
//! screen is wiped and `closed` is written.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::log_place::recorded;
use crate::ceremony::{CLOSES_AFTER, Session, Writing};
use crate::desk::DeskError;
use crate::guide::{Context, GuideError, pasteable};
use crate::language::messages::cli as text;
use crate::report::heads_to_copy;

/// Who is there when the vault closes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    People,
    Nobody,
}

/// Does `work` with the open vault, and closes it.
pub fn while_open<T>(
    context: &mut Context,
    session: Session,
    mut writing: Writing<'static>,
    work: impl FnOnce(&mut Context, &Session, &mut Writing<'static>) -> Result<T, GuideError>,
) -> Result<T, GuideError> {
    context.desk.give_up_after(Some(CLOSES_AFTER));
    let outcome = catch_unwind(AssertUnwindSafe(|| work(context, &session, &mut writing)));
    let room = match &outcome {
        Err(_) | Ok(Err(GuideError::Desk(DeskError::Idle | DeskError::Closed | DeskError::Terminal { .. }))) => {
            Room::Nobody
        }
        Ok(_) => Room::People,
    };
    let closed = close(context, session, &mut writing, room);
    context.desk.give_up_after(None);
    context.desk.clear_between_people();
    match &outcome {
        Err(_) => context.desk.tell(&text::closed_after_fault(context.language)),
        Ok(Err(GuideError::Desk(DeskError::Idle))) => {
            context.desk.tell(&text::closed_itself(context.language, CLOSES_AFTER.as_secs() / 60));
        }
        Ok(_) => {}
    }
    tell_end(context, &writing);
    // The lock goes before anybody copies the head.
    drop(writing);
    let copied = match room {
        Room::People => context.desk.pause(&text::copied(context.language)),
        Room::Nobody => Ok(()),
    };
    match (outcome, closed) {
        (Err(panic), closed) => {
            if let Err(error) = closed {
                context.say(&error);
            }
            resume_unwind(panic)
        }
        // That nobody was there is no failure; that the end is not in the log is one.
        (Ok(Err(GuideError::Desk(DeskError::Idle))), Err(error)) => Err(error),
        (Ok(Err(error)), _) => Err(error),
        (Ok(Ok(done)), closed) => {
            closed?;
            copied?;
            Ok(done)
        }
    }
}

/// Writes `closed`; everything in memory is wiped, whether it could be written or not.
fn close(context: &mut Context, session: Session, writing: &mut Writing<'_>, room: Room) -> Result<(), GuideError> {
    match room {
        Room::People => recorded(context, writing, |_, writing, now| session.record_closing(writing, now)),
        Room::Nobody => Ok(session.record_closing(writing, context.now())?),
    }
}

/// What to do next, and the head to copy by hand.
fn tell_end(context: &mut Context, writing: &Writing<'_>) {
    let language = context.language;
    context.desk.tell(&text::closed(language, heads_to_copy(language, writing.ledger().heads())));
    let vault = pasteable::word(writing.ledger().folder().root());
    let has_no_log = writing.ledger().log_trouble().is_some();
    for folder in writing.side_logs() {
        if has_no_log {
            let command = format!("breakglass --vault COPY merge {}", pasteable::word(folder));
            let root = writing.ledger().folder().root().display();
            context.desk.tell(&text::SideLogWithoutLog { path: folder.display(), vault: root, command }.say(language));
            continue;
        }
        let command = format!("breakglass --vault {vault} merge {}", pasteable::word(folder));
        context.desk.tell(&text::MergeSideLog { path: folder.display(), command }.say(language));
    }
}
