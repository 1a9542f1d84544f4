//! Frames are read as they were written, and no text whatever makes reading them panic.

use proptest::{option, prelude::*};

use super::*;

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
                since,
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
