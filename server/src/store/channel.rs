//! A list in memory.

use app::{Item, List, Record};
use sqlx::AnyConnection;
use sync::{Authority, Row, Version};
use uuid::Uuid;

use super::{StoreError, Write, clients, items, lists::StoredList};

/// The version that creating a list takes.
const FIRST: Version = Version::ZERO.next();

/// Memory of a row besides its texts, in bytes: mainly index entries.
const ROW_COST: usize = 400;
/// Memory of a client, in bytes.
const CLIENT_COST: usize = 120;
/// Memory of a remembered number of a client, in bytes.
const NUMBER_COST: usize = 16;
/// Memory of a recorded refusal, in bytes.
const REFUSAL_COST: usize = 80;

/// A list in memory, with everything that deciding on mutations takes.
pub(super) struct Channel {
    /// Decides on mutations.
    pub(super) authority: Authority<Record>,
    /// The list's revision after this writer's last transaction. If the stored one differs, another
    /// process has written.
    pub(super) revision: u64,
    /// The number of times that one of the list's links was replaced.
    pub(super) links_version: u64,
}

impl Channel {
    /// Creates the channel of a new list.
    pub(super) fn new(list: List) -> Self {
        let list = List {
            version: FIRST,
            ..list
        };
        Self {
            authority: Authority::restore(FIRST, Version::ZERO, rows(list, []), []),
            revision: 0,
            links_version: 0,
        }
    }

    /// Loads a list, as of the transaction that read `stored`.
    pub(super) async fn load(
        connection: &mut AnyConnection,
        stored: StoredList,
    ) -> Result<Self, StoreError> {
        let StoredList {
            list,
            head,
            pruned,
            revision,
            epoch,
            links_version,
            ..
        } = stored;
        let items = items::all(connection, list.id, head).await?;
        let clients = clients::all(connection, list.id).await?;
        Ok(Self {
            revision,
            links_version,
            authority: Authority::restore(head, pruned, rows(list, items), clients)
                .with_epoch(epoch),
        })
    }

    /// Whether it is as it was when it was last committed here, now that the list was
    /// [locked](super::lists::lock).
    pub(super) fn is_current(&self, stored: &StoredList) -> bool {
        let epoch = self.authority.epoch();
        self.revision + 1 == stored.revision && epoch.is_none_or(|epoch| epoch == stored.epoch)
    }

    /// Refuses a write by a link that was looked up before one of the list's links was replaced.
    ///
    /// # Errors
    /// [`StoreError::StaleLink`]
    pub(super) fn expect_link(&self, write: &Write) -> Result<(), StoreError> {
        match write.links_version {
            Some(version) if version != self.links_version => Err(StoreError::StaleLink),
            _ => Ok(()),
        }
    }

    /// Whether the list itself is deleted.
    pub(super) fn is_destroyed(&self, list: Uuid) -> bool {
        self.authority.row(list).is_none_or(|row| row.destroyed)
    }

    /// Returns the approximate memory that it takes, in bytes.
    pub(super) fn cost(&self) -> usize {
        let authority = &self.authority;
        authority.weight()
            + ROW_COST * authority.len()
            + CLIENT_COST * authority.clients()
            + NUMBER_COST * authority.numbers()
            + REFUSAL_COST * authority.refusals()
    }
}

/// Returns the rows of a list's channel: the list's own, and its items'.
pub(super) fn rows(
    list: List,
    items: impl IntoIterator<Item = Row<Item>>,
) -> impl Iterator<Item = Row<Record>> {
    let list = Row {
        model: Record::List(list),
        destroyed: false,
    };
    let items = items.into_iter().map(|Row { model, destroyed }| Row {
        model: Record::Item(model),
        destroyed,
    });
    std::iter::once(list).chain(items)
}

#[cfg(test)]
mod tests {
    use app::{RecordPatch, Title};
    use sync::{Bounds, ClientId, Mutation, Op, Place, Seq};

    use super::*;

    #[test]
    fn a_channel_costs_as_much_as_what_is_remembered_of_its_clients() {
        let mut channel = Channel::new(List {
            id: Uuid::from_u128(1),
            title: Title::parse("Todos").expect("a title"),
            version: Version::ZERO,
            created_at: 0,
            updated_at: 0,
        });
        let id = Uuid::from_u128(2);
        let mutations: Vec<_> = (1..=50)
            .map(|seq| Mutation {
                seq: Seq(seq),
                op: Op::<Record>::Destroy { id },
            })
            .collect();
        let create = Op::Create {
            id,
            draft: RecordPatch::Item(app::ItemPatch::shortdesc("milk")),
            place: Place::End,
        };
        channel.authority.take(
            None,
            &[Mutation {
                seq: Seq(1),
                op: create,
            }],
            0,
        );
        let empty = channel.cost();
        assert_eq!(empty, channel.authority.weight() + 2 * ROW_COST);
        for client in 0..2_000 {
            let client = ClientId(Uuid::from_u128(client));
            channel.authority.take(Some(client), &mutations, 0);
        }
        // A number and its fingerprint take 16 bytes.
        let per_client = (channel.cost() - empty) / 2_000;
        assert!(per_client >= 16 * Bounds::SHORT_MEMORY, "{per_client}");
    }
}
