//! The store and the service over it, on real files.

mod batches;
mod bounds;
mod catching_up;
mod exactly_once;
mod fairness;
mod lists;
mod log;
mod numbers;
mod pruning;
mod staging;
mod telling;
mod whole;

use std::{path::PathBuf, sync::Arc};

use app::{
    Error, Item, ItemPatch, Record, RecordPatch,
    service::{Links, Service as _, Token},
};
use server::{
    hub::Hub,
    service::Tandem,
    store::{Store, StoreOptions},
};
use sqlx::{AnyConnection, Connection as _};
use sync::{CatchUp, ClientId, Mutation, Op, Place, Push, PushAnswer, Seq, Version};
use tempfile::TempDir;
use uuid::Uuid;

/// A database in a folder of its own, which is deleted on drop.
struct File {
    dir: TempDir,
}

impl File {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a folder for the test"),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("tandem.db")
    }

    async fn open_with(&self, options: StoreOptions) -> Tandem {
        self.open_telling(options, Arc::default()).await
    }

    async fn open_telling(&self, options: StoreOptions, hub: Arc<Hub>) -> Tandem {
        let url = format!("sqlite://{}", self.path().display());
        let store = Store::open(&url, options, hub).await;
        Tandem::new(store.expect("the database opens"))
    }

    async fn open(&self) -> Tandem {
        self.open_with(StoreOptions::default()).await
    }

    /// Opens a connection behind the store's back.
    async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", self.path().display());
        let connection = AnyConnection::connect(&url).await;
        connection.expect("the file is there")
    }
}

async fn new_list(tandem: &Tandem) -> Links {
    tandem
        .create_list(None)
        .await
        .expect("the list can be made")
}

/// Returns the whole list, as a new replica gets it.
async fn all(tandem: &Tandem, token: &Token) -> CatchUp<Record> {
    tandem
        .open_list(token)
        .await
        .expect("the list is there")
        .snapshot
}

fn items(catch_up: &CatchUp<Record>) -> Vec<&Item> {
    catch_up
        .changes
        .iter()
        .filter_map(|change| change.row.as_item())
        .collect()
}

fn texts(catch_up: &CatchUp<Record>) -> Vec<&str> {
    items(catch_up)
        .iter()
        .map(|item| &*item.shortdesc)
        .collect()
}

/// Returns the items' texts, in the order of the list.
fn in_order(catch_up: &CatchUp<Record>) -> Vec<&str> {
    let mut items = items(catch_up);
    items.sort_by_key(|item| (&item.position, item.id));
    items.iter().map(|item| &*item.shortdesc).collect()
}

fn versions(catch_up: &CatchUp<Record>) -> Vec<Version> {
    catch_up.changes.iter().map(sync::Change::version).collect()
}

/// A replica that numbers its mutations.
struct Replica {
    client: ClientId,
    seq: Seq,
}

impl Replica {
    fn new() -> Self {
        Self {
            client: ClientId(Uuid::now_v7()),
            seq: 0,
        }
    }

    fn next(&mut self, ops: impl IntoIterator<Item = Op<Record>>) -> Push<Record> {
        let mutations = ops.into_iter().map(|op| {
            self.seq += 1;
            Mutation { seq: self.seq, op }
        });
        Push {
            client_id: self.client,
            since: 0,
            epoch: None,
            begins: None,
            mutations: mutations.collect(),
        }
    }

    async fn push(
        &mut self,
        tandem: &Tandem,
        token: &Token,
        ops: impl IntoIterator<Item = Op<Record>>,
    ) -> Result<PushAnswer<Record>, Error> {
        tandem.push(token, None, self.next(ops)).await
    }
}

fn create(text: &str) -> Op<Record> {
    create_with(Uuid::now_v7(), text)
}

fn create_with(id: Uuid, text: &str) -> Op<Record> {
    Op::Create {
        id,
        draft: RecordPatch::Item(ItemPatch::shortdesc(text)),
        place: Place::End,
    }
}

fn update(id: Uuid, patch: ItemPatch) -> Op<Record> {
    Op::Update {
        id,
        patch: RecordPatch::Item(patch),
    }
}
