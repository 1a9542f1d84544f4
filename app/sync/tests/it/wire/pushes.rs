//! What clients send, and how it is answered.

use std::num::NonZeroUsize;

use sync::{Op, Place, Rejection, Unit};

use super::*;

#[test]
fn a_push_names_its_client_its_cursor_and_its_mutations() {
    is_written_as(
        &Push {
            client_id: client(7),
            since: 3,
            epoch: Some(epoch(4)),
            begins: Some(1),
            mutations: vec![mutation(1, tune(1, 62))],
        },
        json!({
            "client_id": "00000000-0000-0000-0000-000000000007",
            "since": 3,
            "epoch": "00000000-0000-0000-0000-000000000004",
            "begins": 1,
            "mutations": [{
                "seq": 1,
                "op": { "update": { "id": "00000000-0000-0000-0000-000000000001", "patch": { "tone": { "pitch": 62 } } } },
            }],
        }),
    );
}

#[test]
fn a_push_of_an_older_tab_has_no_begins() {
    let json = json!({ "client_id": id(7), "since": 3, "mutations": [] });
    let push: Push<Sheet> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(push.begins, None);
    is_written_as(&push, json);
}

#[test]
fn a_push_is_in_order_if_its_numbers_ascend_from_one_on() {
    let numbered = |seqs: &[u64]| {
        Push {
            client_id: client(7),
            since: 0,
            epoch: None,
            begins: None,
            mutations: seqs.iter().map(|seq| mutation(*seq, destroy(1))).collect(),
        }
        .is_in_order()
    };
    assert!(
        [&[][..], &[1], &[7], &[1, 2, 3], &[4, 6]]
            .into_iter()
            .all(numbered)
    );
    assert!(
        ![&[0][..], &[0, 1], &[1, 1], &[2, 1], &[1, 3, 2]]
            .into_iter()
            .any(numbered)
    );
}

#[test]
fn an_answer_is_flat_beside_its_catch_up() {
    let answer = PushAnswer::<Sheet> {
        acked: 2,
        rejected: vec![Rejection {
            seq: 2,
            reason: Refusal::Full { limit: 12 },
        }],
        catch_up: CatchUp {
            head: 9,
            epoch: Some(epoch(4)),
            reset: true,
            changes: vec![],
        },
    };
    is_written_as(
        &answer,
        json!({
            "acked": 2,
            "rejected": [{ "seq": 2, "reason": { "code": "full", "limit": 12 } }],
            "head": 9, "epoch": "00000000-0000-0000-0000-000000000004", "reset": true, "changes": [],
        }),
    );
}

#[test]
fn operations_are_named_in_snake_case() {
    let one = "00000000-0000-0000-0000-000000000001";
    is_written_as(
        &create_at(1, "la", Place::After(id(1))),
        json!({ "create": { "id": one, "draft": { "tone": { "lyric": "la" } }, "place": { "after": one } } }),
    );
    is_written_as(&destroy(1), json!({ "destroy": { "id": one } }));
    is_written_as(&restore(1), json!({ "restore": { "id": one } }));
    let lyric = |lyric: &str| match sing(1, lyric) {
        Op::Update { patch, .. } => patch,
        _ => unreachable!("singing updates"),
    };
    is_written_as(
        &Op::<Sheet>::Revert {
            id: id(1),
            from: lyric("la"),
            to: Some(lyric("lo")),
        },
        json!({ "revert": { "id": one, "from": { "tone": { "lyric": "la" } }, "to": { "tone": { "lyric": "lo" } } } }),
    );
    is_written_as(
        &Op::<Sheet>::Revert {
            id: id(1),
            from: lyric("la"),
            to: None,
        },
        json!({ "revert": { "id": one, "from": { "tone": { "lyric": "la" } } } }),
    );
    is_written_as(
        &move_to(1, Place::Start),
        json!({ "move": { "id": one, "place": "start" } }),
    );
}

#[test]
fn a_create_without_a_place_goes_to_the_end() {
    let text = json!({ "create": { "id": id(1), "draft": { "tone": { "lyric": "la" } } } });
    assert_eq!(
        serde_json::from_value::<Op<Sheet>>(text).unwrap(),
        create(1, "la")
    );
}

#[test]
fn refusals_carry_a_code_for_programs_and_a_text_for_people() {
    let refusals = [
        (
            Refusal::Overtaken,
            json!({ "code": "overtaken" }),
            "Someone has changed it since.",
        ),
        (
            Refusal::NotFound,
            json!({ "code": "not_found" }),
            "This item does not exist.",
        ),
        (
            Refusal::Destroyed,
            json!({ "code": "destroyed" }),
            "It has been deleted in the meantime.",
        ),
        (
            Refusal::Full { limit: 3 },
            json!({ "code": "full", "limit": 3 }),
            "The list is full: 3 items is the limit.",
        ),
        (
            Refusal::NoRoom {
                limit: 240,
                unit: Unit::Bytes,
            },
            json!({ "code": "full", "limit": 240, "unit": "bytes" }),
            "The list is full: 240 bytes is the limit.",
        ),
        (
            Refusal::NoRoom {
                limit: 9,
                unit: Unit::Clients,
            },
            json!({ "code": "full", "limit": 9, "unit": "clients" }),
            "The list is full: 9 clients is the limit.",
        ),
        (
            Refusal::Blank {
                field: "lyric".into(),
            },
            json!({ "code": "blank", "field": "lyric" }),
            "The lyric must not be blank.",
        ),
        (
            Refusal::TooLong {
                field: "lyric".into(),
                limit: 40,
                length: NonZeroUsize::new(41),
            },
            json!({ "code": "too_long", "field": "lyric", "limit": 40, "length": 41 }),
            "The lyric may have at most 40 characters.",
        ),
        (
            // As the versions before said it.
            Refusal::TooLong {
                field: "lyric".into(),
                limit: 40,
                length: None,
            },
            json!({ "code": "too_long", "field": "lyric", "limit": 40 }),
            "The lyric may have at most 40 characters.",
        ),
        (
            Refusal::Malformed {
                field: "lyric".into(),
            },
            json!({ "code": "malformed", "field": "lyric" }),
            "The lyric cannot be read.",
        ),
        (
            Refusal::NumberTaken,
            json!({ "code": "number_taken" }),
            "Another change was sent under its number.",
        ),
        (
            Refusal::Unsupported,
            json!({ "code": "unsupported" }),
            "This is not possible here.",
        ),
    ];
    for (refusal, json, text) in refusals {
        is_written_as(&refusal, json);
        assert_eq!(refusal.to_string(), text);
    }
}
