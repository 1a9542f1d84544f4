use std::sync::Arc;

use app::{Item, ItemPatch, List, Record, Title, api::Access, service::Token};
use futures_util::FutureExt;
use sync::{
    CatchUp, Change, Event, Model as _, Version,
    pusher::{ServerFrame, SocketId},
};
use uuid::Uuid;

use super::{End, Entry, Hub, Mailbox};

const LIST: Uuid = Uuid::from_u128(1);

fn change(event: Event, version: u64) -> Change<Record> {
    let draft = ItemPatch::shortdesc(format!("number {version}"));
    let mut item = Item::create(Uuid::from_u128(7), &draft, 0).expect("a good draft");
    item.stamp(Version(version), 0);
    Change {
        event,
        row: Record::Item(item),
    }
}

fn deletion(version: u64) -> Change<Record> {
    let list = List {
        id: LIST,
        title: Title::parse("Todos").expect("a good title"),
        version: Version(version),
        created_at: 0,
        updated_at: 0,
    };
    Change {
        event: Event::Destroyed,
        row: Record::List(list),
    }
}

fn entry(channel: &str) -> Entry<'_> {
    Entry {
        channel,
        access: if channel == "list-view" {
            Access::Read
        } else {
            Access::Write
        },
        links_version: 0,
    }
}

fn told(hub: &Hub) -> Option<Version> {
    hub.progress().first()?.told
}

/// A listener.
struct Listener {
    id: SocketId,
    mailbox: Arc<Mailbox>,
}

impl Listener {
    fn new(id: &str, hub: &Hub, channel: &str) -> Self {
        let id = SocketId(id.to_owned());
        let mailbox = Arc::default();
        if hub.join(LIST, entry(channel), &id, &mailbox) {
            hub.begin(LIST, Version(1));
        }
        Self { id, mailbox }
    }

    /// Returns the channel and version of the next queued event.
    fn next(&self) -> Option<(String, u64)> {
        let frame = self.mailbox.next().now_or_never()??;
        let text = std::str::from_utf8(&frame.text).expect("text");
        let ServerFrame::Event { channel, data, .. } =
            ServerFrame::parse(text).expect("a frame of the protocol")
        else {
            panic!("no event: {text}")
        };
        let data: serde_json::Value = serde_json::from_str(&data).expect("JSON");
        assert_eq!(data["version"], frame.version.0);
        Some((channel, frame.version.0))
    }

    fn is_cut(&self) -> bool {
        self.mailbox.cut().now_or_never().is_some()
    }
}

#[test]
fn each_listener_hears_of_a_change_on_its_own_channel() {
    let hub = Hub::default();
    let writer = Listener::new("1.1", &hub, "list-secret");
    let viewer = Listener::new("2.2", &hub, "list-view");
    hub.publish(
        LIST,
        &[change(Event::Created, 2), change(Event::Updated, 3)],
        None,
    );
    for (listener, channel) in [(writer, "list-secret"), (viewer, "list-view")] {
        assert_eq!(listener.next(), Some((channel.to_owned(), 2)));
        assert_eq!(listener.next(), Some((channel.to_owned(), 3)));
        assert_eq!(listener.next(), None);
    }
}

#[test]
fn the_cause_of_a_change_is_sent_no_echo() {
    let hub = Hub::default();
    let cause = Listener::new("1.1", &hub, "list-secret");
    let other = Listener::new("2.2", &hub, "list-secret");
    hub.publish(LIST, &[change(Event::Created, 2)], Some(&cause.id));
    assert_eq!(cause.next(), None);
    assert!(other.next().is_some());
}

#[test]
fn listeners_of_a_channel_share_one_frame() {
    let hub = Hub::default();
    let listeners = ["1.1", "2.2"].map(|id| Listener::new(id, &hub, "list-secret"));
    hub.publish(LIST, &[change(Event::Created, 2)], None);
    let frames = listeners.map(|listener| listener.mailbox.next().now_or_never().flatten());
    let [Some(first), Some(second)] = frames else {
        panic!("both are told")
    };
    assert!(Arc::ptr_eq(&first, &second));
}

