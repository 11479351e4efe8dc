//! What monitoring is told of vaults. Every user of the machine may read it: no name of a person and no entry stands in it.

use crate::ceremony::{Seal, StatusReport};
use crate::journal::Duty;
use crate::report::prometheus::{Exposition, Label};
use crate::vault::Moment;

/// One vault, or a folder that could not be read.
pub struct Measured {
    /// The folder, as it was named.
    pub folder: String,
    /// What was read there, and how many events its log has.
    pub read: Option<(StatusReport, usize)>,
}

/// The gauges of all of them. Names and labels are added, never renamed or removed.
pub fn exposition(vaults: &[Measured]) -> String {
    let mut exposition = Exposition::default();
    let mut readable = exposition.family("breakglass_vault_readable", "Whether the vault in the folder could be read.");
    for vault in vaults {
        readable.gauge(&[("folder", &vault.folder)], u8::from(vault.read.is_some()));
    }
    let mut page = Page { exposition, vaults };
    page.identity();
    page.state();
    page.cards();
    page.duties();
    page.exposition.text()
}

struct Page<'a> {
    exposition: Exposition,
    vaults: &'a [Measured],
}

/// One more label of a sample, and its value; most families have none.
type Sample = (Option<Label<'static>>, i64);

impl Page<'_> {
    fn identity(&mut self) {
        let help = "Which vault stands in the folder, and its active epoch; always 1.";
        let mut family = self.exposition.family("breakglass_vault_info", help);
        for (folder, report, _) in read(self.vaults) {
            let vault = report.vault.to_string();
            let epoch = report.epoch.map_or_else(String::new, |(_, id, _)| id.to_string());
            family.gauge(
                &[("folder", folder), ("vault", report.name.as_str()), ("vault_id", &vault), ("epoch_id", &epoch)],
                1,
            );
        }
    }

    fn state(&mut self) {
        self.one("breakglass_status_timestamp_seconds", "When this was measured.", |report, _| Some(at(report.now)));
        self.one("breakglass_calm", "Whether nothing is due and nothing wrong.", |report, _| {
            Some(report.is_calm().into())
        });
        self.one("breakglass_sealed", "Whether nobody opened the vault since its last rotation.", |report, _| {
            Some((report.seal == Seal::Sealed).into())
        });
        self.one("breakglass_openings_unanswered", "Openings that no rotation has followed.", |report, _| {
            Some(match &report.seal {
                Seal::Opened { openings, .. } => count(*openings),
                Seal::Sealed | Seal::Split { .. } => 0,
            })
        });
        self.one("breakglass_split", "Whether two rotations followed one epoch.", |report, _| {
            Some(matches!(report.seal, Seal::Split { .. }).into())
        });
        self.one("breakglass_epoch_number", "The active epoch.", |report, _| {
            report.epoch.map(|(number, _, _)| number.into())
        });
        self.one("breakglass_epoch_begun_timestamp_seconds", "When the active epoch began.", |report, _| {
            report.epoch.map(|(_, _, begun)| at(begun))
        });
        self.one("breakglass_rotation_due_timestamp_seconds", "When the regular rotation falls due.", |report, _| {
            report.rotation_due.map(at)
        });
        self.one("breakglass_rotation_staged", "Whether a rotation was begun and not ended.", |report, _| {
            Some(report.staged.is_some().into())
        });
        self.one("breakglass_entries", "Entries that are sealed; none while that is not known.", |report, _| {
            report.knows_entries.then(|| count(report.entries.len()))
        });
        self.one("breakglass_deposits", "Deposits that wait for a rotation.", |report, _| {
            Some(count(report.deposited.len()))
        });
        self.one("breakglass_log_events", "Events in the log.", |_, events| Some(count(events)));
        self.one("breakglass_log_findings", "Lines and files that are not as breakglass wrote them.", |report, _| {
            Some(count(report.findings()))
        });
    }

    fn cards(&mut self) {
        let margin = |of: fn(crate::ceremony::Margin) -> i64| move |report: &StatusReport, _| report.margin.map(of);
        self.one(
            "breakglass_cards_threshold",
            "How many cards open the vault.",
            margin(|cards| cards.threshold.into()),
        );
        self.one("breakglass_cards_usable", "Cards that can be counted on.", margin(|cards| count(cards.usable)));
        self.one(
            "breakglass_cards_verified",
            "Usable cards that were read back from paper.",
            margin(|cards| count(cards.verified)),
        );
        self.one(
            "breakglass_cards_spare",
            "Cards that may still be lost; below 0 a card that was reported lost must be found.",
            margin(|cards| cards.spare.into()),
        );
        let name = "breakglass_card_check_due_timestamp_seconds";
        let mut family = self.exposition.family(name, "When the check of the card with this number falls due.");
        for (folder, report, _) in read(self.vaults) {
            for custodian in &report.custodians {
                let Some(due) = custodian.check_due else { continue };
                let card = custodian.card.to_string();
                family.gauge(&[("folder", folder), ("vault", report.name.as_str()), ("card", &card)], at(due));
            }
        }
    }

    /// All kinds, also those of which nothing is due: what is missing cannot be watched.
    fn duties(&mut self) {
        self.some("breakglass_duties_due", "Duties of this kind that are due.", |report, _| {
            let due = |kind| count(report.due_now().filter(|due| due.duty.kind() == kind).count());
            Duty::KINDS.into_iter().map(|kind| (Some(("kind", kind)), due(kind))).collect()
        });
    }

    fn one(&mut self, name: &'static str, help: &'static str, of: impl Fn(&StatusReport, usize) -> Option<i64>) {
        self.some(name, help, |report, events| of(report, events).map(|value| (None, value)).into_iter().collect());
    }

    fn some(&mut self, name: &'static str, help: &'static str, of: impl Fn(&StatusReport, usize) -> Vec<Sample>) {
        let mut family = self.exposition.family(name, help);
        for (folder, report, events) in read(self.vaults) {
            for (label, value) in of(report, events) {
                let labels = [("folder", folder), ("vault", report.name.as_str())];
                family.gauge(&labels.into_iter().chain(label).collect::<Vec<_>>(), value);
            }
        }
    }
}

fn read(vaults: &[Measured]) -> impl Iterator<Item = (&str, &StatusReport, usize)> {
    vaults.iter().filter_map(|vault| vault.read.as_ref().map(|(report, events)| (&*vault.folder, report, *events)))
}

fn at(moment: Moment) -> i64 {
    moment.timestamp().as_second()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
