//! Sets of optional fields: what a mutation changes, and what it leaves alone.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

/// The fields that a mutation sets, each optional. [`impl_patch!`](crate::impl_patch) implements this
/// trait for a struct of options.
pub trait Patch:
    Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Returns whether the patch sets nothing.
    fn is_blank(&self) -> bool;

    /// Returns the fields of this patch that `other` sets to another value.
    #[must_use]
    fn differing(&self, other: &Self) -> Self;

    /// Returns the fields of this patch that `other` does not set.
    #[must_use]
    fn without(&self, other: &Self) -> Self;
}

/// Implements [`Patch`] for a struct whose fields are all named and options.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use sync::{Patch, impl_patch};
///
/// #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// struct LinePatch {
///     text: Option<String>,
///     amount: Option<u32>,
/// }
///
/// impl_patch!(LinePatch { text, amount });
///
/// let mine = LinePatch { text: Some("milk".into()), amount: Some(2) };
/// let theirs = LinePatch { text: Some("oat milk".into()), amount: None };
/// assert_eq!(mine.without(&theirs), LinePatch { text: None, amount: Some(2) });
/// assert_eq!(mine.differing(&theirs).text, Some("milk".into()));
/// assert!(LinePatch::default().is_blank());
/// ```
#[macro_export]
macro_rules! impl_patch {
    ($patch:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::Patch for $patch {
            fn is_blank(&self) -> bool {
                $(self.$field.is_none())&&+
            }

            fn differing(&self, other: &Self) -> Self {
                let mut fields = self.clone();
                $(if other.$field.is_none() || fields.$field == other.$field {
                    fields.$field = None;
                })+
                fields
            }

            fn without(&self, other: &Self) -> Self {
                let mut fields = self.clone();
                $(if other.$field.is_some() {
                    fields.$field = None;
                })+
                fields
            }
        }
    };
}
