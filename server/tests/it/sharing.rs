//! Replacing links, and restoring deleted lists: what each client gets of it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use sync::pusher::{ServerFrame, close};
use uuid::Uuid;

use crate::client::{Answer, TestApp, TestList, TestSocket, create, push};

/// Time within which whoever listens by a replaced link is cut off.
const WITHIN: Duration = Duration::from_secs(1);

async fn replace(list: &TestList, link: &str) -> TestList {
    let request = list.request(Method::POST, &format!("/links/{link}"));
    let links = Answer::of(request).await.expect(200).await;
    let text = |name: &str| links[name].as_str().expect("a token");
    list.by_links(text("token"), text("view_token"))
}

/// Asserts that the socket hears that its channel has ended, and is closed for good.
async fn assert_cut_off(socket: &mut TestSocket, channel: &str) {
    match socket.next().await {
        ServerFrame::SubscriptionError {
            channel: named,
            kind,
            status,
            ..
        } => assert_eq!((&*named, &*kind, status), (channel, "LinkReplaced", 404)),
        other => panic!("not cut off: {other:?}"),
    }
    assert_eq!(socket.expect_close().await, close::LINK_REPLACED);
}

#[tokio::test]
async fn a_replaced_link_is_unknown_to_pages_rest_functions_and_sockets() {
    for link in ["edit", "view"] {
        let app = TestApp::start().await;
        let before = app.list().await;
        let item = before.add("milk").await;
        // The server has cached both links.
        assert_eq!(before.viewed().items().await.len(), 1);
        before
            .push(&push(Uuid::now_v7(), 1, [create(Uuid::now_v7(), "tea")]))
            .await;
        let after = replace(&before, link).await;
        let is_edit = link == "edit";
        assert_eq!(before.token == after.token, !is_edit);
        assert_eq!(before.view_token == after.view_token, is_edit);
        let old = if is_edit {
            before.clone()
        } else {
            before.viewed()
        };

        let path = format!("/items/{}", item["id"].as_str().expect("an id"));
        for path in [
            "",
            "/items",
            &path,
            "/changes?since=0",
            "/changes",
            "/trash",
        ] {
            old.get(path).await.expect_problem(404);
        }
        old.post(&json!({ "shortdesc": "bread" }))
            .await
            .expect_problem(404);
        old.rename("Mine").await.expect_problem(404);
        for path in ["", "/active", "/trash", "/export.md", "/print", "/import"] {
            let page = app.get(&format!("/{}{path}", old.token)).await;
            assert_eq!(page.status, 404, "{path}");
            for secret in [&after.token, &after.view_token] {
                assert!(!page.text.contains(secret), "{path} leads nowhere");
            }
        }
        for ops in [vec![], vec![create(Uuid::now_v7(), "bread")]] {
            let answer = old.push(&push(Uuid::now_v7(), 1, ops)).await;
            assert_eq!((answer.status, &*answer.text), (404, "\"replaced_link\""));
        }
        let mut socket = app.socket().await;
        let refused = socket.try_subscribe(&old.channel(), Some(0)).await;
        assert!(matches!(
            refused,
            ServerFrame::SubscriptionError { status: 404, .. }
        ));

        assert_eq!(after.texts().await, ["milk", "tea"]);
        after.add("bread").await;
        assert_eq!(after.viewed().texts().await, ["milk", "tea", "bread"]);
    }
}

