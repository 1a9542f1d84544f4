//! The engine's JSON, as other programs see it.

use std::num::NonZeroUsize;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sync::{
    CatchUp, Change, Event, Op, Place, Position, Push, PushAnswer, Refusal, Rejection, Replica,
    Stored, Told, Unit,
};

use crate::melody::*;

/// The value is written as this JSON and read back from it.
fn is_written_as<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: &T,
    json: Value,
) {
    assert_eq!(serde_json::to_value(value).unwrap(), json);
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), *value);
}

fn tone() -> Sheet {
    Sheet::Tone(Tone {
        id: id(1),
        lyric: "la".into(),
        pitch: 60,
        position: Position::default(),
        version: Version(4),
        made_at: 5,
        changed_at: 6,
    })
}

fn tone_json() -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000001", "lyric": "la", "pitch": 60, "position": "a0",
        "version": 4, "made_at": 5, "changed_at": 6,
    })
}

fn score() -> Sheet {
    Sheet::Score(Score {
        id: id(2),
        title: "Air".into(),
        version: Version(5),
    })
}

fn score_json() -> Value {
    json!({ "id": "00000000-0000-0000-0000-000000000002", "title": "Air", "version": 5 })
}

#[test]
fn a_change_is_the_name_and_the_data_of_its_frame() {
    for (event, name) in [
        (Event::Created, "created"),
        (Event::Updated, "updated"),
        (Event::Destroyed, "destroyed"),
    ] {
        is_written_as(
            &Change { event, row: tone() },
            json!({ "event": name, "data": tone_json() }),
        );
    }
    is_written_as(
        &Change {
            event: Event::Updated,
            row: score(),
        },
        json!({ "event": "score:updated", "data": score_json() }),
    );
}

fn told(name: &str, json: &str) -> Result<Option<Told<Sheet>>, serde_json::Error> {
    Told::from_event(name, json)
}

#[test]
fn an_event_of_a_later_version_counts_as_received() {
    let data = json!({ "version": 9, "chord": ["do", "mi"] }).to_string();
    for name in [
        "renamed",
        "score:",
        "chord:updated",
        "score:merged",
        "a:b:updated",
        "",
    ] {
        assert_eq!(
            told(name, &data).unwrap(),
            Some(Told::Unknown(Version(9))),
            "{name}"
        );
    }
    let score = Told::<Tone>::from_event("score:updated", &score_json().to_string());
    assert_eq!(score.unwrap(), Some(Told::Unknown(Version(5))));
}

#[test]
fn an_event_without_a_version_is_no_part_of_the_history() {
    for (name, data) in [
        ("pusher:ping", "{}"),
        ("client-editing", "null"),
        ("renamed", r#"{"version":"nine"}"#),
        ("renamed", "not JSON"),
    ] {
        assert_eq!(told(name, data).unwrap(), None, "{name}");
    }
}

#[test]
fn a_change_of_a_row_that_cannot_be_read_is_an_error() {
    assert!(told("updated", r#"{"id":1,"version":9}"#).is_err());
    assert!(told("score:updated", &tone_json().to_string()).is_err());
    let catch_up = json!({
        "head": 9, "reset": false,
        "changes": [{ "event": "updated", "data": { "id": 1, "version": 9 } }],
    });
    assert!(serde_json::from_value::<CatchUp<Sheet>>(catch_up).is_err());
}

#[test]
fn a_catch_up_leaves_out_what_only_a_later_version_understands() {
    let changes = json!([
        { "event": "chord:updated", "data": { "version": 3, "chord": [1, 2] } },
        { "event": "updated", "data": tone_json() },
        { "event": "renamed", "data": "no object", "more": true },
    ]);
    let catch_up = json!({ "head": 9, "reset": false, "changes": changes, "later": {} });
    let read: CatchUp<Sheet> = serde_json::from_value(catch_up).unwrap();
    let expected = Change {
        event: Event::Updated,
        row: tone(),
    };
    assert_eq!(
        (read.head, read.changes),
        (Version(9), vec![expected.clone()])
    );
    let answer =
        json!({ "acked": 1, "rejected": [], "head": 9, "reset": false, "changes": changes });
    let read: PushAnswer<Sheet> = serde_json::from_value(answer).unwrap();
    assert_eq!(
        (read.catch_up.head, read.catch_up.changes),
        (Version(9), vec![expected])
    );
}

#[test]
fn a_refusal_of_a_later_version_is_kept_as_it_came() {
    for json in [
        json!({ "code": "too_many_bytes", "limit": "8 MiB", "by": { "whom": [1] } }),
        json!({ "code": "full" }),
        json!({ "code": 7 }),
        json!("no object"),
    ] {
        let read: Refusal = serde_json::from_value(json.clone()).unwrap();
        assert!(matches!(read, Refusal::Other(_)), "{json}");
        assert_eq!(read.to_string(), "This did not work.");
        is_written_as(&read, json);
    }
}

#[test]
fn a_catch_up_is_head_epoch_reset_and_changes() {
    let changes = vec![Change {
        event: Event::Destroyed,
        row: tone(),
    }];
    is_written_as(
        &CatchUp {
            head: Version(9),
            epoch: Some(epoch(4)),
            reset: false,
            changes,
        },
        json!({
            "head": 9, "epoch": "00000000-0000-0000-0000-000000000004", "reset": false,
            "changes": [{ "event": "destroyed", "data": tone_json() }],
        }),
    );
}

#[test]
fn a_client_without_epochs_neither_sends_nor_receives_one() {
    let catch_up = CatchUp::<Sheet> {
        head: Version(9),
        epoch: None,
        reset: false,
        changes: vec![],
    };
    is_written_as(
        &catch_up,
        json!({ "head": 9, "reset": false, "changes": [] }),
    );
    let push = Push::<Sheet> {
        client_id: client(7),
        since: Version(3),
        epoch: None,
        begins: None,
        mutations: vec![],
    };
    is_written_as(
        &push,
        json!({ "client_id": client(7), "since": 3, "mutations": [] }),
    );
    let stored = Replica::<Sheet>::new(client(7), catch_up).to_stored();
    let mut json = serde_json::to_value(&stored).unwrap();
    json.as_object_mut().unwrap().remove("epoch");
    assert_eq!(
        serde_json::from_value::<Stored<Sheet>>(json).unwrap(),
        stored
    );
}

#[test]
fn a_push_names_its_client_its_cursor_and_its_mutations() {
    is_written_as(
        &Push {
            client_id: client(7),
            since: Version(3),
            epoch: Some(epoch(4)),
            begins: Some(Seq(1)),
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
            since: Version::ZERO,
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
        acked: Seq(2),
        rejected: vec![Rejection {
            seq: Seq(2),
            reason: Refusal::Full { limit: 12 },
        }],
        catch_up: CatchUp {
            head: Version(9),
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
