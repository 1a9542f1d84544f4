//! Rows stand where their neighbours say.

use super::*;

fn after(ops: Vec<Op<Sheet>>) -> String {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    assert_eq!(take(&mut authority, ops).1, []);
    lyrics(authority.ordered())
}

#[test]
fn rows_stand_where_their_neighbours_say() {
    assert_eq!(after(vec![create_at(4, "x", Place::Start)]), "x do re mi");
    assert_eq!(
        after(vec![create_at(4, "x", Place::After(id(1)))]),
        "do x re mi"
    );
    assert_eq!(
        after(vec![create_at(4, "x", Place::After(id(3)))]),
        "do re mi x"
    );
    assert_eq!(after(vec![create(4, "x")]), "do re mi x");
    assert_eq!(after(vec![move_to(1, Place::End)]), "re mi do");
    assert_eq!(after(vec![move_to(3, Place::Start)]), "mi do re");
    assert_eq!(after(vec![move_to(1, Place::After(id(2)))]), "re do mi");
}

#[test]
fn behind_a_deleted_row_is_where_it_stood() {
    assert_eq!(
        after(vec![destroy(1), create_at(4, "x", Place::After(id(1)))]),
        "x re mi"
    );
    assert_eq!(
        after(vec![destroy(2), move_to(3, Place::After(id(2)))]),
        "do mi"
    );
    assert_eq!(
        after(vec![destroy(2), create_at(4, "x", Place::After(id(2)))]),
        "do x mi"
    );
}

#[test]
fn behind_an_unknown_or_unordered_row_is_the_end() {
    for neighbour in [id(99), SCORE] {
        assert_eq!(
            after(vec![create_at(4, "x", Place::After(neighbour))]),
            "do re mi x"
        );
        assert_eq!(after(vec![move_to(1, Place::After(neighbour))]), "re mi do");
    }
}

#[test]
fn a_move_between_the_same_neighbours_changes_nothing() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    for (row, place) in [
        (1, Place::Start),
        (2, Place::After(id(1))),
        (2, Place::After(id(2))),
        (3, Place::After(id(2))),
        (3, Place::End),
    ] {
        assert!(
            changes_nothing(&mut authority, move_to(row, place)),
            "{row} {place:?}"
        );
    }
    take(&mut authority, vec![destroy(1)]);
    assert!(
        changes_nothing(&mut authority, move_to(2, Place::After(id(1)))),
        "nobody stands between"
    );
}

#[test]
fn a_restored_row_stands_where_it_stood() {
    assert_eq!(after(vec![destroy(2), restore(2)]), "do re mi");
}

#[test]
fn a_restored_row_whose_place_was_taken_leaves_room_for_others() {
    let mut authority = sheet_with(&["do", "re"]);
    take(
        &mut authority,
        vec![
            destroy(2),
            create(3, "x"),
            restore(2),
            create_at(4, "y", Place::After(id(3))),
        ],
    );
    assert_eq!(lyrics(authority.ordered()), "do x y re");
    let positions: Vec<_> = authority
        .ordered()
        .map(|row| row.position().unwrap())
        .collect();
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
}
