//! One number for each change.

use super::*;

#[test]
fn each_change_takes_the_next_version_and_says_what_it_was() {
    let mut authority = sheet();
    let ops = [
        create(1, "la"),
        sing(1, "le"),
        title("Air"),
        destroy(1),
        restore(1),
    ];
    let push: Vec<_> = (1..).zip(ops).map(|(seq, op)| mutation(seq, op)).collect();
    let outcome = authority.take(Some(client(1)), &push, 7);
    let told: Vec<_> = outcome
        .changes
        .iter()
        .map(|change| (change.version(), change.name()))
        .collect();
    let expected = [
        (2, "created"),
        (3, "updated"),
        (4, "score:updated"),
        (5, "destroyed"),
        (6, "updated"),
    ];
    assert_eq!(
        told,
        expected.map(|(version, name)| (Version(version), name.to_owned()))
    );
    assert_eq!(authority.head(), Version(6));
}

#[test]
fn what_changes_nothing_takes_no_version() {
    let mut authority = sheet_with(&["do", "re"]);
    assert!(changes_nothing(&mut authority, sing(1, "do")));
    assert!(
        changes_nothing(&mut authority, sing(1, "  do ")),
        "the model trims"
    );
    assert!(changes_nothing(&mut authority, tune(1, 60)));
    assert!(changes_nothing(&mut authority, title("Untitled")));
    assert!(changes_nothing(&mut authority, move_to(2, Place::End)));
}

#[test]
fn a_row_is_stamped_with_version_and_time() {
    let mut authority = sheet();
    authority.take(None, &[mutation(0, create(1, "la"))], 10);
    authority.take(None, &[mutation(0, sing(1, "le"))], 20);
    let Some(Sheet::Tone(tone)) = authority.row(id(1)).and_then(Row::live) else {
        panic!("it is there")
    };
    assert_eq!(
        (tone.version, tone.made_at, tone.changed_at),
        (Version(3), 10, 20)
    );
}
