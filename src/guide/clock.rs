//! The time that codes are made with: as it is told beside them, and corrected by people who have a watch.

use jiff::tz::TimeZone;

use super::Context;
use super::GuideError;
use crate::language::Language;
use crate::language::messages::second_factor as text;
use crate::second_factor::{ClockCorrection, date_and_time, time_of_day};
use crate::vault::Moment;

/// A moment as it is by the corrected clock.
pub fn corrected(time: Moment, correction: ClockCorrection) -> Moment {
    let seconds = correction.applied_to(time.timestamp().as_second());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or(time, Moment::of)
}

/// Seconds since 1970, of which codes are made.
pub fn seconds_of(time: Moment) -> u64 {
    u64::try_from(time.timestamp().as_second()).unwrap_or(0)
}

/// The time that was used, with its date: a machine whose battery was empty has the wrong one.
pub fn words(language: Language, zone: &TimeZone, time: Moment) -> String {
    let local = time.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    text::TimeUsed { local, utc: time_in(time, &TimeZone::UTC) }.say(language)
}

/// Asks for the right time until the answer is one; Enter alone leaves the correction as it is.
pub fn ask(context: &mut Context, before: ClockCorrection) -> Result<ClockCorrection, GuideError> {
    let language = context.language;
    loop {
        let typed = context.desk.ask_line(&text::ask_right_time(language), "--clock")?;
        if typed.is_empty() {
            return Ok(before);
        }
        match correction_to(&typed, context.now(), &context.zone) {
            Some(correction) => return without_zone(context, correction),
            None => context.desk.tell(&text::not_a_time(language)),
        }
    }
}

/// What leads from the machine's clock to the time that was typed.
fn correction_to(typed: &str, now: Moment, zone: &TimeZone) -> Option<ClockCorrection> {
    if let Some(watch) = time_of_day(typed) {
        return Some(ClockCorrection::between(watch, time_of_day(&time_in(now, zone))?));
    }
    let right = date_and_time(typed)?.to_zoned(zone.clone()).ok()?;
    Some(ClockCorrection(right.timestamp().as_second() - now.timestamp().as_second()))
}

/// A clock that is right in another time zone needs no correction, and the codes of one that it got would be wrong.
fn without_zone(context: &mut Context, correction: ClockCorrection) -> Result<ClockCorrection, GuideError> {
    let Some((zone, rest)) = correction.as_time_zone() else { return Ok(correction) };
    let minutes = zone.0.abs() / 60;
    let hours = format!("{}:{:02}", minutes / 60, minutes % 60);
    let only_zone = context.desk.confirm(&text::only_the_zone(context.language, hours), "--clock")?;
    Ok(if only_zone { rest } else { correction })
}

/// The time of day, to the second.
fn time_in(time: Moment, zone: &TimeZone) -> String {
    time.timestamp().to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_its_date_corrects_a_clock_whose_battery_was_empty() {
        let now = Moment::of("2020-01-01T00:00:10Z".parse().unwrap());
        let right = |typed| corrected(now, correction_to(typed, now, &TimeZone::UTC).unwrap()).timestamp().to_string();
        assert_eq!(right("2026-11-27 14:03:20"), "2026-11-27T14:03:20Z");
        assert_eq!(right("２０２６-１１-２７　１４:０３:２０"), "2026-11-27T14:03:20Z");
        assert_eq!(right("23:59:50"), "2019-12-31T23:59:50Z");
        for bad in ["2026-11-27", "2026-13-01 10:00:00", "2026-11-27 25:00:00", "soon", "27 14:03:20"] {
            assert_eq!(correction_to(bad, now, &TimeZone::UTC), None, "{bad}");
        }
    }
}