#[test]
fn a_listener_that_left_hears_nothing_and_is_forgotten() {
    let hub = Hub::default();
    let listener = Listener::new("1.1", &hub, "list-secret");
    hub.leave(LIST, "list-secret", &listener.id);
    hub.publish(LIST, &[change(Event::Created, 2)], None);
    assert_eq!(listener.next(), None);
    assert!(hub.lists().is_empty());
}

#[test]
fn the_deletion_of_a_list_is_its_last_frame() {
    let hub = Hub::default();
    let listener = Listener::new("1.1", &hub, "list-secret");
    hub.publish(LIST, &[deletion(2)], None);
    assert_eq!(listener.next().map(|(_, version)| version), Some(2));
    assert!(hub.lists().is_empty());
}

#[test]
fn who_deletes_a_list_hears_only_that_its_channel_ends() {
    let hub = Hub::default();
    let cause = Listener::new("1.1", &hub, "list-secret");
    hub.publish(LIST, &[deletion(2)], Some(&cause.id));
    let frame = cause.mailbox.next().now_or_never().flatten();
    let frame = frame.expect("the last frame");
    assert_eq!((frame.end, frame.text.len()), (Some(End::ListDestroyed), 0));
}

#[test]
fn a_replaced_link_ends_its_channel_and_no_other() {
    for by_another_process in [false, true] {
        let hub = Hub::default();
        let writer = Listener::new("1.1", &hub, "list-secret");
        let viewer = Listener::new("2.2", &hub, "list-view");
        if by_another_process {
            let tokens = ["new", "view"].map(|token| Token(token.to_owned()));
            hub.keep_links(LIST, &tokens, 1);
        } else {
            hub.end_links(LIST, Access::Write, 1);
        }
        let last = writer.mailbox.next().now_or_never().flatten();
        let last = last.expect("the last frame");
        assert_eq!(last.end, Some(End::LinkReplaced));
        assert!(!last.text.is_empty());
        hub.publish(LIST, &[change(Event::Created, 2)], None);
        assert_eq!(heard(&writer), [] as [u64; 0]);
        assert_eq!(heard(&viewer), [2]);
        assert_eq!(hub.progress()[0].links_version, 1);
    }
}

#[test]
fn a_link_that_another_process_replaced_is_still_looked_for() {
    let hub = Hub::default();
    let _viewer = Listener::new("2.2", &hub, "list-view");
    hub.end_links(LIST, Access::Write, 2);
    assert_eq!(hub.progress()[0].links_version, 0);
}

#[test]
fn a_slow_listener_is_cut_and_the_others_get_everything() {
    let hub = Hub::default();
    let slow = Listener::new("1.1", &hub, "list-secret");
    let quick = Listener::new("2.2", &hub, "list-secret");
    for version in 2..=Mailbox::MAX_FRAMES as u64 + 2 {
        assert!(!slow.is_cut(), "cut at {version}");
        hub.publish(LIST, &[change(Event::Updated, version)], None);
        assert_eq!(quick.next().map(|(_, version)| version), Some(version));
    }
    assert!(slow.is_cut());
    assert_eq!(slow.next(), None);
    assert!(!quick.is_cut());
}

#[test]
fn a_mailbox_is_bounded_in_bytes_too() {
    let hub = Hub::default();
    let slow = Listener::new("1.1", &hub, "list-secret");
    let mut long = change(Event::Updated, 2);
    let notes = Some(Some("\u{20ac}".repeat(20_000)));
    let patch = ItemPatch {
        longdesc: notes,
        ..ItemPatch::default()
    };
    long.row
        .apply(&app::RecordPatch::Item(patch))
        .expect("notes at their limit");
    let frames = (2..).take_while(|version| {
        long.row.stamp(Version(*version), 0);
        hub.publish(LIST, std::slice::from_ref(&long), None);
        !slow.is_cut()
    });
    let bytes = frames.count() * 60_000;
    assert!(
        (Mailbox::MAX_BYTES / 2..=Mailbox::MAX_BYTES).contains(&bytes),
        "{bytes} bytes"
    );
}

