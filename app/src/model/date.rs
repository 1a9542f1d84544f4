//! A day.

use std::fmt;

use serde::{Deserialize, Serialize};
use sync::Refusal;

/// A calendar day without time or time zone: the same day for everyone. As text it is `2026-11-24`
/// ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)'s `full-date`), from year 1 to year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Returns the day, if it exists.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && day >= 1 && day <= days_of_month(year, month)?;
        exists.then_some(Self { year, month, day })
    }

    /// Parses `2026-11-24`.
    ///
    /// # Errors
    /// If the text has another form or the day does not exist.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::read(text).ok_or_else(|| Refusal::Malformed {
            field: "due".to_owned(),
        })
    }

    fn read(text: &str) -> Option<Self> {
        let is_plain = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 10 || !text.bytes().enumerate().all(is_plain) {
            return None;
        }
        let year = text[..4].parse().ok()?;
        let month = text[5..7].parse().ok()?;
        Self::new(year, month, text[8..].parse().ok()?)
    }

    /// From 1 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// From 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// From 1 to 31.
    pub fn day(self) -> u8 {
        self.day
    }
}

fn days_of_month(year: u16, month: u8) -> Option<u8> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap { 29 } else { 28 }),
        _ => None,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_survives_a_round_trip() {
        for text in [
            "2026-11-24",
            "0001-01-01",
            "9999-12-31",
            "2024-02-29",
            "2000-02-29",
        ] {
            assert_eq!(Date::parse(text).expect("a date").to_string(), text);
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        let no_days = [
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
            "2026-1-1",
            "2026-01-011",
            "+026-01-01",
            "2026/01/01",
            "",
            "tomorrow",
            "2026-01-1é",
        ];
        for text in no_days {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_are_in_the_order_of_days() {
        let date = |text| Date::parse(text).expect("a date");
        assert!(date("2025-12-31") < date("2026-01-01"));
        assert!(date("2026-01-31") < date("2026-02-01"));
    }
}
