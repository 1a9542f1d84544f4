//! What texts mean as lists.

mod cases;
mod long;
#[cfg(feature = "ssr")]
mod round_trip;

use super::*;

fn item(text: &str) -> Entry {
    Entry {
        shortdesc: text.to_owned(),
        ..Entry::default()
    }
}

fn done(text: &str) -> Entry {
    Entry {
        isdone: true,
        ..item(text)
    }
}

fn section(text: &str) -> Entry {
    Entry {
        issection: true,
        ..item(text)
    }
}

fn noted(entry: Entry, notes: &str) -> Entry {
    Entry {
        longdesc: Some(notes.to_owned()),
        ..entry
    }
}
