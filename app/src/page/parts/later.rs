//! Views that are not on a page when it arrives.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    either::Either,
    prelude::{AddAnyAttr, Render, RenderHtml},
    tachys::{
        hydration::Cursor,
        view::{Position, PositionState, iterators::OptionState},
    },
};

/// An optional view that appears only after the page was rendered and taken over, because of
/// something that happens. It is never hydrated, so that code is not in the bundle.
///
/// Use it in a closure that runs again when the view appears or disappears.
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
