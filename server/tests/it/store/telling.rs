//! Commits are published to the hub.

use app::api::Access;
use futures_util::future::join_all;
use server::hub::{Entry, Mailbox};
use sync::pusher::SocketId;

use super::*;

/// Joins the channel of a new list.
fn join(hub: &Hub, list: Uuid, socket: &SocketId, mailbox: &Arc<Mailbox>) {
    let entry = Entry {
        channel: "list-x",
        access: Access::Write,
        links_version: 0,
    };
    if hub.join(list, entry, socket, mailbox) {
        hub.begin(list, Version(1));
    }
}

/// Returns the versions of the next frames.
async fn hear(mailbox: &Mailbox, count: usize) -> Vec<u64> {
    let mut versions = Vec::with_capacity(count);
    while versions.len() < count {
        let frame = mailbox.next().await;
        versions.push(frame.expect("the mailbox is not cut").version.0);
    }
    versions
}

#[tokio::test]
async fn every_change_is_published_in_order_before_its_author_is_answered() {
    let (file, hub) = (File::new(), Arc::new(Hub::default()));
    let tandem = file.open_telling(StoreOptions::default(), hub.clone());
    let tandem = tandem.await;
    let Links { token, .. } = new_list(&tandem).await;
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let mailbox = Arc::new(Mailbox::default());
    join(&hub, list, &SocketId("1.1".to_owned()), &mailbox);

    let push = |ops| tandem.push(&token, None, Replica::new().next(ops));
    let pushes = (0..100).map(|_| push([create("milk"), create("bread")]));
    assert!(join_all(pushes).await.iter().all(Result::is_ok));
    // The frames are queued already.
    assert_eq!(hear(&mailbox, 200).await, (2..=201).collect::<Vec<u64>>());
}

#[tokio::test]
async fn the_socket_that_caused_a_change_gets_no_echo() {
    let (file, hub) = (File::new(), Arc::new(Hub::default()));
    let tandem = file.open_telling(StoreOptions::default(), hub.clone());
    let tandem = tandem.await;
    let Links { token, .. } = new_list(&tandem).await;
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let (mine, other) = (SocketId("1.1".to_owned()), SocketId("2.2".to_owned()));
    let mailboxes = [&mine, &other].map(|socket| {
        let mailbox = Arc::new(Mailbox::default());
        join(&hub, list, socket, &mailbox);
        mailbox
    });
    let mut replica = Replica::new();
    for socket in [&mine, &other, &mine] {
        let push = replica.next([create("milk")]);
        let pushed = tandem.push(&token, Some(socket.clone()), push).await;
        pushed.expect("taken");
    }
    assert_eq!(hear(&mailboxes[0], 1).await, [3]);
    assert_eq!(hear(&mailboxes[1], 2).await, [2, 4]);
}

/// Neither a repeated push nor a refused one is published.
#[tokio::test]
async fn writes_that_change_nothing_are_not_published() {
    let (file, hub) = (File::new(), Arc::new(Hub::default()));
    let tandem = file.open_telling(StoreOptions::default(), hub.clone());
    let tandem = tandem.await;
    let Links { token, .. } = new_list(&tandem).await;
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let mailbox = Arc::new(Mailbox::default());
    join(&hub, list, &SocketId("1.1".to_owned()), &mailbox);
    let mut replica = Replica::new();
    let first = replica.next([create("milk")]);
    let refused = replica.next([create(" ")]);
    let last = replica.next([create("bread")]);
    for push in [&first, &first, &refused, &first, &last] {
        let pushed = tandem.push(&token, None, push.clone()).await;
        pushed.expect("taken");
    }
    assert_eq!(hear(&mailbox, 2).await, [2, 3]);
}
