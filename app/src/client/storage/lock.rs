//! The browser's locks, which tell reliably whether a tab is alive.

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    /// Calls `granted` when the lock is acquired, and holds it until the promise that `granted`
    /// returns is settled.
    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, granted: &Function) -> Promise;
}

/// A lock of the browser. It is released when this is dropped, or when the page goes for any
/// reason.
pub(super) struct Lock(Option<Function>);

impl Lock {
    /// Waits for the lock, possibly until another tab closes. Returns `None` if the browser
    /// refuses.
    ///
    /// In browsers without locks (pages over plain HTTP from another machine), every tab gets it at
    /// once.
    pub(super) async fn acquire(name: &str) -> Option<Self> {
        let locks = Reflect::get(&leptos::prelude::window().navigator(), &"locks".into());
        let locks = match locks {
            Ok(locks) if !locks.is_undefined() => locks.unchecked_into::<LockManager>(),
            _ => return Some(Self(None)),
        };
        let (sender, receiver) = oneshot::channel();
        let granted = Closure::once_into_js(move |_: JsValue| {
            let mut sender = Some(sender);
            Promise::new(&mut |release, _| {
                if let Some(sender) = sender.take() {
                    // If nobody waits any more, the lock is dropped here and released.
                    let _ = sender.send(Self(Some(release)));
                }
            })
        });
        let released = JsFuture::from(locks.request(name, granted.unchecked_ref()));
        match select(receiver, released).await {
            Either::Left((lock, _)) => lock.ok(),
            Either::Right(_) => None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.0 {
            // Settling a promise never fails.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
