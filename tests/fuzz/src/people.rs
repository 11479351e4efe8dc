//! What people hand in as text: rosters and second factors.

use breakglass::guide::{LockWith, read_roster};
use breakglass::language::Language;
use breakglass::second_factor::Enrolment;

use super::{is_said, text};

/// A roster that is read and written anew, each cell between quotation marks, names the same people.
pub fn roster(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let read = |roster: &str| read_roster(roster, Language::Japanese, LockWith::Chosen);
    let people = match read(text) {
        Ok(people) => people,
        Err(refusal) => return is_said(&refusal),
    };
    let mut roster = "name;language;contact;deputy;place;lock\n".to_owned();
    for holder in &people {
        let claims = [&holder.person.contact, &holder.person.deputy, &holder.person.place];
        let [contact, deputy, place] = claims.map(|claim| claim.as_ref().map(ToString::to_string).unwrap_or_default());
        let lock = match holder.lock {
            None => "no",
            Some(LockWith::Chosen) => "chosen",
            Some(LockWith::Generated) => "generated",
        };
        let name = holder.person.name.to_string();
        let cells = [&*name, holder.person.language.code(), &contact, &deputy, &place, lock];
        roster.push_str(&cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).join(";"));
        roster.push('\n');
    }
    assert_eq!(read(&roster).as_ref(), Ok(&people), "{roster}");
}

/// A second factor that is read gives the same codes however it is handed on: as every address that is written of it, and as its secret.
pub fn otpauth(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let enrolment = match Enrolment::read(text) {
        Ok(enrolment) => enrolment,
        Err(refusal) => return is_said(&refusal),
    };
    let code = |enrolment: &Enrolment| enrolment.totp.code_at(1_234_567_890).digits;
    let again = Enrolment::read(enrolment.to_uri().expose()).expect("what was written");
    assert_eq!((&again.issuer, &again.account), (&enrolment.issuer, &enrolment.account));
    assert!(again.to_uri() == enrolment.to_uri() && again.ignored.is_empty());
    for uri in enrolment.uris() {
        assert!(code(&Enrolment::read(uri.expose()).expect("what was written")) == code(&enrolment));
    }
    let typed = Enrolment::read(enrolment.typed_secret().expose()).expect("what was written");
    assert_eq!(typed.totp.secret(), enrolment.totp.secret());
}
