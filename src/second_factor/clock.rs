//! What is known of a clock that is wrong: how many seconds are to be added to it.

use std::str::FromStr;

use super::FactorError;

/// How far a clock is behind, in seconds; below zero when it is ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockCorrection(pub i64);

impl ClockCorrection {
    /// The right time where a clock shows `seconds` since 1970.
    #[must_use]
    pub fn applied_to(self, seconds: i64) -> u64 {
        u64::try_from(seconds.saturating_add(self.0)).unwrap_or(0)
    }

    /// From the time of day on a watch that is right, against the time of day that the machine shows: the nearest, at most half a day
    /// either way. Both in seconds since midnight.
    #[must_use]
    pub fn between(watch: u32, machine: u32) -> ClockCorrection {
        const DAY: i64 = 86_400;
        let difference = (i64::from(watch) - i64::from(machine)).rem_euclid(DAY);
        ClockCorrection(if difference > DAY / 2 { difference - DAY } else { difference })
    }

    /// What of it looks like another time zone, and the rest, when it is nearly what lies between two zones: they differ by whole
    /// quarters of an hour, from half an hour to a day and two hours.
    #[must_use]
    pub fn as_time_zone(self) -> Option<(ClockCorrection, ClockCorrection)> {
        const QUARTER: i64 = 900;
        /// Reading a watch and typing takes that long.
        const NEARLY: i64 = 30;
        let rest = (self.0 + QUARTER / 2).rem_euclid(QUARTER) - QUARTER / 2;
        let zone = self.0.checked_sub(rest)?;
        let is_zone = rest.abs() <= NEARLY && (2 * QUARTER..=104 * QUARTER).contains(&zone.abs());
        is_zone.then_some((ClockCorrection(zone), ClockCorrection(rest)))
    }
}

/// `+90s`, `-2m`, `+1h`, `+3d`, or a number of seconds.
impl FromStr for ClockCorrection {
    type Err = FactorError;

    fn from_str(text: &str) -> Result<ClockCorrection, FactorError> {
        let text = text.trim();
        let (number, unit) = match text.char_indices().last() {
            Some((place, 's' | 'S')) => (&text[..place], 1),
            Some((place, 'm' | 'M')) => (&text[..place], 60),
            Some((place, 'h' | 'H')) => (&text[..place], 3600),
            Some((place, 'd' | 'D')) => (&text[..place], 86_400),
            _ => (text, 1),
        };
        let number: i64 = number.parse().map_err(|_| FactorError::BadCorrection)?;
        number.checked_mul(unit).map(ClockCorrection).ok_or(FactorError::BadCorrection)
    }
}

/// The seconds since midnight of `14:03:20` or `14:03`, with full-width digits and colons too.
#[must_use]
pub fn time_of_day(text: &str) -> Option<u32> {
    use unicode_normalization::UnicodeNormalization;
    let text: String = text.nfkc().collect();
    let parts: Vec<u32> = text.trim().split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [hours, minutes] if hours < 24 && minutes < 60 => Some(hours * 3600 + minutes * 60),
        [hours, minutes, seconds] if hours < 24 && minutes < 60 && seconds < 60 => {
            Some(hours * 3600 + minutes * 60 + seconds)
        }
        _ => None,
    }
}

/// The date and the time of day of `2026-11-27 14:03:20`, with full-width digits too.
#[must_use]
pub fn date_and_time(text: &str) -> Option<jiff::civil::DateTime> {
    use unicode_normalization::UnicodeNormalization;
    let text: String = text.nfkc().collect();
    let (date, time) = text.trim().split_once(char::is_whitespace)?;
    let parts: Vec<i16> = date.split(['-', '/']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day] = parts[..] else { return None };
    let date = jiff::civil::Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let seconds = time_of_day(time)?;
    date.at(0, 0, 0, 0).checked_add(jiff::SignedDuration::from_secs(seconds.into())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_two_time_zones_is_told_from_a_clock_that_is_wrong() {
        let zone = |seconds| ClockCorrection(seconds).as_time_zone().map(|(zone, rest)| (zone.0, rest.0));
        assert_eq!(zone(9 * 3600 + 12), Some((9 * 3600, 12)));
        assert_eq!(zone(-5 * 3600 - 45 * 60 - 3), Some((-5 * 3600 - 45 * 60, -3)));
        assert_eq!(zone(1800), Some((1800, 0)));
        for wrong in [0, 29, 90, -900, 905, 9 * 3600 + 31, -3600 - 40, 7 * 86_400, i64::MIN, i64::MAX - 900] {
            assert_eq!(zone(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_correction_is_read_in_seconds_minutes_hours_and_days() {
        for (text, seconds) in [("+90s", 90), ("-2m", -120), ("1h", 3600), ("+2D", 172_800), ("-15", -15), ("0", 0)] {
            assert_eq!(text.parse(), Ok(ClockCorrection(seconds)), "{text}");
        }
        for bad in ["", "s", "1.5m", "9223372036854775807h", "+90x", "é"] {
            assert_eq!(bad.parse::<ClockCorrection>(), Err(FactorError::BadCorrection), "{bad}");
        }
    }

    #[test]
    fn a_watch_and_a_machine_on_two_sides_of_midnight_are_still_near() {
        let at = |text| time_of_day(text).unwrap();
        assert_eq!(ClockCorrection::between(at("00:00:30"), at("23:59:50")), ClockCorrection(40));
        assert_eq!(ClockCorrection::between(at("23:59:50"), at("00:00:30")), ClockCorrection(-40));
        assert_eq!(ClockCorrection::between(at("１４：０３：２０"), at("14:00")), ClockCorrection(200));
        for bad in ["", "24:00", "1", "12:60", "12:00:60", "a:b", "1:2:3:4"] {
            assert_eq!(time_of_day(bad), None, "{bad}");
        }
    }
}
