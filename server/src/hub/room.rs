//! Who has a list open. Both of its links lead to the same room.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use sync::pusher::SocketId;

/// Longest id of a member, in bytes.
const MAX_ID: usize = 128;

/// Longest information about a member, in bytes of JSON.
const MAX_INFO: usize = 1024;

/// A person, as a client subscribes with it (`channel_data`).
#[derive(Clone, Debug)]
pub struct Member {
    /// Tells persons apart.
    pub id: String,
    /// What the others are told of the person, as JSON.
    pub info: Box<RawValue>,
}

/// A room has as many members as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The members of a list's room.
#[derive(Default)]
pub(super) struct Room(BTreeMap<String, Present>);

/// A member who is there, by one or more connections.
struct Present {
    info: Box<RawValue>,
    connections: Vec<Connection>,
}

/// A connection of a member: the socket, and the channel by which it has entered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Connection {
    socket: SocketId,
    channel: Arc<str>,
}

/// What the other members are told.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// Somebody has entered, or is told of anew.
    Added(Member),
    /// Somebody has left.
    Removed(String),
}

impl Member {
    /// Reads a member as it was signed. Ids are texts or numbers.
    pub(crate) fn read(json: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct ChannelData {
            user_id: Value,
            user_info: Option<Box<RawValue>>,
        }
        let ChannelData { user_id, user_info } = serde_json::from_str(json).ok()?;
        let id = match user_id {
            Value::String(id) => id,
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        let info = user_info.unwrap_or_else(|| RawValue::NULL.to_owned());
        let fits = !id.is_empty() && id.len() <= MAX_ID && info.get().len() <= MAX_INFO;
        fits.then_some(Self { id, info })
    }
}

impl Room {
    /// Maximum number of members.
    pub(super) const MAX_MEMBERS: usize = 100;

    /// Adds a member's connection. Returns what to tell the others, if it is news to them.
    pub(super) fn enter(
        &mut self,
        member: &Member,
        socket: &SocketId,
        channel: &Arc<str>,
    ) -> Result<Option<News>, Full> {
        let connection = Connection {
            socket: socket.clone(),
            channel: channel.clone(),
        };
        if let Some(present) = self.0.get_mut(&member.id) {
            if !present.connections.contains(&connection) {
                present.connections.push(connection);
            }
            let is_news = present.info.get() != member.info.get();
            // The latest information counts, for all of the person's connections.
            present.info.clone_from(&member.info);
            return Ok(is_news.then(|| News::Added(member.clone())));
        }
        if self.0.len() >= Self::MAX_MEMBERS {
            return Err(Full);
        }
        let present = Present {
            info: member.info.clone(),
            connections: vec![connection],
        };
        self.0.insert(member.id.clone(), present);
        Ok(Some(News::Added(member.clone())))
    }

    /// Removes a connection. Returns what to tell the others, if it was the member's last.
    pub(super) fn leave(&mut self, socket: &SocketId, channel: &str) -> Option<News> {
        let is_it = |it: &Connection| it.socket == *socket && &*it.channel == channel;
        let mut members = self.0.iter_mut();
        let (id, present) = members.find(|(_, present)| present.connections.iter().any(is_it))?;
        present.connections.retain(|connection| !is_it(connection));
        if !present.connections.is_empty() {
            return None;
        }
        let id = id.clone();
        self.0.remove(&id);
        Some(News::Removed(id))
    }

    /// Returns the id of the member who has entered by this connection.
    pub(super) fn member(&self, socket: &SocketId, channel: &str) -> Option<&str> {
        let is_it = |it: &Connection| it.socket == *socket && &*it.channel == channel;
        let mut members = self.0.iter();
        let found = members.find(|(_, present)| present.connections.iter().any(is_it));
        found.map(|(id, _)| &**id)
    }

    /// Returns the members as the answer to a subscription.
    pub(super) fn data(&self) -> String {
        #[derive(Serialize)]
        struct Presence<'a> {
            ids: Vec<&'a str>,
            hash: BTreeMap<&'a str, &'a RawValue>,
            count: usize,
        }
        #[derive(Serialize)]
        struct Data<'a> {
            presence: Presence<'a>,
        }
        let hash: BTreeMap<_, _> = self.0.iter().map(|(id, it)| (&**id, &*it.info)).collect();
        let presence = Presence {
            ids: hash.keys().copied().collect(),
            count: hash.len(),
            hash,
        };
        json(&Data { presence })
    }
}