#[tokio::test]
async fn a_waiting_socket_hears_of_a_frame_and_of_the_cut() {
    let hub = Arc::new(Hub::default());
    let listener = Listener::new("1.1", &hub, "list-secret");
    let mailbox = listener.mailbox.clone();
    let waiting = tokio::spawn(async move { mailbox.next().await.map(|frame| frame.version) });
    tokio::task::yield_now().await;
    hub.publish(LIST, &[change(Event::Created, 2)], None);
    assert_eq!(waiting.await.expect("no panic"), Some(Version(2)));

    let mailbox = listener.mailbox.clone();
    let waiting = tokio::spawn(async move { mailbox.cut().await });
    tokio::task::yield_now().await;
    let many: Vec<_> = (3..=Mailbox::MAX_FRAMES as u64 + 3)
        .map(|version| change(Event::Updated, version))
        .collect();
    hub.publish(LIST, &many, None);
    waiting.await.expect("no panic");
}

fn caught_up(head: u64, changes: Vec<Change<Record>>) -> CatchUp<Record> {
    CatchUp {
        head: Version(head),
        epoch: None,
        reset: false,
        changes,
    }
}

fn heard(listener: &Listener) -> Vec<u64> {
    std::iter::from_fn(|| listener.next().map(|(_, version)| version)).collect()
}

#[test]
fn changes_of_another_process_are_delivered_in_order() {
    let hub = Hub::default();
    let cause = Listener::new("1.1", &hub, "list-secret");
    let other = Listener::new("2.2", &hub, "list-secret");
    hub.publish(LIST, &[change(Event::Created, 2)], None);
    hub.publish(LIST, &[change(Event::Updated, 5)], Some(&cause.id));
    hub.publish(LIST, &[change(Event::Updated, 8)], None);
    assert_eq!((heard(&cause), heard(&other)), (vec![2], vec![2]));
    assert!(hub.fallen_behind().now_or_never().is_some());
    assert_eq!(told(&hub), Some(Version(2)));

    let [three, five] = [3, 5].map(|version| change(Event::Updated, version));
    hub.fill(LIST, caught_up(6, vec![three.clone(), five]));
    assert_eq!((heard(&cause), heard(&other)), (vec![3], vec![3, 5]));
    assert_eq!(told(&hub), Some(Version(6)));
    hub.fill(LIST, caught_up(6, vec![three]));
    hub.fill(LIST, caught_up(8, vec![change(Event::Updated, 7)]));
    hub.publish(LIST, &[change(Event::Updated, 9)], None);
    assert_eq!(
        (heard(&cause), heard(&other)),
        (vec![7, 8, 9], vec![7, 8, 9])
    );
}

#[test]
fn changes_wait_for_the_beginning_and_those_before_it_are_skipped() {
    let hub = Hub::default();
    let (id, mailbox) = (SocketId("1.1".to_owned()), Arc::default());
    assert!(hub.join(LIST, entry("list-secret"), &id, &mailbox));
    let listener = Listener { id, mailbox };
    hub.publish(LIST, &[change(Event::Created, 4)], None);
    hub.publish(LIST, &[change(Event::Created, 5)], None);
    hub.begin(LIST, Version(4));
    hub.begin(LIST, Version(9));
    assert_eq!(heard(&listener), [] as [u64; 0]);
    assert!(hub.fallen_behind().now_or_never().is_some());
    hub.fill(LIST, caught_up(5, vec![change(Event::Updated, 5)]));
    hub.publish(LIST, &[change(Event::Updated, 5)], None);
    assert_eq!(heard(&listener), [5]);
    assert!(!hub.join(LIST, entry("list-view"), &listener.id, &listener.mailbox));
}

#[test]
fn listeners_are_cut_when_single_changes_are_not_enough() {
    let hub = Hub::default();
    let listener = Listener::new("1.1", &hub, "list-secret");
    let reset = CatchUp {
        reset: true,
        ..caught_up(9, vec![change(Event::Updated, 9)])
    };
    hub.fill(LIST, reset);
    assert!(listener.is_cut() && hub.lists().is_empty());

    let waiting = Listener::new("2.2", &hub, "list-secret");
    for version in 3..=Mailbox::MAX_FRAMES as u64 + 3 {
        assert!(!waiting.is_cut(), "cut at {version}");
        hub.publish(LIST, &[change(Event::Updated, version)], None);
    }
    assert!(waiting.is_cut() && hub.lists().is_empty());
}
