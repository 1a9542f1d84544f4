//! The engine's JSON, byte for byte: recorded texts, as browsers store and programs exchange them.
//!
//! A type that reads such a text and writes it differently breaks older tabs, or loses what they stored.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sync::pusher::{ClientFrame, ServerFrame};
use sync::{
    CatchUp, Change, ClientId, Cursor, Mutation, Numbers, Op, Outbox, Push, PushAnswer, Told,
};

use crate::melody::*;

const TONE: &str = r#"{"id":"00000000-0000-0000-0000-000000000001","lyric":"la","pitch":60,"position":"a0","version":4,"made_at":5,"changed_at":6}"#;

/// The largest number that fits: one that passes through a float comes back another.
const LARGEST: &str = "18446744073709551615";

#[track_caller]
fn is_written_back<T: Serialize + DeserializeOwned>(json: &str) {
    let value: T = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
}

#[test]
fn a_push_is_written_as_recorded() {
    let first = r#"{"seq":5,"op":{"create":{"id":"00000000-0000-0000-0000-000000000001","draft":{"tone":{"lyric":"la"}},"place":"end"}}}"#;
    let last = format!(
        r#"{{"seq":{LARGEST},"op":{{"move":{{"id":"00000000-0000-0000-0000-000000000001","place":{{"after":"00000000-0000-0000-0000-000000000002"}}}}}}}}"#
    );
    is_written_back::<Push<Sheet>>(&format!(
        r#"{{"client_id":"00000000-0000-0000-0000-000000000007","since":{LARGEST},"epoch":"00000000-0000-0000-0000-000000000004","begins":5,"mutations":[{first},{last}]}}"#
    ));
    is_written_back::<Push<Sheet>>(
        r#"{"client_id":"00000000-0000-0000-0000-000000000007","since":0,"mutations":[]}"#,
    );
}

#[test]
fn an_answer_is_written_as_recorded() {
    is_written_back::<PushAnswer<Sheet>>(&format!(
        r#"{{"acked":7,"rejected":[{{"seq":6,"reason":{{"code":"destroyed"}}}}],"head":{LARGEST},"epoch":"00000000-0000-0000-0000-000000000004","reset":true,"changes":[{{"event":"updated","data":{TONE}}}]}}"#
    ));
}

#[test]
fn a_stored_snapshot_is_written_as_recorded() {
    is_written_back::<CatchUp<Sheet>>(&format!(
        r#"{{"head":4,"reset":true,"changes":[{{"event":"updated","data":{TONE}}},{{"event":"score:updated","data":{{"id":"00000000-0000-0000-0000-000000000002","title":"Air","version":3}}}}]}}"#
    ));
}

#[test]
fn a_stored_outbox_is_written_as_recorded() {
    is_written_back::<Outbox<Sheet>>(
        r#"{"client_id":"00000000-0000-0000-0000-000000000007","pending":[{"mutation":{"seq":3,"op":{"destroy":{"id":"00000000-0000-0000-0000-000000000001"}}},"at":1700000000000}]}"#,
    );
}

#[test]
fn stored_numbers_are_written_as_recorded() {
    is_written_back::<Numbers>(&format!(
        r#"{{"taken":[[4,1],[5,4294967295],[{LARGEST},1]],"left_out":[[1,3],[6,8]]}}"#
    ));
}

#[test]
fn ids_are_written_as_recorded() {
    is_written_back::<ClientId>(r#""00000000-0000-0000-0000-000000000007""#);
    is_written_back::<Op<Sheet>>(r#"{"restore":{"id":"00000000-0000-0000-0000-000000000001"}}"#);
    is_written_back::<Mutation<Sheet>>(
        r#"{"seq":1,"op":{"restore":{"id":"00000000-0000-0000-0000-000000000001"}}}"#,
    );
}

#[test]
fn an_event_of_pusher_is_written_as_recorded() {
    let change: Change<Sheet> =
        serde_json::from_str(&format!(r#"{{"event":"created","data":{TONE}}}"#)).unwrap();
    let event = ServerFrame::Event {
        channel: "list-abc".into(),
        event: change.name(),
        data: serde_json::to_string(&change.row).unwrap(),
    };
    let frame = r#"{"event":"created","channel":"list-abc","data":"{\"id\":\"00000000-0000-0000-0000-000000000001\",\"lyric\":\"la\",\"pitch\":60,\"position\":\"a0\",\"version\":4,\"made_at\":5,\"changed_at\":6}"}"#;
    assert_eq!(event.encode(), frame);
    assert_eq!(ServerFrame::parse(frame).unwrap(), event);
    let told = Told::<Sheet>::from_event("created", TONE).unwrap();
    assert_eq!(told, Some(Told::Change(change)));
}

#[test]
fn a_subscription_is_written_as_recorded() {
    let frame = r#"{"event":"pusher:subscribe","data":{"channel":"list-abc","since":41,"epoch":"00000000-0000-0000-0000-000000000004"}}"#;
    assert_eq!(ClientFrame::parse(frame).unwrap().encode(), frame);
    let ClientFrame::Subscribe { since, epoch, .. } = ClientFrame::parse(frame).unwrap() else {
        panic!("a subscription");
    };
    let cursor = Cursor {
        epoch,
        version: since.unwrap(),
    };
    assert_eq!(cursor.version.to_string(), "41");
}
