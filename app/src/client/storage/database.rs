//! The browser's database: strings under string keys. All pages of this origin share it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::channel::oneshot;
use idb::{
    Database, DatabaseEvent, Factory, KeyRange, ObjectStoreParams, Request, StoreEvent,
    Transaction, TransactionMode, event::VersionChangeEvent,
};
use leptos::task::spawn_local;
use sync::Version;
use wasm_bindgen::JsValue;

/// Lists as they were opened, under their token.
pub(super) const LISTS: &str = "lists";
/// Mutations that were not answered yet, under `token:client:seq`, and those that were refused, under
/// `refused:token:id`.
pub(super) const OUTBOXES: &str = "outboxes";

/// This browser does not keep anything, or could not do so now.
pub(super) struct Failed;

impl From<idb::Error> for Failed {
    fn from(_: idb::Error) -> Self {
        Self
    }
}

/// All keys from the first to just before the second.
pub(super) struct Keys(pub(super) String, pub(super) String);

impl Keys {
    /// This key alone.
    pub(super) fn one(key: &str) -> Self {
        Self(key.to_owned(), format!("{key}\0"))
    }

    /// The keys that begin with this one and a colon.
    pub(super) fn under(key: &str) -> Self {
        // What follows a colon in ASCII.
        Self(format!("{key}:"), format!("{key};"))
    }

    fn range(&self) -> Result<KeyRange, idb::Error> {
        let Self(from, to) = self;
        KeyRange::bound(&from.into(), &to.into(), None, Some(true))
    }
}

/// The values under these keys, in the order of keys.
pub(super) async fn read(store: &str, keys: &Keys) -> Result<Vec<String>, Failed> {
    let transaction = begin(store, TransactionMode::ReadOnly).await?;
    let values = transaction
        .object_store(store)?
        .get_all(Some(keys.range()?.into()), None)?;
    settled(transaction).await?;
    let values = js_sys::Array::from(&values.result()?);
    Ok(values
        .iter()
        .filter_map(|value| value.as_string())
        .collect())
}

/// Removes these keys and sets others, all or nothing; once more if the connection was lost meanwhile.
pub(super) async fn write(
    store: &str,
    remove: &[Keys],
    entries: &[(String, String)],
) -> Result<(), Failed> {
    match try_write(store, remove, entries).await {
        Ok(()) => Ok(()),
        Err(Failed) => try_write(store, remove, entries).await,
    }
}

async fn try_write(
    store: &str,
    remove: &[Keys],
    entries: &[(String, String)],
) -> Result<(), Failed> {
    let transaction = begin(store, TransactionMode::ReadWrite).await?;
    let rows = transaction.object_store(store)?;
    for keys in remove {
        rows.delete(keys.range()?)?;
    }
    for (key, value) in entries {
        rows.put(&value.into(), Some(&key.into()))?;
    }
    // Without waiting for the single answers: then it is done even if the page goes right now.
    settled(transaction.commit()?).await
}

/// Sets what is kept of a list, unless another page has kept a later state of it. `any` sets it at
/// any rate.
pub(super) async fn advance(
    token: &str,
    head: Version,
    json: String,
    any: bool,
) -> Result<(), Failed> {
    let transaction = begin(LISTS, TransactionMode::ReadWrite).await?;
    let lists = transaction.object_store(LISTS)?;
    let key = JsValue::from(token);
    let mut kept = lists.get(key.clone())?;
    kept.on_success(move |event| {
        let kept = event.result().ok().flatten();
        let kept = kept.and_then(|value| value.as_string());
        let is_newer = |kept: String| head_and_rest(&kept).is_some_and(|(kept, _)| kept > head);
        if any || !kept.is_some_and(is_newer) {
            // A failure fails the transaction.
            let _ = lists.put(&format!("{head}\n{json}").into(), Some(&key));
        }
    });
    settled(transaction).await
}

/// Takes apart what [`advance`] put together.
pub(super) fn head_and_rest(value: &str) -> Option<(Version, &str)> {
    let (head, rest) = value.split_once('\n')?;
    Some((head.parse().ok()?, rest))
}

thread_local! {
    /// The connection, once it is open.
    static DATABASE: RefCell<Option<Rc<Database>>> = const { RefCell::new(None) };
    static ON_LOSS: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// From now on, this is called when the database was closed from outside, maybe to be deleted: what
/// was kept in it may be gone.
pub(super) fn on_loss(act: Option<Rc<dyn Fn()>>) {
    ON_LOSS.set(act);
}

/// The browser has closed the connection, or somebody wants it closed: another tab that deletes the
/// database, or a later version of Tandem that changes it. Neither must wait for us.
fn lose() {
    let Some(database) = DATABASE.take() else {
        return;
    };
    database.close();
    // It owns the listeners, one of which may be running, and another still be called.
    std::mem::forget(database);
    spawn_local(async {
        if let Some(act) = ON_LOSS.with_borrow(Clone::clone) {
            act();
        }
    });
}

/// Begins a transaction, on a new connection if the browser has closed the last.
async fn begin(store: &str, mode: TransactionMode) -> Result<Transaction, Failed> {
    let open = DATABASE.with_borrow(Clone::clone);
    if let Some(Ok(transaction)) = open.map(|database| database.transaction(&[store], mode)) {
        return Ok(transaction);
    }
    lose();
    let opened = Rc::new(open_database().await?);
    let database = DATABASE.with_borrow_mut(|open| open.get_or_insert(opened.clone()).clone());
    if !Rc::ptr_eq(&database, &opened) {
        // Somebody else has been faster. A second connection would outlive its listeners.
        opened.close();
    }
    Ok(database.transaction(&[store], mode)?)
}

async fn open_database() -> Result<Database, Failed> {
    // As it is, also as a later version of Tandem has made it.
    let mut request = Factory::new()?.open("tandem", None)?;
    request.on_upgrade_needed(|event| create(&event));
    let (done, opened) = either();
    request.on_success({
        let done = done.clone();
        move |_| done(true)
    });
    request.on_error(move |_| done(false));
    if opened.await != Ok(true) {
        return Err(Failed);
    }
    let mut database = request.database()?;
    database.on_version_change(|_| lose());
    database.on_close(|_| lose());
    Ok(database)
}

fn create(event: &VersionChangeEvent) {
    if let Ok(database) = event.database() {
        for store in [LISTS, OUTBOXES] {
            // A store that is missing shows when it is used.
            let _ = database.create_object_store(store, ObjectStoreParams::new());
        }
    }
}

/// Waits until the transaction is committed.
async fn settled(mut transaction: Transaction) -> Result<(), Failed> {
    let (done, committed) = either();
    transaction.on_complete({
        let done = done.clone();
        move |_| done(true)
    });
    // The failure of a request leads here too.
    transaction.on_abort(move |_| done(false));
    match committed.await {
        Ok(true) => Ok(()),
        _ => Err(Failed),
    }
}

/// A function to be called with how it went, and the place to wait for the first such call.
fn either() -> (Rc<dyn Fn(bool)>, oneshot::Receiver<bool>) {
    let (sender, receiver) = oneshot::channel();
    let sender = Cell::new(Some(sender));
    let done = move |ok| {
        if let Some(sender) = sender.take() {
            // Nobody waits any more: that is as well.
            let _ = sender.send(ok);
        }
    };
    (Rc::new(done), receiver)
}
