//! Presence channels: who is in the room of a list, and what its members tell each other.

use reqwest::Method;
use serde_json::{Value, json};
use sync::pusher::{ServerFrame, close};

use crate::client::{Answer, TestApp, TestList, TestSocket};

fn presence(list: &TestList) -> String {
    format!("presence-{}", list.channel())
}

async fn ask(app: &TestApp, fields: &[(&str, &str)]) -> Answer {
    let request = app.request(Method::POST, "/pusher/auth");
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    Answer::of(request.body(body)).await
}

/// Asks for the authorization of a person with a name.
async fn authorized(app: &TestApp, list: &TestList, socket: &TestSocket, name: &str) -> Value {
    let fields = [
        ("socket_id", socket.id.as_str()),
        ("channel_name", &*presence(list)),
        ("user_id", &*format!("the device of {name}")),
        ("name", name),
        ("color", "#1a7f5a"),
    ];
    ask(app, &fields).await.expect(200).await
}

/// Enters the room, and returns the socket with its member's id and who is there.
async fn enter(app: &TestApp, list: &TestList, name: &str) -> (TestSocket, String, Value) {
    let mut socket = app.socket().await;
    let authorized = authorized(app, list, &socket, name).await;
    let member = authorized["channel_data"].as_str().expect("a text");
    let member: Value = serde_json::from_str(member).expect("JSON");
    let id = member["user_id"].as_str().expect("an id").to_owned();
    match socket.try_enter(&presence(list), &authorized).await {
        ServerFrame::Subscribed { channel, data } => {
            assert_eq!(channel, presence(list));
            let data: Value = serde_json::from_str(&data).expect("JSON");
            (socket, id, data["presence"].clone())
        }
        other => panic!("not entered: {other:?}"),
    }
}

/// Returns the names of who is there.
fn names(presence: &Value) -> Vec<&str> {
    let ids = presence["ids"].as_array().expect("an array");
    assert_eq!(presence["count"], ids.len());
    assert_eq!(
        presence["hash"].as_object().expect("an object").len(),
        ids.len()
    );
    let name = |id: &Value| presence["hash"][id.as_str().expect("an id")]["name"].as_str();
    let mut names: Vec<_> = ids.iter().map(|id| name(id).expect("a name")).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn both_links_of_a_list_lead_to_one_room_and_tell_nobody_the_other_link() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let viewed = list.viewed();
    let (mut ann, ann_id, there) = enter(&app, &list, "Ann").await;
    assert_eq!(names(&there), ["Ann"]);
    let (mut bob, bob_id, there) = enter(&app, &viewed, "Bob").await;
    assert_eq!(names(&there), ["Ann", "Bob"]);
    let expected = json!({ "name": "Ann", "can": "edit", "color": "#1a7f5a" });
    assert_eq!(there["hash"][&ann_id], expected);
    assert!(!there.to_string().contains(&list.token));

    let ServerFrame::Event {
        channel,
        event,
        data,
    } = ann.next().await
    else {
        panic!("no event")
    };
    assert_eq!(
        (&*channel, &*event),
        (&*presence(&list), "pusher_internal:member_added")
    );
    let data: Value = serde_json::from_str(&data).expect("JSON");
    let info = json!({ "name": "Bob", "can": "view", "color": "#1a7f5a" });
    assert_eq!(data, json!({ "user_id": bob_id, "user_info": info }));

    let (mut cy, cy_id, _) = enter(&app, &list, "Cy").await;
    let ServerFrame::Event { channel, .. } = bob.next().await else {
        panic!("no event")
    };
    assert_eq!(channel, presence(&viewed));
    ann.expect_event("pusher_internal:member_added").await;
    cy.unsubscribe(&presence(&list)).await;
    for socket in [&mut ann, &mut bob] {
        let gone = socket.expect_event("pusher_internal:member_removed").await;
        assert_eq!(gone, json!({ "user_id": cy_id }));
    }
    // A closed tab is gone at once.
    drop(bob);
    let gone = ann.expect_event("pusher_internal:member_removed").await;
    assert_eq!(gone, json!({ "user_id": bob_id }));
}

