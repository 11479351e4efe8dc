//! A moment in time as the formats write it: RFC 3339, UTC, whole seconds.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, in whole seconds, written as `2026-11-22T21:20:55Z`. The clock that gave it can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// A moment of the handed-in clock, cut to whole seconds.
    #[must_use]
    pub fn of(timestamp: Timestamp) -> Moment {
        Moment(Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp))
    }

    /// The same moment with the sub-second precision of jiff.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// The beginning of a civil day in UTC, written as `2026-11-22` or `2026/11/22`; nothing when the text is no such day.
    #[must_use]
    pub fn of_date(text: &str) -> Option<Moment> {
        let date: jiff::civil::Date = text.trim().replace('/', "-").parse().ok()?;
        let moment = Moment::of(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
        // A year that no moment is read with is none here either.
        moment.to_string().parse().ok()
    }

    /// This moment and `days` times 24 hours.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Moment {
        Moment(self.0.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX))
    }

    /// Whole days from `earlier` to this moment, rounded towards minus infinity.
    #[must_use]
    pub fn days_since(self, earlier: Moment) -> i64 {
        (self.0.as_second() - earlier.0.as_second()).div_euclid(86_400)
    }

    /// The civil date in the handed-in time zone, `2026-11-22`.
    #[must_use]
    pub fn date(self, zone: &TimeZone) -> String {
        self.0.to_zoned(zone.clone()).date().to_string()
    }

    /// The civil date and time to the minute, `2026-11-22 21:20`, in the handed-in time zone.
    #[must_use]
    pub fn date_and_minute(self, zone: &TimeZone) -> String {
        self.0.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl FromStr for Moment {
    type Err = String;

    /// Takes exactly what `Display` writes, from the year 1 on: other readers know no year 0.
    fn from_str(text: &str) -> Result<Moment, String> {
        let moment = text.parse::<Timestamp>().map(Moment::of).map_err(|_| text.to_owned())?;
        let before_year_1 = text.starts_with("0000") || text.starts_with('-');
        if moment.to_string() == text && !before_year_1 { Ok(moment) } else { Err(text.to_owned()) }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|text| serde::de::Error::custom(format!("not a moment: {text}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_and_whole_seconds() {
        let moment = Moment::of("2026-11-22T21:20:55.987Z".parse().unwrap());
        assert_eq!(moment.to_string(), "2026-11-22T21:20:55Z");
        assert_eq!("2026-11-22T21:20:55Z".parse::<Moment>().unwrap(), moment);
        for other in ["2026-11-22T21:20:55.5Z", "2026-11-22T22:20:55+01:00", "2026-11-22", "", "0000-01-01T00:00:00Z"] {
            assert!(other.parse::<Moment>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_day_is_a_moment_that_can_be_written_or_none() {
        assert_eq!(Moment::of_date(" 2026/11/22 ").unwrap().to_string(), "2026-11-22T00:00:00Z");
        assert_eq!(Moment::of_date("0001-01-01").unwrap().to_string(), "0001-01-01T00:00:00Z");
        for none in ["0000-01-01", "-000001-01-01", "2026-02-30", "yesterday"] {
            assert_eq!(Moment::of_date(none), None, "{none}");
        }
    }

    #[test]
    fn days_are_counted_in_full() {
        let start = "2026-11-22T12:00:00Z".parse::<Moment>().unwrap();
        assert_eq!(start.plus_days(183).days_since(start), 183);
        assert_eq!("2026-11-23T11:59:59Z".parse::<Moment>().unwrap().days_since(start), 0);
        assert_eq!("2026-11-22T11:59:59Z".parse::<Moment>().unwrap().days_since(start), -1);
    }
}
