//! Texts that are too long for a list, or for an item: reading them costs no more than their length.

use std::time::{Duration, Instant};

use sync::Model as _;

use super::*;
use crate::Longdesc;

/// Time limit of an unoptimized build beside other tests. Quadratic parsing would take minutes.
const SOON: Duration = Duration::from_secs(10);

fn soon(text: &str) -> Outline {
    let start = Instant::now();
    let outline = read(text);
    let taken = start.elapsed();
    assert!(taken < SOON, "{taken:?} for {} bytes", text.len());
    outline
}

#[test]
fn long_notes_are_read_in_one_go_and_no_further_than_to_their_limit() {
    let line = "  a line of notes\n";
    let outline = soon(&format!("- milk\n{}", line.repeat(1_200_000 / line.len())));
    let notes = outline.items[0].longdesc.as_deref().unwrap_or_default();
    assert!(
        notes.chars().count() > Longdesc::LIMIT,
        "it is seen to be too long"
    );
    assert!(notes.len() < 5 * Longdesc::LIMIT);
    // As many notes as there may be, each as long as it may be, are read whole.
    let notes = "  ü\n".repeat(Longdesc::LIMIT / 2);
    let outline = soon(&format!("- milk\n{notes}").repeat(40));
    assert_eq!(outline.items.len(), 40);
    for entry in outline.items {
        let notes = entry.longdesc.unwrap_or_default();
        assert_eq!(notes.chars().count(), Longdesc::LIMIT - 1);
    }
}

#[test]
fn reading_stops_where_a_list_is_full() {
    for line in ["a\n", "- [ ] a\n", "# a\n", "1. a\n2. b\n", "a\r"] {
        let outline = soon(&line.repeat(2 * 1024 * 1024 / line.len()));
        assert_eq!(outline.items.len(), Item::LIMIT + 1, "{line:?}");
    }
}

#[test]
fn parsing_is_linear_for_any_text() {
    let nested: Vec<_> = (0..1_400)
        .map(|n| format!("{}1. a\n", " ".repeat(n)))
        .collect();
    let nested = nested.concat();
    let mut odd = [
        "```\n",
        "```\n~~~\n",
        "---\n",
        "---\na: b\n",
        "\n",
        " \n",
        "\\",
        "(",
        "(due ",
        "[",
        "1. ",
        "- ",
        "#",
        "\u{200e}",
        "\u{2028}",
        "a\n===\n",
        "=",
        "  1. a\n1. b\n",
    ]
    .map(|piece| piece.repeat(1024 * 1024 / piece.len()))
    .to_vec();
    odd.push(format!("{nested}{}", "  1. a\n".repeat(100_000)));
    odd.push(format!("---\n{}", "a: b\n".repeat(200_000)));
    odd.push(format!("- milk\n{}", "```\n  x\n~~~\n".repeat(50_000)));
    for text in odd {
        soon(&text);
    }
}
