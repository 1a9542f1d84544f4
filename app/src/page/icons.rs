//! Icons, drawn in the text's colour. They say nothing to screen readers: the control around them
//! has a name.

use leptos::prelude::*;

macro_rules! icon {
    ($(#[$doc:meta])* $name:ident, $path:literal) => {
        $(#[$doc])*
        #[component]
        pub(crate) fn $name() -> impl IntoView {
            view! {
                <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
                    <path
                        d=$path
                        fill="none"
                        stroke="currentColor"
                        stroke-width="1.75"
                        stroke-linecap="round"
                        stroke-linejoin="round"
                    ></path>
                </svg>
            }
        }
    };
}

icon!(
    /// Takes away.
    Cross, "M6 6l12 12M18 6L6 18"
);
icon!(
    /// Edits.
    Pencil, "M4 20h4L19 9a2.1 2.1 0 0 0-3-3L5 17zM14 8l3 3"
);
icon!(
    /// Adds.
    Plus, "M12 5v14M5 12h14"
);
icon!(
    /// Shares.
    Link, "M10 14a4 4 0 0 0 6 .4l2.6-2.6a4 4 0 0 0-5.7-5.7L11.5 7.500M14 10a4 4 0 0 0-6-.4L5.400 12.200a4 4 0 0 0 5.700 5.700L12.500 16.500"
);
icon!(
    /// Deletes for good.
    Bin, "M5 7h14M10 11v6M14 11v6M6 7l1 12a2 2 0 0 0 2 2h6a2 2 0 0 0 2-2l1-12M9 7V5a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v2"
);

/// Two wheels in step.
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 48 28" width="48" height="28" aria-hidden="true" focusable="false">
            <g fill="none" stroke="currentColor" stroke-width="2.500" stroke-linecap="round" stroke-linejoin="round">
                <circle cx="10" cy="18" r="8"></circle>
                <circle cx="38" cy="18" r="8"></circle>
                <path d="M6.500 18l2.700 2.700 4.800-5.400M34.500 18l2.700 2.700 4.800-5.400"></path>
                <path class="frame" d="M10 8L15 4h18l5 4"></path>
            </g>
        </svg>
    }
}
