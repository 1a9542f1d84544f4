//! Fractional ordering keys.
//!
//! A key is a number in base 62, written so that text order is number order: an integer part, whose
//! first letter says how long it is, and a fraction without trailing zeros. Appending and prepending
//! count the integer up and down, so such keys grow with the logarithm of their number; only
//! insertions in between need fractions. The scheme is David Greenspan's ("Implementing fractional
//! indexing", 2020).

use serde::{Deserialize, Serialize};

/// A row's ordering key. Keys compare as text, byte by byte, and there is always room for another between
/// two of them. Rows with equal keys are ordered by id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(String);

impl Position {
    /// Wraps a key that [`position_between`] made before, as read from a store.
    pub fn from_stored(key: String) -> Self {
        Self(key)
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key of the only row of a channel, which a new row has until it is given its place.
impl Default for Position {
    fn default() -> Self {
        position_between(None, None)
    }
}

/// Returns a key between two others. `None` is the beginning or the end.
///
/// If there is no room (the keys are equal or in the wrong order), the new key follows `before`. A text
/// that is not a key counts as `None`.
///
/// ```
/// use sync::position_between;
///
/// let first = position_between(None, None);
/// let last = position_between(Some(&first), None);
/// let middle = position_between(Some(&first), Some(&last));
/// assert!(first < middle && middle < last);
/// assert_eq!([&first, &middle, &last].map(|key| key.as_str()), ["a0", "a0V", "a1"]);
/// ```
pub fn position_between(before: Option<&Position>, after: Option<&Position>) -> Position {
    Position(
        match (before.and_then(Key::parse), after.and_then(Key::parse)) {
            (None, None) => lowest('a'),
            (Some(before), None) => before
                .next_integer()
                .unwrap_or_else(|| before.extended(None)),
            (None, Some(after)) => after.below(),
            (Some(before), Some(after)) if before < after => before.towards(&after),
            (Some(before), Some(_)) => before.extended(None),
        },
    )
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE: usize = DIGITS.len();

/// A key in its two parts. The derived order is the order of the texts, because no integer part is
/// the beginning of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    integer: &'a str,
    fraction: &'a str,
}

impl<'a> Key<'a> {
    fn parse(position: &'a Position) -> Option<Self> {
        let text = position.as_str();
        let length = 1 + digits_after(text.chars().next()?)?;
        let is_key = text.bytes().all(|byte| DIGITS.contains(&byte)) && text.len() >= length;
        let (integer, fraction) = is_key.then(|| text.split_at(length))?;
        (!fraction.ends_with('0') && text != lowest('A')).then_some(Self { integer, fraction })
    }

    /// Returns a key before this one.
    fn below(&self) -> String {
        if self.integer == lowest('A') {
            return format!(
                "{}{}",
                self.integer,
                fraction_between("", Some(self.fraction))
            );
        }
        if !self.fraction.is_empty() {
            return self.integer.to_owned();
        }
        let integer = self.previous_integer();
        // The lowest integer of all is not a key by itself: nothing would fit before it.
        if integer == lowest('A') {
            integer + &fraction_between("", None)
        } else {
            integer
        }
    }

    /// Returns a key between this one and a greater one.
    fn towards(&self, after: &Key<'_>) -> String {
        if self.integer == after.integer {
            return self.extended(Some(after.fraction));
        }
        self.next_integer()
            .filter(|integer| (integer.as_str(), "") < (after.integer, after.fraction))
            .unwrap_or_else(|| self.extended(None))
    }

    /// Returns a key behind this one with the same integer part, before the fraction `high`.
    fn extended(&self, high: Option<&str>) -> String {
        format!("{}{}", self.integer, fraction_between(self.fraction, high))
    }

    /// Returns the next integer part; `None` after the highest, which is 62²⁶ appends away.
    fn next_integer(&self) -> Option<String> {
        let head = self.head();
        let digits = &self.integer[1..];
        let kept = digits.trim_end_matches('z');
        match kept.chars().next_back() {
            Some(digit) => {
                let next = DIGITS[value(digit as u8) + 1] as char;
                let zeros = "0".repeat(digits.len() - kept.len());
                Some(format!("{head}{}{next}{zeros}", &kept[..kept.len() - 1]))
            }
            None if head == 'z' => None,
            None => Some(lowest(neighbour(head, 1))),
        }
    }

    /// Returns the previous integer part. This one must not be the lowest of all.
    fn previous_integer(&self) -> String {
        let head = self.head();
        let digits = &self.integer[1..];
        let kept = digits.trim_end_matches('0');
        match kept.chars().next_back() {
            Some(digit) => {
                let previous = DIGITS[value(digit as u8) - 1] as char;
                let nines = "z".repeat(digits.len() - kept.len());
                format!("{head}{}{previous}{nines}", &kept[..kept.len() - 1])
            }
            None => highest(neighbour(head, -1)),
        }
    }

    fn head(&self) -> char {
        char::from(self.integer.as_bytes()[0])
    }
}

/// Returns how many digits follow this first letter: `a` 1, `b` 2 … upwards from zero, and `Z` 1, `Y` 2 …
/// downwards.
fn digits_after(head: char) -> Option<usize> {
    match head {
        'a'..='z' => Some(head as usize - 'a' as usize + 1),
        'A'..='Z' => Some('Z' as usize - head as usize + 1),
        _ => None,
    }
}

fn lowest(head: char) -> String {
    format!("{head}{}", "0".repeat(digits_after(head).unwrap_or(0)))
}

fn highest(head: char) -> String {
    format!("{head}{}", "z".repeat(digits_after(head).unwrap_or(0)))
}

/// Returns the first letter of the integers above (1) or below (-1) those that begin with `head`.
fn neighbour(head: char, step: i8) -> char {
    match (head, step) {
        ('Z', 1) => 'a',
        ('a', -1) => 'Z',
        _ => char::from((head as u8).saturating_add_signed(step)),
    }
}

fn value(digit: u8) -> usize {
    DIGITS.iter().position(|&d| d == digit).unwrap_or(0)
}

/// Returns a fraction above `low` and below `high` (`None`: below one), neither of which ends in zeros.
fn fraction_between(low: &str, high: Option<&str>) -> String {
    let mut high = high;
    let mut fraction = String::new();
    for at in 0.. {
        let floor = low.as_bytes().get(at).map_or(0, |&digit| value(digit));
        let ceiling = high
            .and_then(|high| high.as_bytes().get(at))
            .map_or(BASE, |&digit| value(digit));
        if ceiling > floor + 1 {
            fraction.push(char::from(DIGITS[usize::midpoint(floor, ceiling)]));
            break;
        }
        fraction.push(char::from(DIGITS[floor]));
        if ceiling != floor {
            // Whatever follows this digit is below `high` already.
            high = None;
        }
    }
    fraction
}
