//! What a client missed, from its cursor.

use sync::Cursor;

use super::*;

fn told(authority: &Authority<Sheet>, cursor: u64) -> (bool, Vec<(Uuid, Event)>) {
    let catch_up = authority.since(Version(cursor));
    assert_eq!(catch_up.head, authority.head());
    assert!(catch_up.changes.is_sorted_by_key(sync::Change::version));
    let changes = catch_up.changes.into_iter();
    (
        catch_up.reset,
        changes
            .map(|change| (change.row.id(), change.event))
            .collect(),
    )
}

#[test]
fn it_tells_the_newest_state_of_what_changed_in_the_order_of_versions() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    take(
        &mut authority,
        vec![sing(1, "da"), destroy(2), sing(1, "du")],
    );
    let both = vec![(id(2), Event::Destroyed), (id(1), Event::Updated)];
    assert_eq!(told(&authority, 4), (false, both));
    assert_eq!(told(&authority, 6), (false, vec![(id(1), Event::Updated)]));
    assert_eq!(told(&authority, 7), (false, vec![]));
}

#[test]
fn from_the_beginning_it_tells_everything_without_a_reset() {
    let authority = sheet_with(&["do"]);
    assert_eq!(
        told(&authority, 0),
        (
            false,
            vec![(SCORE, Event::Updated), (id(1), Event::Updated)]
        )
    );
}

#[test]
fn from_beyond_the_head_it_resets() {
    let mut authority = sheet_with(&["do", "re"]);
    take(&mut authority, vec![destroy(1)]);
    let live = vec![(SCORE, Event::Updated), (id(2), Event::Updated)];
    assert_eq!(told(&authority, 5), (true, live));
}

#[test]
fn from_another_epoch_it_resets_wherever_that_was() {
    let authority = sheet_with(&["do", "re"]).with_epoch(epoch(1));
    assert_eq!(authority.epoch(), Some(epoch(1)));
    let from = |epoch, version| authority.since(Cursor { epoch, version });
    for version in 0..5 {
        let other = from(Some(epoch(2)), Version(version));
        assert_eq!(other, authority.snapshot(), "{version}");
        assert!(other.reset && other.epoch == Some(epoch(1)));
    }
    for known in [Some(epoch(1)), None] {
        let catch_up = from(known, Version(2));
        assert_eq!((catch_up.reset, catch_up.changes.len()), (false, 1));
        assert_eq!(catch_up.epoch, Some(epoch(1)), "it is told with every head");
    }
}

#[test]
fn an_authority_without_an_epoch_ignores_epochs() {
    let authority = sheet_with(&["do"]);
    assert_eq!(authority.epoch(), None);
    let named = Cursor {
        epoch: Some(epoch(1)),
        version: Version(2),
    };
    assert_eq!(authority.since(named), authority.since(Version(2)));
    assert_eq!(authority.since(named).epoch, None);
}

#[test]
fn from_before_the_pruning_it_resets() {
    let mut authority = sheet_with(&["do", "re"]);
    take(&mut authority, vec![destroy(1), sing(2, "ra")]);
    assert_eq!(authority.prune(Version(4)), [id(1)]);
    assert_eq!((authority.row(id(1)), authority.len()), (None, 2));
    let live = vec![(SCORE, Event::Updated), (id(2), Event::Updated)];
    assert_eq!(told(&authority, 0), (true, live.clone()));
    assert_eq!(told(&authority, 3), (true, live));
    assert_eq!(told(&authority, 4), (false, vec![(id(2), Event::Updated)]));
}

#[test]
fn pruning_takes_only_old_tombstones() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    take(&mut authority, vec![destroy(1), destroy(2)]);
    assert_eq!(authority.prune(Version(5)), [id(1)]);
    assert_eq!(authority.prune(Version(5)), [] as [Uuid; 0]);
    assert_eq!(lyrics(authority.ordered()), "mi");
    assert!(authority.row(id(2)).is_some());
}

#[test]
fn pruning_that_removes_nothing_resets_nobody() {
    let mut authority = sheet_with(&["do", "re"]);
    assert_eq!(authority.prune(Version(100)), [] as [Uuid; 0]);
    assert_eq!(authority.pruned(), Version::ZERO);
    assert!(!authority.since(Version::ZERO).reset);
}

#[test]
fn a_pruned_row_was_never_there() {
    let mut authority = sheet_with(&["do"]);
    take(&mut authority, vec![destroy(1)]);
    authority.prune(Version(3));
    assert_eq!(refusal(&mut authority, restore(1)), Refusal::NotFound);
    assert_eq!(take(&mut authority, vec![create(1, "new")]), (1, vec![]));
}

#[test]
fn an_empty_channel_has_nothing_to_tell() {
    let authority = Authority::<Tone>::restore(Version::ZERO, Version::ZERO, [], []);
    assert!(authority.is_empty() && authority.since(Version::ZERO).changes.is_empty());
    assert!(!sheet().is_empty());
    assert!(!authority.since(Version::ZERO).reset);
}