#[tokio::test]
async fn who_listens_by_a_replaced_link_is_cut_off_within_a_second_and_nobody_else() {
    for link in ["edit", "view"] {
        let app = TestApp::start().await;
        let (list, another) = (app.list().await, app.list().await);
        let (old, kept) = match link {
            "edit" => (list.clone(), list.viewed()),
            _ => (list.viewed(), list.clone()),
        };
        let (mut cut, mut both, mut stays) =
            (app.socket().await, app.socket().await, app.socket().await);
        cut.subscribe(&old.channel()).await;
        both.subscribe(&old.channel()).await;
        both.subscribe(&another.channel()).await;
        stays.subscribe(&kept.channel()).await;

        let new = replace(&list, link).await;
        let start = Instant::now();
        assert_cut_off(&mut cut, &old.channel()).await;
        assert!(start.elapsed() < WITHIN, "{:?}", start.elapsed());
        new.add("unheard").await;
        another.add("heard").await;
        // A socket that has another list open keeps that.
        let ended = both.next().await;
        assert!(matches!(
            ended,
            ServerFrame::SubscriptionError { status: 404, .. }
        ));
        assert_eq!(both.expect_event("created").await["shortdesc"], "heard");
        assert_eq!(stays.expect_event("created").await["shortdesc"], "unheard");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_at_another_server_of_the_list_is_cut_off_within_a_second_too() {
    let app = TestApp::start().await;
    let twin = app.beside().await;
    let list = app.list().await;
    let (mut editor, mut viewer) = (twin.socket().await, twin.socket().await);
    editor.subscribe(&list.channel()).await;
    viewer.subscribe(&list.viewed().channel()).await;
    let new = replace(&list, "edit").await;
    let start = Instant::now();
    assert_cut_off(&mut editor, &list.channel()).await;
    assert!(start.elapsed() < WITHIN, "{:?}", start.elapsed());
    new.add("milk").await;
    assert_eq!(viewer.expect_event("updated").await["shortdesc"], "milk");
    let there = list.at(&twin.origin);
    there
        .post(&json!({ "shortdesc": "tea" }))
        .await
        .expect_problem(404);
    let answer = there.push(&push(Uuid::now_v7(), 1, [])).await;
    assert_eq!(answer.text, "\"replaced_link\"");
}

#[tokio::test]
async fn a_link_of_another_name_cannot_be_replaced() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for name in ["", "/", "/admin", "/edit/x"] {
        let request = list.request(Method::POST, &format!("/links{name}"));
        Answer::of(request).await.expect_problem(404);
    }
    list.get("").await.expect(200).await;
}

#[tokio::test]
async fn the_deletion_of_a_list_closes_its_sockets_for_good() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let (mut editor, mut viewer, mut cause) =
        (app.socket().await, app.socket().await, app.socket().await);
    editor.subscribe(&list.channel()).await;
    viewer.subscribe(&list.viewed().channel()).await;
    cause.subscribe(&list.channel()).await;
    list.by_socket(&cause.id).destroy().await.expect(204).await;
    for socket in [&mut editor, &mut viewer] {
        socket.expect_event("list:destroyed").await;
        assert_eq!(socket.expect_close().await, close::LIST_DESTROYED);
    }
    assert_eq!(cause.expect_close().await, close::LIST_DESTROYED);
}

#[tokio::test]
async fn a_deleted_list_is_restored_by_its_edit_link() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.rename("Trip").await.expect(200).await;
    list.add("tent").await;
    list.destroy().await.expect(204).await;
    list.get("").await.expect_problem(404);

    let restore = async |list: &TestList| Answer::of(list.request(Method::POST, "/restore")).await;
    restore(&list.viewed()).await.expect_problem(403);
    let unknown = list.by_links("a-token-that-never-was", "nor-this");
    restore(&unknown).await.expect_problem(404);
    list.get("").await.expect_problem(404);
    let restored: Value = restore(&list).await.expect(200).await;
    assert_eq!(
        (&restored["title"], &restored["token"]),
        (&json!("Trip"), &json!(list.token))
    );
    assert_eq!(list.viewed().texts().await, ["tent"]);
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    list.add("stove").await;
    socket.expect_event("created").await;

    // The page does it by a server function.
    list.destroy().await.expect(204).await;
    let call = app.request(Method::POST, "/rpc/restore_list");
    let call = Answer::of(call.json(&json!({ "token": list.token }))).await;
    assert_eq!(call.status, 200, "{}", call.text);
    assert_eq!(list.texts().await, ["tent", "stove"]);
}