impl News {
    /// Returns the event's name and data.
    pub(super) fn event(&self) -> (&'static str, String) {
        #[derive(Serialize)]
        struct Added<'a> {
            user_id: &'a str,
            user_info: &'a RawValue,
        }
        #[derive(Serialize)]
        struct Removed<'a> {
            user_id: &'a str,
        }
        match self {
            Self::Added(Member { id, info }) => (
                "pusher_internal:member_added",
                json(&Added {
                    user_id: id,
                    user_info: info,
                }),
            ),
            Self::Removed(id) => (
                "pusher_internal:member_removed",
                json(&Removed { user_id: id }),
            ),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and what was JSON always serialize")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, info: &str) -> Member {
        let info = RawValue::from_string(info.to_owned()).expect("JSON");
        Member {
            id: id.to_owned(),
            info,
        }
    }

    fn socket(number: usize) -> SocketId {
        SocketId(format!("{number}.1"))
    }

    fn is_added(news: Option<&News>) -> bool {
        matches!(news, Some(News::Added(_)))
    }

    #[test]
    fn two_connections_of_a_person_count_once_until_the_last_is_gone() {
        let (mut room, channel) = (Room::default(), Arc::from("presence-list-x"));
        let ann = member("ann", r#"{"name":"Ann"}"#);
        let first = room.enter(&ann, &socket(1), &channel);
        assert!(is_added(first.expect("there is room").as_ref()));
        let again = room.enter(&ann, &socket(2), &channel);
        assert!(again.expect("there is room").is_none());
        let other = room.enter(&member("bob", "null"), &socket(3), &channel);
        assert!(is_added(other.expect("there is room").as_ref()));
        assert_eq!(
            room.data(),
            r#"{"presence":{"ids":["ann","bob"],"hash":{"ann":{"name":"Ann"},"bob":null},"count":2}}"#
        );
        assert!(room.leave(&socket(1), &channel).is_none());
        assert!(room.leave(&socket(1), &channel).is_none(), "once");
        assert_eq!(room.member(&socket(2), &channel), Some("ann"));
        let last = room.leave(&socket(2), &channel);
        assert!(matches!(last, Some(News::Removed(id)) if id == "ann"));
        assert_eq!(room.member(&socket(2), &channel), None);
    }

    #[test]
    fn a_new_name_is_news() {
        let (mut room, channel) = (Room::default(), Arc::from("presence-list-x"));
        for (number, (name, is_news)) in [("1", true), ("1", false), ("2", true), ("2", false)]
            .into_iter()
            .enumerate()
        {
            let news = room.enter(&member("ann", name), &socket(number), &channel);
            let news = news.expect("there is room");
            assert_eq!(is_added(news.as_ref()), is_news, "{number}");
        }
        assert!(room.data().contains(r#""ann":2"#));
    }

    #[test]
    fn a_room_has_a_bound() {
        let (mut room, channel) = (Room::default(), Arc::from("presence-list-x"));
        for number in 0..Room::MAX_MEMBERS {
            let member = member(&number.to_string(), "null");
            assert!(room.enter(&member, &socket(number), &channel).is_ok());
        }
        let one_more = room.enter(&member("one more", "null"), &socket(1_000), &channel);
        assert!(one_more.is_err());
        let known = room.enter(&member("7", "null"), &socket(1_001), &channel);
        assert!(known.is_ok(), "a second tab is no second person");
    }

    #[test]
    fn a_member_has_an_id_and_bounded_information() {
        let read = |json: &str| Member::read(json).map(|it| (it.id, it.info.get().to_owned()));
        let ten = r#"{"user_id":10,"user_info":{"name":"Mr. Channels"}}"#;
        assert_eq!(
            read(ten),
            Some(("10".to_owned(), r#"{"name":"Mr. Channels"}"#.to_owned()))
        );
        assert_eq!(
            read(r#"{"user_id":"a"}"#),
            Some(("a".to_owned(), "null".to_owned()))
        );
        for wrong in [
            "",
            "{}",
            "7",
            r#"{"user_id":null}"#,
            r#"{"user_id":""}"#,
            r#"{"user_id":[]}"#,
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let long = |id: usize, info: usize| {
            let (id, info) = ("i".repeat(id), "x".repeat(info));
            read(&format!(r#"{{"user_id":"{id}","user_info":"{info}"}}"#)).is_some()
        };
        assert!(long(MAX_ID, MAX_INFO - 2));
        assert!(!long(MAX_ID + 1, 1) && !long(1, MAX_INFO - 1));
    }
}
