//! The store and the service over it, on real files.

mod batches;
mod bounds;
mod catching_up;
mod erasing;
mod exactly_once;
mod fairness;
mod lists;
mod log;
mod numbers;
mod pruning;
mod sharing;
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
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
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

    /// Reads a number behind the store's back.
    async fn number(&self, statement: &str) -> i64 {
        number(&mut self.connect().await, statement).await
    }

    /// Writes behind the store's back.
    async fn alter(&self, statement: &str) {
        alter(&mut self.connect().await, statement).await;
    }

    /// Inserts tombstones into the only list, behind the store's back.
    async fn bury(&self, tombstones: i64) {
        self.alter(&format!(
            "with recursive n(n) as (select 2 union all select n + 1 from n where n <= {tombstones})
             insert into items (list_id, id, shortdesc, isdone, position, version, created_at,
                                updated_at, destroyed_at)
             select lists.id, printf('00000000-0000-0000-0000-%012d', n), 'gone', 0, 'a0', n, 0, 0, 0
             from n, lists"
        ))
        .await;
        self.alter(&format!(
            "update lists set version = {tombstones} + 1, revision = revision + 1"
        ))
        .await;
    }
}

async fn number(connection: &mut AnyConnection, statement: &str) -> i64 {
    let query = sqlx::query_scalar(AssertSqlSafe(statement.to_owned()));
    query.fetch_one(connection).await.expect("a number")
}

async fn alter(connection: &mut AnyConnection, statement: &str) {
    let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
    query.execute(connection).await.expect("it can be written");
}

async fn new_list(tandem: &Tandem) -> Links {
    tandem
        .create_list(None, None)
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

fn versions(catch_up: &CatchUp<Record>) -> Vec<u64> {
    let changes = catch_up.changes.iter();
    changes.map(|change| change.version().0).collect()
}

/// Numbers operations from 1 on.
fn numbered(ops: impl IntoIterator<Item = Op<Record>>) -> Vec<Mutation<Record>> {
    (1..)
        .zip(ops)
        .map(|(seq, op)| Mutation { seq: Seq(seq), op })
        .collect()
}

/// A replica that numbers its mutations.
struct Replica {
    client: ClientId,
    seq: u64,
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
            Mutation {
                seq: Seq(self.seq),
                op,
            }
        });
        Push {
            client_id: self.client,
            since: Version::ZERO,
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
