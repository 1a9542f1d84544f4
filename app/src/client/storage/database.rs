//! The browser's database (`IndexedDB`): strings under string keys, shared by all pages of the origin.

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

/// Store of lists, keyed by token.
pub(super) const LISTS: &str = "lists";
/// Store of unanswered mutations, keyed by `token:client:seq`, and of refused ones, keyed by
/// `refused:token:id`.
pub(super) const OUTBOXES: &str = "outboxes";

/// The browser does not store anything, or failed to.
pub(super) struct Failed;

impl From<idb::Error> for Failed {
    fn from(_: idb::Error) -> Self {
        Self
    }
}

/// A range of keys, from the first up to but not including the second.
pub(super) struct KeySpan(pub(super) String, pub(super) String);

impl KeySpan {
    /// Returns the range of one key.
    pub(super) fn one(key: &str) -> Self {
        Self(key.to_owned(), format!("{key}\0"))
    }

    /// Returns the range of keys that begin with this one and a colon.
    pub(super) fn under(key: &str) -> Self {
        // The semicolon follows the colon in ASCII.
        Self(format!("{key}:"), format!("{key};"))
    }

    fn range(&self) -> Result<KeyRange, idb::Error> {
        let Self(from, to) = self;
        KeyRange::bound(&from.into(), &to.into(), None, Some(true))
    }
}

/// Returns the values in a range, in the order of their keys.
pub(super) async fn read(store: &str, keys: &KeySpan) -> Result<Vec<String>, Failed> {
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
    remove: &[KeySpan],
    entries: &[(String, String)],
) -> Result<(), Failed> {
    match try_write(store, remove, entries).await {
        Ok(()) => Ok(()),
        Err(Failed) => try_write(store, remove, entries).await,
    }
}

async fn try_write(
    store: &str,
    remove: &[KeySpan],
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
    // Committing without waiting for each request stores it even if the page goes right now.
    settled(transaction.commit()?).await
}

/// Which stored state of a list a new one may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replace {
    /// One that is not newer.
    Older,
    /// Any, since the server has another history.
    Any,
}

/// Stores a list, unless another page has stored a state that must not be replaced.
pub(super) async fn advance(
    token: &str,
    head: Version,
    json: String,
    replace: Replace,
) -> Result<(), Failed> {
    let transaction = begin(LISTS, TransactionMode::ReadWrite).await?;
    let lists = transaction.object_store(LISTS)?;
    let key = JsValue::from(token);
    let mut kept = lists.get(key.clone())?;
    kept.on_success(move |event| {
        let kept = event.result().ok().flatten();
        let kept = kept.and_then(|value| value.as_string());
        let is_newer = |kept: String| head_and_rest(&kept).is_some_and(|(kept, _)| kept > head);
        if replace == Replace::Any || !kept.is_some_and(is_newer) {
            // A failure aborts the transaction.
            let _ = lists.put(&format!("{head}\n{json}").into(), Some(&key));
        }
    });
    settled(transaction).await
}

/// Splits the value that [`advance`] wrote.
pub(super) fn head_and_rest(value: &str) -> Option<(Version, &str)> {
    let (head, rest) = value.split_once('\n')?;
    Some((head.parse().map(Version).ok()?, rest))
}

thread_local! {
    /// The connection, once it is open.
    static DATABASE: RefCell<Option<Rc<Database>>> = const { RefCell::new(None) };
    static ON_LOSS: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Sets the function that is called when the database was closed from outside. Its content may be
/// gone.
pub(super) fn on_loss(act: Option<Rc<dyn Fn()>>) {
    ON_LOSS.set(act);
}

/// Closes the connection, because the browser has closed it or another tab wants to delete or
/// upgrade the database and must not wait.
fn lose() {
    if close() {
        report_loss();
    }
}

/// Closes the connection; `false` if there is none.
fn close() -> bool {
    let Some(database) = DATABASE.take() else {
        return false;
    };
    database.close();
    // It owns the listeners: one may be running, another may still be called.
    std::mem::forget(database);
    true
}

fn report_loss() {
    spawn_local(async {
        if let Some(act) = ON_LOSS.with_borrow(Clone::clone) {
            act();
        }
    });
}

/// Begins a transaction, on a new connection if the last can no longer be used.
///
/// # Errors
/// Also if the database has no such store. This is not reported as a loss: to store everything again
/// would only fail again, endlessly.
async fn begin(store: &str, mode: TransactionMode) -> Result<Transaction, Failed> {
    let open = DATABASE.with_borrow(Clone::clone);
    if let Some(Ok(transaction)) = open.map(|database| database.transaction(&[store], mode)) {
        return Ok(transaction);
    }
    let was_open = close();
    let opened = Rc::new(open_database().await?);
    let database = DATABASE.with_borrow_mut(|open| open.get_or_insert(opened.clone()).clone());
    if !Rc::ptr_eq(&database, &opened) {
        // Another call was faster. A second connection would outlive its listeners.
        opened.close();
    }
    let transaction = database.transaction(&[store], mode)?;
    if was_open {
        report_loss();
    }
    Ok(transaction)
}

async fn open_database() -> Result<Database, Failed> {
    // In its current version, even if a later release has upgraded it.
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
            // If this fails, using the store fails.
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
    // A failed request also ends here.
    transaction.on_abort(move |_| done(false));
    match committed.await {
        Ok(true) => Ok(()),
        _ => Err(Failed),
    }
}

/// Returns a function to report the outcome with, and a receiver for its first call.
fn either() -> (Rc<dyn Fn(bool)>, oneshot::Receiver<bool>) {
    let (sender, receiver) = oneshot::channel();
    let sender = Cell::new(Some(sender));
    let done = move |ok| {
        if let Some(sender) = sender.take() {
            // If nobody waits any more, there is nothing to wake.
            let _ = sender.send(ok);
        }
    };
    (Rc::new(done), receiver)
}
