//! A request for a list can be repeated: whoever lost the answer gets the same list.

use futures_util::future::join_all;
use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Answer, TestApp};

async fn create(app: &TestApp, path: &str, body: &Value) -> Answer {
    Answer::of(app.request(Method::POST, path).json(body)).await
}

/// Sends the landing page's form, without following the redirect.
async fn send_form(app: &TestApp, fields: &str) -> Answer {
    let browser = Client::builder().redirect(Policy::none()).build();
    let request = browser
        .expect("a client")
        .post(format!("{}/rpc/create_list", app.origin))
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields.to_owned());
    Answer::of(request).await
}

async fn number_of_lists(app: &TestApp) -> i64 {
    let mut connection = app.connect().await;
    let lists = sqlx::query_scalar("select count(*) from lists").fetch_one(&mut connection);
    lists.await.expect("a number")
}

#[tokio::test]
async fn a_list_that_is_requested_again_by_its_id_is_made_once() {
    let app = TestApp::start().await;
    let id = Uuid::now_v7();
    let body = json!({ "id": id, "title": "Trip" });
    let made = create(&app, "/api/lists", &body).await;
    let location = made.header("location").to_owned();
    let made = made.expect(201).await;
    for path in ["/api/lists", "/api/lists.json"] {
        let again = create(&app, path, &body).await;
        assert_eq!(again.header("location"), location);
        assert_eq!(again.expect(200).await, made);
    }
    let other = json!({ "id": id, "title": "Another" });
    assert_eq!(
        create(&app, "/api/lists", &other).await.expect(200).await,
        made
    );

    let app = app.restart(&[]).await;
    assert_eq!(
        create(&app, "/api/lists", &body).await.expect(200).await,
        made
    );
    assert_eq!(number_of_lists(&app).await, 1);

    for body in [
        json!({ "id": Uuid::now_v7() }),
        json!({ "id": null }),
        json!({}),
    ] {
        let next = create(&app, "/api/lists", &body).await.expect(201).await;
        assert_ne!(next["token"], made["token"]);
    }
    assert_eq!(number_of_lists(&app).await, 4);
}

#[tokio::test]
async fn requests_with_one_id_at_once_get_one_list_from_two_servers_as_well() {
    let app = TestApp::start().await;
    let twin = app.beside().await;
    for _ in 0..5 {
        let body = json!({ "id": Uuid::now_v7() });
        let asked =
            (0..10).map(|n| create(if n % 2 == 0 { &app } else { &twin }, "/api/lists", &body));
        let answers = join_all(asked).await;
        let new = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(new, 1);
        for answer in &answers {
            assert!([200, 201].contains(&answer.status), "{}", answer.text);
            assert_eq!(answer.text, answers[0].text);
        }
    }
    assert_eq!(number_of_lists(&app).await, 5);
    twin.stop().await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_list_and_each_page_another() {
    let app = TestApp::start().await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let page = app.get("/").await;
        let (_, rest) = page
            .text
            .split_once("name=\"request\" value=\"")
            .expect("a number in the form");
        let (id, _) = rest.split_once('"').expect("its end");
        let fields = format!("request={id}&title=Trip");
        let sent = join_all([send_form(&app, &fields), send_form(&app, &fields)]).await;
        assert!(sent.iter().all(|answer| answer.status == 303));
        assert_eq!(sent[0].header("location"), sent[1].header("location"));
        made.push(sent[0].header("location").to_owned());
    }
    assert_ne!(made[0], made[1]);
    // A form without a number, or with an empty one, still makes a list.
    for fields in ["", "request=&title=", "title=Trip"] {
        assert_eq!(send_form(&app, fields).await.status, 303, "{fields}");
    }
    assert_eq!(number_of_lists(&app).await, 5);
}

#[tokio::test]
async fn an_id_that_others_may_choose_too_is_refused() {
    let app = TestApp::start().await;
    for id in [
        json!(Uuid::nil()),
        json!(Uuid::max()),
        json!("6fa459ea-ee8a-3ca4-894e-db77e160355e"),
        json!("list"),
        json!(""),
    ] {
        let refused = create(&app, "/api/lists", &json!({ "id": id })).await;
        let problem = refused.expect_problem(422);
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains("`id`"), "{detail}");
        assert!(detail.contains("UUID"), "{detail}");
    }
    let form = send_form(&app, "request=list").await;
    assert_eq!(form.status, 400);
    assert!(form.header("content-type").starts_with("text/html"));
    assert_eq!(number_of_lists(&app).await, 0);
}

#[tokio::test]
async fn who_may_only_read_cannot_ask_for_the_edit_link_by_the_id_of_the_list() {
    let app = TestApp::start().await;
    let id = uuid::uuid!("f47ac10b-58cc-4372-a567-0e02b2c3d479");
    let made = create(&app, "/api/lists", &json!({ "id": id })).await;
    let made = made.expect(201).await;
    let view = made["view_token"].as_str().expect("a token");
    let seen = app
        .get(&format!("/api/lists/{view}"))
        .await
        .expect(200)
        .await;
    assert_ne!(seen["id"], json!(id));
    let changes = app.get(&format!("/api/lists/{view}/changes")).await;
    assert!(!changes.text.contains(&id.to_string()));
    let asked = create(&app, "/api/lists", &json!({ "id": seen["id"] })).await;
    assert!(
        !asked
            .text
            .contains(made["token"].as_str().expect("a token"))
    );
}

#[tokio::test]
async fn a_list_that_was_deleted_is_not_made_again() {
    let app = TestApp::start().await;
    let body = json!({ "id": Uuid::now_v7() });
    let made = create(&app, "/api/lists", &body).await.expect(201).await;
    let token = made["token"].as_str().expect("a token");
    let deleted = app.request(Method::DELETE, &format!("/api/lists/{token}"));
    assert_eq!(Answer::of(deleted).await.status, 204);
    create(&app, "/api/lists", &body).await.expect_problem(410);
    assert_eq!(number_of_lists(&app).await, 1);
}