#[tokio::test]
async fn two_tabs_of_a_person_count_once_and_a_new_name_is_told() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let (mut bob, ..) = enter(&app, &list, "Bob").await;
    let (first, ann_id, _) = enter(&app, &list, "Ann").await;
    let (mut second, again, there) = enter(&app, &list, "Ann").await;
    assert_eq!(ann_id, again);
    assert_eq!(names(&there), ["Ann", "Bob"]);
    bob.expect_event("pusher_internal:member_added").await;
    drop(first);

    // The tab that is left comes back with another name.
    second.unsubscribe(&presence(&list)).await;
    let gone = bob.expect_event("pusher_internal:member_removed").await;
    assert_eq!(gone["user_id"], *ann_id);
    let fields = [
        ("socket_id", second.id.as_str()),
        ("channel_name", &*presence(&list)),
        ("user_id", "the device of Ann"),
        ("name", "Dr. Ann"),
    ];
    let authorized = ask(&app, &fields).await.expect(200).await;
    second.try_enter(&presence(&list), &authorized).await;
    let added = bob.expect_event("pusher_internal:member_added").await;
    assert_eq!(added["user_id"], *ann_id);
    assert_eq!(
        added["user_info"],
        json!({ "name": "Dr. Ann", "can": "edit" })
    );
}

#[tokio::test]
async fn only_what_the_server_has_signed_for_this_socket_enters() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let viewed = list.viewed();
    let (mut socket, other) = (app.socket().await, app.socket().await);
    let own = authorized(&app, &viewed, &socket, "Ann").await;
    let data = own["channel_data"].as_str().expect("a text");
    let forged = json!({ "auth": own["auth"], "channel_data": data.replace("view", "edit") });
    let of_another = authorized(&app, &viewed, &other, "Ann").await;
    let of_the_edit_link = authorized(&app, &list, &socket, "Ann").await;
    for wrong in [forged, of_another, of_the_edit_link, json!({})] {
        let refused = socket.try_enter(&presence(&viewed), &wrong).await;
        assert!(
            matches!(refused, ServerFrame::SubscriptionError { status: 401, .. }),
            "{refused:?}"
        );
    }
    let entered = socket.try_enter(&presence(&viewed), &own).await;
    assert!(matches!(entered, ServerFrame::Subscribed { .. }));
}

#[tokio::test]
async fn authorization_is_for_the_rooms_of_lists_and_bounded() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let channel = presence(&list);
    let asked = async |socket: &str, channel: &str, field: (&str, &str)| {
        let fields = [("socket_id", socket), ("channel_name", channel), field];
        ask(&app, &fields).await
    };
    for socket in ["", "1", "1.", "x.y"] {
        asked(socket, &channel, ("name", "Ann"))
            .await
            .expect_problem(400);
    }
    for channel in ["", "presence-x", "private-list-x", &*list.channel()] {
        asked("1.1", channel, ("name", "Ann"))
            .await
            .expect_problem(403);
    }
    asked("1.1", "presence-list-unknown", ("name", "Ann"))
        .await
        .expect_problem(404);
    let longest = "ü".repeat(40);
    for (field, value, status) in [
        ("name", &*longest, 200),
        ("name", &*"ü".repeat(41), 422),
        ("name", " ", 422),
        ("color", "#12AB9f", 200),
        ("color", "#12", 422),
        ("color", "red", 422),
        ("color", "#12AB9f;x", 422),
        ("user_id", &*"x".repeat(128), 200),
        ("user_id", &*"x".repeat(129), 422),
    ] {
        let answer = asked("1.1", &channel, (field, value)).await;
        assert_eq!(answer.status, status, "{field}: {value}");
    }
    asked("1.1", &channel, ("name", &"x".repeat(9_000)))
        .await
        .expect_problem(413);
    // Whoever says nothing enters, too.
    let answer = ask(&app, &[("socket_id", "1.1"), ("channel_name", &*channel)]).await;
    let answer = answer.expect(200).await;
    assert!(
        answer["channel_data"]
            .as_str()
            .expect("a text")
            .contains("\"Guest\"")
    );
    list.destroy().await.expect(204).await;
    asked("1.1", &channel, ("name", "Ann"))
        .await
        .expect_problem(404);
}

fn client_event(channel: &str, event: &str, data: &Value) -> String {
    json!({ "event": event, "channel": channel, "data": data }).to_string()
}

