//! Views of which only this is known: how to build them.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::{AddAnyAttr, IntoView, Mountable, Render, RenderHtml},
    tachys::{
        hydration::Cursor,
        renderer::types::{Element, Node},
        view::{Position, PositionState},
    },
};

/// A view of any type that is built in the browser, and neither rendered by the server nor hydrated.
/// It hides where its code is, which may be in a part of the program that is loaded later.
pub(crate) struct Built(Box<dyn FnOnce() -> Box<dyn Mountable> + Send>);

impl Built {
    pub(crate) fn new(view: impl IntoView + 'static) -> Self {
        Self(Box::new(move || Box::new(view.into_view().build())))
    }
}

/// A view that was built.
pub(crate) struct BuiltState(Box<dyn Mountable>);

impl Render for Built {
    type State = BuiltState;

    fn build(self) -> Self::State {
        BuiltState((self.0)())
    }

    fn rebuild(self, state: &mut Self::State) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl Mountable for BuiltState {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.elements()
    }
}

impl AddAnyAttr for Built {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attr: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        self
    }
}

impl RenderHtml for Built {
    type AsyncOutput = ();
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) {}

    fn to_html_with_buf(
        self,
        _buf: &mut String,
        _position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
        debug_assert!(false, "it is built in the browser");
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        _cursor: &Cursor,
        _position: &PositionState,
    ) -> Self::State {
        debug_assert!(false, "it is never on a page that arrives");
        self.build()
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}
