//! What is not on a page when it arrives.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    either::Either,
    prelude::{AddAnyAttr, Render, RenderHtml},
    tachys::{
        hydration::Cursor,
        view::{Position, PositionState, iterators::OptionState},
    },
};

/// An optional view that is never there when the page is rendered or taken over: it comes by what
/// somebody does. So it is only ever built, and the second way of making it, out of nodes that are
/// there already, is not in the bundle.
///
/// It goes into a closure, which is called anew when the view is to come or to go.
pub(crate) struct Later<V>(pub(crate) Option<V>);

impl<V: Render> Render for Later<V> {
    type State = OptionState<V>;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: AddAnyAttr> AddAnyAttr for Later<V> {
    type Output<NewAttr: Attribute> = Later<V::Output<NewAttr>>;

    fn add_any_attr<NewAttr: Attribute>(self, attr: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        Later(self.0.map(|view| view.add_any_attr(attr)))
    }
}

impl<V: RenderHtml> RenderHtml for Later<V> {
    type AsyncOutput = ();
    type Owned = Later<V::Owned>;

    const MIN_LENGTH: usize = <() as RenderHtml>::MIN_LENGTH;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) {}

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        debug_assert!(self.0.is_none(), "it comes later");
        ().to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        debug_assert!(self.0.is_none(), "it comes later");
        Either::Right(<() as RenderHtml>::hydrate::<FROM_SERVER>(
            (),
            cursor,
            position,
        ))
    }

    fn into_owned(self) -> Self::Owned {
        Later(self.0.map(RenderHtml::into_owned))
    }
}
