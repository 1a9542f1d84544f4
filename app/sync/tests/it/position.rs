//! Ordering keys: there is always room, and lists that only grow at their ends keep short keys.

use proptest::prelude::*;
use sync::{Position, position_between};

fn key(text: &str) -> Position {
    Position::from_stored(text.into())
}

fn between(before: &str, after: &str) -> String {
    let key_or_none = |text: &str| (!text.is_empty()).then(|| key(text));
    position_between(key_or_none(before).as_ref(), key_or_none(after).as_ref())
        .as_str()
        .to_owned()
}

#[test]
fn appending_counts_up_and_prepending_counts_down() {
    assert_eq!(between("", ""), "a0");
    assert_eq!(between("a0", ""), "a1");
    assert_eq!(between("az", ""), "b00");
    assert_eq!(between("Zz", ""), "a0");
    assert_eq!(between("Yzz", ""), "Z0");
    assert_eq!(between("", "a0"), "Zz");
    assert_eq!(between("", "Z0"), "Yzz");
    assert_eq!(between("", "b00"), "az");
    assert_eq!(between("", "a5V"), "a5");
    assert_eq!(between("", "a5"), "a4");
    assert_eq!(between("", "b10"), "b0z");
    assert_eq!(between("b0z", ""), "b10");
    assert_eq!(between("", "Yz0"), "Yyz");
}

#[test]
fn between_neighbours_comes_a_fraction() {
    assert_eq!(between("a0", "a1"), "a0V");
    assert_eq!(between("a0V", "a1"), "a0k");
    assert_eq!(between("a0", "a0V"), "a0F");
    assert_eq!(between("a0", "a3"), "a1");
    assert_eq!(between("a0", "a01"), "a00V");
    assert_eq!(between("Zz", "a0"), "ZzV");
}

#[test]
fn a_hundred_thousand_appends_or_prepends_need_four_characters() {
    let (mut first, mut last) = (Position::default(), Position::default());
    for _ in 0..100_000 {
        let (before, after) = (
            position_between(None, Some(&first)),
            position_between(Some(&last), None),
        );
        assert!(before < first && last < after);
        (first, last) = (before, after);
    }
    assert_eq!((first.as_str().len(), last.as_str().len()), (4, 4));
}

#[test]
fn both_ends_of_all_keys_still_have_room() {
    let highest = format!("z{}", "z".repeat(26));
    assert_eq!(between(&highest, ""), format!("{highest}V"));
    let lowest = format!("A{}1", "0".repeat(26));
    let lower = between("", &lowest);
    assert!(lower < lowest && between("", &lower) < lower);
    assert!(between("", &format!("A{}1", "0".repeat(25))) < format!("A{}1", "0".repeat(25)));
}

#[test]
fn without_room_the_key_comes_right_behind_the_first() {
    for (before, after, key) in [
        ("a1", "a1", "a1V"),
        ("a5", "a1", "a5V"),
        ("b00", "a1V", "b00V"),
        ("a1V", "a1V", "a1k"),
    ] {
        assert_eq!(between(before, after), key);
    }
}

#[test]
fn a_text_that_is_no_key_counts_as_none() {
    let below_all = format!("A{}", "0".repeat(26));
    let texts = ["a", "b1", "a-", "0", "a10", "a1V0", &below_all];
    for text in texts {
        assert_eq!(between(text, ""), "a0", "{text}");
        assert_eq!(between("", text), "a0", "{text}");
        assert_eq!(between("a5", text), "a6", "{text}");
    }
}

proptest! {
    #[test]
    fn keys_inserted_anywhere_stay_in_order_and_distinct(places in prop::collection::vec(any::<prop::sample::Index>(), 0..200)) {
        let mut keys: Vec<Position> = Vec::new();
        for place in places {
            let at = place.index(keys.len() + 1);
            let before = at.checked_sub(1).map(|before| &keys[before]);
            let key = position_between(before, keys.get(at));
            keys.insert(at, key);
        }
        prop_assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    }

    #[test]
    fn any_two_texts_give_a_key(before in ".{0,6}", after in "[0-9A-Za-z]{0,30}") {
        let key = position_between(Some(&key(&before)), Some(&key(&after)));
        prop_assert!(position_between(Some(&key), None) > key);
        prop_assert!(position_between(None, Some(&key)) < key);
    }

    #[test]
    fn inserting_at_one_spot_costs_a_character_for_five_keys(behind in any::<bool>()) {
        let (mut low, mut high) = (key("a0"), key("a1"));
        for _ in 0..500 {
            let middle = position_between(Some(&low), Some(&high));
            prop_assert!(low < middle && middle < high);
            if behind { low = middle } else { high = middle }
        }
        prop_assert!(low.as_str().len().max(high.as_str().len()) <= 2 + 500 / 5 + 1);
    }
}
