use proptest::{option, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{Epoch, Version};

const EPOCH: Epoch = Epoch(Uuid::from_u128(4));

fn server(frame: &Value) -> Result<ServerFrame, MalformedFrame> {
    ServerFrame::parse(&frame.to_string())
}

fn client(frame: &Value) -> Result<ClientFrame, MalformedFrame> {
    ClientFrame::parse(&frame.to_string())
}

/// What was written, as any JSON reader sees it.
fn seen(text: &str) -> Value {
    serde_json::from_str(text).expect("a frame is JSON")
}

mod a_server {
    use super::*;

    #[test]
    fn greets_with_a_text_that_holds_the_socket_id_and_the_timeout() {
        let frame = ServerFrame::Established {
            socket_id: SocketId("12.34".into()),
            activity_timeout: 30,
        };
        let seen = seen(&frame.encode());
        assert_eq!(seen["event"], "pusher:connection_established");
        let data: Value =
            serde_json::from_str(seen["data"].as_str().expect("a text")).expect("JSON");
        assert_eq!(
            data,
            json!({ "socket_id": "12.34", "activity_timeout": 30 })
        );
    }

    #[test]
    fn says_errors_with_an_object() {
        let frame = ServerFrame::Error {
            code: Some(4001),
            message: "Unknown key".into(),
        };
        let expected =
            json!({ "event": "pusher:error", "data": { "message": "Unknown key", "code": 4001 } });
        assert_eq!(seen(&frame.encode()), expected);
        let frame = ServerFrame::Error {
            code: None,
            message: "Hm".into(),
        };
        assert_eq!(seen(&frame.encode())["data"]["code"], Value::Null);
    }

    #[test]
    fn answers_a_subscription_with_a_text() {
        let frame = ServerFrame::Subscribed {
            channel: "list-a".into(),
            data: r#"{"head":4}"#.into(),
        };
        let expected = json!({
            "event": "pusher_internal:subscription_succeeded",
            "channel": "list-a",
            "data": r#"{"head":4}"#
        });
        assert_eq!(seen(&frame.encode()), expected);
    }

    #[test]
    fn refuses_a_subscription_with_an_object() {
        let frame = ServerFrame::SubscriptionError {
            channel: "list-a".into(),
            kind: "NotFound".into(),
            status: 404,
            message: "No such list".into(),
        };
        let expected = json!({
            "event": "pusher:subscription_error", "channel": "list-a",
            "data": { "type": "NotFound", "error": "No such list", "status": 404 }
        });
        assert_eq!(seen(&frame.encode()), expected);
    }

    #[test]
    fn writes_an_event_around_a_row_that_is_written_already() {
        let row = r#"{"shortdesc":"a \"b\" \\ é\n"}"#;
        let text = event_frame("list-a", "created", row);
        assert_eq!(
            seen(&text),
            json!({ "event": "created", "channel": "list-a", "data": row })
        );
        let frame = ServerFrame::Event {
            channel: "list-a".into(),
            event: "created".into(),
            data: row.into(),
        };
        assert_eq!(ServerFrame::parse(&text), Ok(frame.clone()));
        assert_eq!(frame.encode(), text);
    }

    #[test]
    fn does_not_look_into_the_row_it_writes_around() {
        assert_eq!(
            seen(&event_frame("list-a", "created", "{no json"))["data"],
            "{no json"
        );
    }
}

mod reading_a_server {
    use super::*;

    #[test]
    fn takes_data_as_text_or_as_object() {
        let frame = |data: Value| json!({ "event": "created", "channel": "list-a", "data": data });
        let text = server(&frame(json!(r#"{"id":1}"#)));
        assert!(matches!(&text, Ok(ServerFrame::Event { data, .. }) if data == r#"{"id":1}"#));
        assert_eq!(text, server(&frame(json!({ "id": 1 }))));

        let object = json!({ "message": "Over capacity", "code": 4100 });
        let error = Ok(ServerFrame::Error {
            code: Some(4100),
            message: "Over capacity".into(),
        });
        assert_eq!(
            server(&json!({ "event": "pusher:error", "data": object })),
            error
        );
        assert_eq!(
            server(&json!({ "event": "pusher:error", "data": object.to_string() })),
            error
        );
    }

    #[test]
    fn keeps_data_that_is_no_json_as_it_is() {
        let frame = json!({ "event": "note", "channel": "list-a", "data": "hello" });
        assert!(
            matches!(server(&frame), Ok(ServerFrame::Event { data, .. }) if data == r#""hello""#)
        );
    }

    #[test]
    fn takes_pings_and_pongs_with_and_without_data() {
        for data in [json!({}), json!("{}"), Value::Null] {
            assert_eq!(
                server(&json!({ "event": "pusher:ping", "data": data })),
                Ok(ServerFrame::Ping)
            );
            assert_eq!(
                server(&json!({ "event": "pusher:pong", "data": data })),
                Ok(ServerFrame::Pong)
            );
        }
        assert_eq!(
            server(&json!({ "event": "pusher:ping" })),
            Ok(ServerFrame::Ping)
        );
    }

    #[test]
    fn assumes_two_minutes_without_a_timeout() {
        let frame =
            json!({ "event": "pusher:connection_established", "data": r#"{"socket_id":"1.2"}"# });
        let expected = ServerFrame::Established {
            socket_id: SocketId("1.2".into()),
            activity_timeout: 120,
        };
        assert_eq!(server(&frame), Ok(expected));
    }

    #[test]
    fn takes_an_error_however_little_it_says() {
        let error = |data: Value| server(&json!({ "event": "pusher:error", "data": data }));
        let silent = Ok(ServerFrame::Error {
            code: None,
            message: String::new(),
        });
        assert_eq!(error(Value::Null), silent);
        assert_eq!(error(json!([1, 2])), silent);
        assert_eq!(error(json!({ "code": 70_000, "message": 3 })), silent);
        assert_eq!(
            error(json!("no")),
            Ok(ServerFrame::Error {
                code: None,
                message: "no".into()
            })
        );
    }

    #[test]
    fn takes_the_members_of_a_presence_channel_as_events() {
        let frame = json!({
            "event": "pusher_internal:member_added",
            "channel": "presence-list-a",
            "data": r#"{"user_id":"7"}"#
        });
        let expected = ServerFrame::Event {
            channel: "presence-list-a".into(),
            event: "pusher_internal:member_added".into(),
            data: r#"{"user_id":"7"}"#.into(),
        };
        assert_eq!(server(&frame), Ok(expected));
    }

    #[test]
    fn refuses_what_is_no_frame() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            "\"pusher:ping\"",
            r#"{"event":1}"#,
            r#"{"event":"created","data":"{}"}"#,
        ] {
            assert!(ServerFrame::parse(text).is_err(), "{text}");
        }
        assert!(
            server(&json!({ "event": "pusher:connection_established", "data": "{}" })).is_err()
        );
        assert!(
            server(&json!({ "event": "pusher_internal:subscription_succeeded", "data": "{}" }))
                .is_err()
        );
    }

    #[test]
    fn never_repeats_the_text_in_what_it_says_is_wrong() {
        let MalformedFrame(what) =
            server(&json!("secret".repeat(1000))).expect_err("a text is no frame");
        assert!(!what.contains("secret") && what.len() < 100, "{what}");
    }
}

mod reading_a_client {
    use super::*;

    #[test]
    fn takes_what_pusher_js_sends() {
        let ping = r#"{"event":"pusher:ping","data":{}}"#;
        assert_eq!(ClientFrame::parse(ping), Ok(ClientFrame::Ping));
        let pong = r#"{"event":"pusher:pong","data":{}}"#;
        assert_eq!(ClientFrame::parse(pong), Ok(ClientFrame::Pong));
        // `channel_data: undefined` is not written by JSON.stringify.
        let public = r#"{"event":"pusher:subscribe","data":{"auth":"","channel":"list-a"}}"#;
        let expected = ClientFrame::Subscribe {
            channel: "list-a".into(),
            since: None,
            epoch: None,
            auth: Some(String::new()),
            channel_data: None,
        };
        assert_eq!(ClientFrame::parse(public), Ok(expected));
        let presence = concat!(
            r#"{"event":"pusher:subscribe","data":{"auth":"key:sig","#,
            r#""channel_data":"{\"user_id\":\"7\"}","channel":"presence-list-a"}}"#
        );
        let expected = ClientFrame::Subscribe {
            channel: "presence-list-a".into(),
            since: None,
            epoch: None,
            auth: Some("key:sig".into()),
            channel_data: Some(r#"{"user_id":"7"}"#.into()),
        };
        assert_eq!(ClientFrame::parse(presence), Ok(expected));
        let unsubscribe = r#"{"event":"pusher:unsubscribe","data":{"channel":"list-a"}}"#;
        assert_eq!(
            ClientFrame::parse(unsubscribe),
            Ok(ClientFrame::Unsubscribe {
                channel: "list-a".into()
            })
        );
        let event = r#"{"event":"client-typing","data":{"a":1},"channel":"private-a"}"#;
        assert_eq!(
            ClientFrame::parse(event),
            Ok(ClientFrame::Event {
                event: "client-typing".into(),
                channel: "private-a".into(),
                data: r#"{"a":1}"#.into(),
            })
        );
        for event in [
            r#"{"event":"client-typing"}"#,
            r#"{"event":"typing","channel":"a"}"#,
        ] {
            assert!(matches!(
                ClientFrame::parse(event),
                Ok(ClientFrame::Other { .. })
            ));
        }
    }

    #[test]
    fn client_events_name_their_sender_to_the_others() {
        let frame = client_event_frame("presence-a", "client-x", r#"{"a":1}"#, "ann");
        let json: Value = serde_json::from_str(&frame).expect("JSON");
        let expected = json!({
            "event": "client-x",
            "channel": "presence-a",
            "data": r#"{"a":1}"#,
            "user_id": "ann",
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn takes_a_cursor_and_data_as_text() {
        let data = json!({ "channel": "list-a", "since": 41, "epoch": EPOCH, "auth": null });
        let expected = ClientFrame::Subscribe {
            channel: "list-a".into(),
            since: Some(Version(41)),
            epoch: Some(EPOCH),
            auth: None,
            channel_data: None,
        };
        assert_eq!(
            client(&json!({ "event": "pusher:subscribe", "data": data })),
            Ok(expected.clone())
        );
        assert_eq!(
            client(&json!({ "event": "pusher:subscribe", "data": data.to_string() })),
            Ok(expected)
        );
    }

    #[test]
    fn refuses_a_subscription_that_makes_no_sense() {
        let subscribe = |data: Value| client(&json!({ "event": "pusher:subscribe", "data": data }));
        assert!(subscribe(Value::Null).is_err());
        assert!(subscribe(json!({})).is_err());
        assert!(subscribe(json!({ "channel": 1 })).is_err());
        assert!(subscribe(json!({ "channel": "a", "since": -1 })).is_err());
        assert!(subscribe(json!({ "channel": "a", "since": 1.5 })).is_err());
        assert!(subscribe(json!({ "channel": "a", "since": 1, "epoch": "new" })).is_err());
    }
}

#[test]
fn a_client_subscribes_with_an_object() {
    let frame = ClientFrame::Subscribe {
        channel: "list-a".into(),
        since: Some(Version(41)),
        epoch: None,
        auth: None,
        channel_data: None,
    };
    let expected =
        json!({ "event": "pusher:subscribe", "data": { "channel": "list-a", "since": 41 } });
    assert_eq!(seen(&frame.encode()), expected);
    assert_eq!(
        seen(&ClientFrame::Ping.encode()),
        json!({ "event": "pusher:ping", "data": {} })
    );
}

#[test]
fn a_socket_id_is_two_numbers() {
    for id in ["1.1", "0.0", "18446744073709551615.18446744073709551615"] {
        let parsed = SocketId::parse(id).expect("an id");
        assert_eq!((parsed.as_str(), &*parsed.to_string()), (id, id));
    }
    for id in [
        "",
        ".",
        "1",
        "1.",
        ".1",
        "1.2.3",
        "-1.2",
        "1.a",
        " 1.2",
        "１.2",
        &"1".repeat(50),
        &"1.".repeat(30),
    ] {
        assert_eq!(SocketId::parse(id), None, "{id}");
    }
}

/// Any JSON. Its fractions are eighths: others may lose their last bit in being read.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 8.0)),
        any::<String>().prop_map(Value::from),
        "[0-9{}\\[\\]\"\\\\]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A name that neither side keeps for itself.
fn any_event() -> impl Strategy<Value = String> {
    any::<String>().prop_filter("the protocol's own", |name| !name.starts_with("pusher"))
}

fn any_server_frame() -> impl Strategy<Value = ServerFrame> {
    prop_oneof![
        (any::<String>(), any::<u32>()).prop_map(|(id, activity_timeout)| {
            ServerFrame::Established {
                socket_id: SocketId(id),
                activity_timeout,
            }
        }),
        Just(ServerFrame::Ping),
        Just(ServerFrame::Pong),
        (any::<Option<u16>>(), any::<String>())
            .prop_map(|(code, message)| ServerFrame::Error { code, message }),
        (any::<String>(), any_json()).prop_map(|(channel, data)| {
            ServerFrame::Subscribed {
                channel,
                data: data.to_string(),
            }
        }),
        any::<(String, String, u16, String)>().prop_map(|(channel, kind, status, message)| {
            ServerFrame::SubscriptionError {
                channel,
                kind,
                status,
                message,
            }
        }),
        (any::<String>(), any_event(), any_json()).prop_map(|(channel, event, data)| {
            ServerFrame::Event {
                channel,
                event,
                data: data.to_string(),
            }
        }),
    ]
}

fn any_client_frame() -> impl Strategy<Value = ClientFrame> {
    prop_oneof![
        Just(ClientFrame::Ping),
        Just(ClientFrame::Pong),
        any::<(
            String,
            Option<u64>,
            Option<u128>,
            Option<String>,
            Option<String>
        )>()
        .prop_map(|(channel, since, epoch, auth, channel_data)| {
            ClientFrame::Subscribe {
                channel,
                since: since.map(Version),
                epoch: epoch.map(|epoch| Epoch(Uuid::from_u128(epoch))),
                auth,
                channel_data,
            }
        }),
        any::<String>().prop_map(|channel| ClientFrame::Unsubscribe { channel }),
        any_event().prop_map(|event| ClientFrame::Other { event }),
        ("client-.*", any::<String>(), any_json()).prop_map(|(event, channel, data)| {
            ClientFrame::Event {
                channel,
                event,
                // A text that holds JSON would be read as that.
                data: json!({ "a": data }).to_string(),
            }
        }),
    ]
}

/// An object that could be a frame: the protocol's names around any JSON.
fn any_near_frame() -> impl Strategy<Value = Value> {
    let event = prop_oneof![
        prop::sample::select(vec![
            "pusher:connection_established",
            "pusher:error",
            "pusher:ping",
            "pusher:subscribe",
            "pusher:unsubscribe",
            "pusher:subscription_error",
            "pusher_internal:subscription_succeeded",
        ])
        .prop_map(Value::from),
        any_json(),
    ];
    let keys = prop::sample::select(vec![
        "socket_id",
        "activity_timeout",
        "channel",
        "since",
        "epoch",
        "code",
        "status",
    ]);
    let data = prop_oneof![
        any_json(),
        prop::collection::hash_map(keys, any_json(), 0..6).prop_map(|map| map
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()),
    ];
    (
        event,
        option::of(any_json()),
        option::of(data),
        any::<bool>(),
    )
        .prop_map(|(event, channel, data, twice)| {
            let mut frame = json!({ "event": event });
            if let Some(channel) = channel {
                frame["channel"] = channel;
            }
            if let Some(data) = data {
                frame["data"] = if twice { data.to_string().into() } else { data };
            }
            frame
        })
}

proptest! {
    #[test]
    fn what_a_server_wrote_is_what_is_read(frame in any_server_frame()) {
        prop_assert_eq!(ServerFrame::parse(&frame.encode()), Ok(frame));
    }

    #[test]
    fn what_a_client_wrote_is_what_is_read(frame in any_client_frame()) {
        prop_assert_eq!(ClientFrame::parse(&frame.encode()), Ok(frame));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = (ServerFrame::parse(&text), ClientFrame::parse(&text), SocketId::parse(&text));
    }

    #[test]
    fn no_json_makes_it_panic(json in prop_oneof![any_json(), any_near_frame()]) {
        if let Ok(frame) = server(&json) {
            prop_assert_eq!(ServerFrame::parse(&frame.encode()), Ok(frame));
        }
        if let Ok(frame) = client(&json) {
            prop_assert_eq!(ClientFrame::parse(&frame.encode()), Ok(frame));
        }
    }

    #[test]
    fn an_event_is_framed_whatever_its_data(channel: String, event in any_event(), data: String) {
        let expected = json!({ "event": event, "channel": channel, "data": data });
        prop_assert_eq!(seen(&event_frame(&channel, &event, &data)), expected);
    }
}

#[test]
fn nesting_without_end_is_no_frame_and_no_overflow() {
    let deep = "[".repeat(60_000);
    assert!(ServerFrame::parse(&deep).is_err());
    assert!(ServerFrame::parse(&format!(r#"{{"event":"a","channel":"b","data":{deep}"#)).is_err());
    let frame = ServerFrame::parse(&event_frame("b", "a", &deep));
    assert!(matches!(frame, Ok(ServerFrame::Event { data, .. }) if data.starts_with('"')));
}