#[tokio::test]
async fn client_events_reach_the_other_members_with_who_sent_them() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let (mut bob, ..) = enter(&app, &list.viewed(), "Bob").await;
    let (mut ann, ann_id, _) = enter(&app, &list, "Ann").await;
    bob.expect_event("pusher_internal:member_added").await;
    let data = json!({ "item": "7", "until": null });
    ann.send(client_event(&presence(&list), "client-editing", &data))
        .await;
    let text = bob.next_text().await;
    let frame: Value = serde_json::from_str(&text).expect("JSON");
    let expected = json!({
        "event": "client-editing",
        "channel": presence(&list.viewed()),
        "data": data.to_string(),
        "user_id": ann_id,
    });
    assert_eq!(frame, expected);
    // It is not echoed: the next frame is the answer to the ping.
    ann.send(r#"{"event":"pusher:ping","data":{}}"#).await;
    assert_eq!(ann.next().await, ServerFrame::Pong);
}

#[tokio::test]
async fn client_events_are_refused_to_viewers_and_outside_of_rooms_and_beyond_their_bounds() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let (mut bob, ..) = enter(&app, &list.viewed(), "Bob").await;
    let (mut ann, ..) = enter(&app, &list, "Ann").await;
    bob.expect_event("pusher_internal:member_added").await;
    bob.send(client_event(
        &presence(&list.viewed()),
        "client-x",
        &json!({}),
    ))
    .await;
    assert_eq!(bob.expect_error().await, Some(4301));
    // He knows no other channel; that of the edit link would not do either.
    bob.send(client_event(&presence(&list), "client-x", &json!({})))
        .await;
    assert_eq!(bob.expect_error().await, Some(4301));

    ann.subscribe(&list.channel()).await;
    for (channel, event, data) in [
        (list.channel(), "client-x", json!({})),
        (presence(&list), "x", json!({})),
        (presence(&list), "pusher_internal:member_added", json!({})),
        (
            presence(&list),
            &*format!("client-{}", "x".repeat(200)),
            json!({}),
        ),
        (presence(&list), "client-x", json!("x".repeat(5_000))),
    ] {
        ann.send(client_event(&channel, event, &data)).await;
        assert_eq!(ann.expect_error().await, Some(4301), "{channel} {event}");
    }
    // Ten in a second pass, and the connection survives those that do not.
    for number in 0..15 {
        ann.send(client_event(&presence(&list), "client-x", &json!(number)))
            .await;
    }
    for number in 0..10 {
        assert_eq!(bob.expect_event("client-x").await, number);
    }
    for _ in 10..15 {
        assert_eq!(ann.expect_error().await, Some(4301));
    }
    list.add("milk").await;
    ann.expect_event("created").await;
}

#[tokio::test]
async fn a_replaced_link_and_a_deleted_list_end_the_room() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let (mut bob, ..) = enter(&app, &list.viewed(), "Bob").await;
    let (mut ann, ann_id, _) = enter(&app, &list, "Ann").await;
    bob.expect_event("pusher_internal:member_added").await;
    let replace = list.request(Method::POST, "/links/edit");
    Answer::of(replace).await.expect(200).await;
    assert_eq!(ann.expect_close().await, close::LINK_REPLACED);
    let gone = bob.expect_event("pusher_internal:member_removed").await;
    assert_eq!(gone["user_id"], *ann_id);
    let late = app.socket().await;
    let fields = [
        ("socket_id", late.id.as_str()),
        ("channel_name", &*presence(&list)),
    ];
    ask(&app, &fields).await.expect_problem(404);

    let another = app.list().await;
    let (mut cy, ..) = enter(&app, &another, "Cy").await;
    another.destroy().await.expect(204).await;
    assert_eq!(cy.expect_close().await, close::LIST_DESTROYED);
}

#[tokio::test]
async fn the_secret_is_kept_unless_one_is_given() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let channel = presence(&list);
    let auth = async |app: &TestApp| {
        let fields = [
            ("socket_id", "1.1"),
            ("channel_name", &*channel),
            ("user_id", "ann"),
        ];
        ask(app, &fields).await.expect(200).await
    };
    let first = auth(&app).await;
    let app = app.restart(&[]).await;
    assert_eq!(auth(&app).await, first);
    let app = app
        .restart(&["--pusher-secret", "a secret of the operator"])
        .await;
    let given = auth(&app).await;
    assert_ne!(given["auth"], first["auth"]);
    let app = app
        .restart(&["--pusher-secret", "a secret of the operator"])
        .await;
    assert_eq!(auth(&app).await, given);
}
