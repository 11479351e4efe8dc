//! `log add`: takes in the receipt of a card that was checked away from the vault.

use std::path::PathBuf;

use crate::ceremony::add_receipt;
use crate::desk::Input;
use crate::guide::outcome::{self, Heads};
use crate::guide::{Context, End, GuideError};
use crate::journal::SignedReceipt;
use crate::language::messages::report as text;
use crate::report::told_heads;
use crate::vault::Claim;

/// A receipt, and who brings it.
pub struct Request {
    pub receipt: Input,
    pub by: Option<Claim>,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let language = context.language;
    let mut contents = request.receipt.open("FILE")?;
    let receipt: SignedReceipt = serde_json::from_str(contents.rest()?)
        .map_err(|_| GuideError::File(PathBuf::from(request.receipt.to_string()), text::not_a_receipt(language)))?;
    let ledger = context.read()?;
    let by = context.by(request.by.as_ref());
    let now = context.now();
    let mut writing = context.begin(ledger)?;
    let check = add_receipt(&mut writing, &receipt, &by, now)?;
    let ledger = writing.end();
    context.remember(&ledger, None);
    if context.is_for_machine() {
        let (card, name, time) = (check.card, &check.name, receipt.receipt.time);
        context.print_json(&outcome::ReceiptAdded { card, custodian: name, heads: Heads::of(&ledger), time })?;
    } else {
        let when = receipt.receipt.time.date(&context.zone);
        context.print(&text::ReceiptAdded { name: &check.name, when }.say(language))?;
        context.print(&told_heads(language, ledger.heads()).join("\n"))?;
    }
    Ok(End::Done)
}
