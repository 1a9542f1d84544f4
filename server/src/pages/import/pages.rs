//! The pages of an import: the form, the preview, and the result.

use app::{
    Assets, Error, ImportId, Token, count_in_words, escaped, outline::Entry, service::Between,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;

use super::{batch::Import, upload::MAX_LIST};
use crate::{
    pages::plain::{self, Language},
    problem::status,
};

/// Maximum number of items shown.
pub(super) const SHOWN: u32 = 20;

/// Maximum number of characters shown of an item's notes.
const NOTES_SHOWN: usize = 80;

/// What the pages are rendered with.
#[derive(Clone)]
pub(super) struct Look {
    pub(super) assets: Assets,
    pub(super) language: Language,
}

impl Look {
    /// Renders an error that another import would not avoid.
    pub(super) fn failure(&self, error: &Error) -> Response {
        let title = match error {
            Error::UnknownList => self.language.words.no_such_list,
            _ => self.language.plain.not_imported,
        };
        plain::failure(&self.assets, self.language, title, error)
    }

    /// Renders the form, with the reason why nothing was added.
    pub(super) fn refused(&self, token: &Token, error: &Error) -> Response {
        if matches!(error, Error::UnknownList | Error::ReadOnly) {
            return self.failure(error);
        }
        let problem = self.language.words.error(error);
        let page = self.form(token, Some(&problem), "");
        (status(error.status()), page).into_response()
    }

    /// Renders the form, with what is wrong with the text.
    pub(super) fn unreadable(&self, token: &Token, problem: &str, typed: &str) -> Response {
        let page = self.form(token, Some(problem), typed);
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    }

    pub(super) fn form(&self, token: &Token, problem: Option<&str>, typed: &str) -> Response {
        let plain = self.language.plain;
        let problem = problem.map(|problem| {
            view! {
                <p class="error" role="alert">
                    <strong>{plain.not_imported}</strong>
                    " "
                    {problem.to_owned()}
                </p>
            }
        });
        let body = view! {
            <main class="sheet message">
                <h1>{plain.import}</h1>
                <p>{plain.import_why}</p>
                {problem}
                <form
                    class="import"
                    method="post"
                    action=import_path(token)
                    enctype="multipart/form-data"
                >
                    <label class="field">
                        <span>{plain.text}</span>
                        <textarea name="text" rows="10" dir="auto" autofocus inner_html=escaped(typed)></textarea>
                    </label>
                    <label class="field">
                        <span>{plain.file}</span>
                        <input type="file" name="file" accept=".md,.txt,.json,text/*,application/json"/>
                    </label>
                    <div class="choices">
                        <button class="button primary">{plain.show}</button>
                        <a class="button" href=format!("/{}", token.0)>
                            {self.language.words.back_to_list}
                        </a>
                    </div>
                </form>
            </main>
        };
        plain::page(&self.assets, self.language, plain.import, body)
    }

    /// Renders the preview, with the question whether to add it. The form carries the list. A list with
    /// items (`known` is their number) keeps its title.
    pub(super) fn preview(
        &self,
        token: &Token,
        import: &Import,
        encoding: Option<&str>,
        known: usize,
    ) -> Response {
        let Import { id, outline } = import;
        let plain = self.language.plain;
        let list = outline.to_json_line();
        if list.len() > MAX_LIST {
            return self.refused(token, &Error::TooLarge);
        }
        let amount = outline.items.len();
        let words = self.language.words;
        let question = count_in_words(words.paste_question, amount);
        let left_out = outline.title.as_ref().filter(|_| known > 0);
        let left_out = left_out.map(|title| (plain.title_left_out)(&isolated(title)));
        let body = view! {
            <main class="sheet message paste">
                <h1>{question.clone()}</h1>
                {encoding.map(|encoding| view! { <p>{(plain.read_as)(encoding)}</p> })}
                {left_out.map(|left_out| view! { <p>{left_out}</p> })}
                {self.entries(outline.items.iter().take(SHOWN as usize).cloned().collect(), amount)}
                <form
                    method="post"
                    action=import_path(token)
                    enctype="multipart/form-data"
                    autocomplete="off"
                >
                    <input type="hidden" name="import" value=id.0.to_string()/>
                    <textarea name="list" hidden inner_html=escaped(&list)></textarea>
                    <div class="choices">
                        <button class="button primary" autofocus>
                            {count_in_words(words.add_items, amount)}
                        </button>
                        <a class="button" href=import_path(token)>
                            {words.cancel}
                        </a>
                    </div>
                </form>
            </main>
        };
        plain::page(&self.assets, self.language, &question, body)
    }

    /// Renders the result, with the button to undo it.
    pub(super) fn imported(&self, token: &Token, import: ImportId, items: &Between) -> Response {
        let Language { words, plain } = self.language;
        let (amount, touched) = (items.count, items.changed);
        let title = match amount {
            0 => plain.taken_back.to_owned(),
            amount => count_in_words(words.did_add, amount),
        };
        let undo = (touched < amount).then(|| {
            view! {
                <form method="post" action=format!("/{}/imported/{}", token.0, import.0)>
                    <button class="button">{words.undo}</button>
                </form>
            }
        });
        let body = view! {
            <main class="sheet message paste">
                <h1>{title.clone()}</h1>
                {(touched > 0).then(|| view! { <p>{(plain.changed_since)(touched)}</p> })}
                {self.entries(items.first.iter().map(Entry::from).collect(), amount)}
                <div class="choices">
                    // Where the program says so once more, and offers to undo it.
                    <a class="button primary" href=format!("/{}#imported-{}", token.0, import.0)>
                        {words.to_the_list}
                    </a>
                    {undo}
                </div>
            </main>
        };
        plain::page(&self.assets, self.language, &title, body)
    }

    /// Renders the first entries, and the number of further ones.
    fn entries(&self, entries: Vec<Entry>, amount: usize) -> impl IntoView + use<> {
        let rows = entries.into_iter().map(|entry| row(self.language, entry));
        let rows = rows.collect_view();
        let more = amount.saturating_sub(SHOWN as usize);
        let more =
            (more > 0).then(|| view! { <p>{self.language.words.paste_more.number(more)}</p> });
        (amount > 0).then(|| view! { <ul>{rows}</ul> {more} })
    }
}

fn row(language: Language, entry: Entry) -> impl IntoView {
    let plain = language.plain;
    let (class, name) = match (entry.issection, entry.isdone) {
        (true, _) => ("section", None),
        (_, true) => ("completed", Some(plain.done)),
        _ => ("", None),
    };
    let words = language.words;
    let due = entry
        .due
        .map(|due| words.due_on.text(&words.due_date(&due)));
    let notes = entry.longdesc.map(|notes| shortened(&notes));
    let more: Vec<_> = name
        .map(str::to_owned)
        .into_iter()
        .chain(due)
        .chain(notes)
        .collect();
    let more = (!more.is_empty()).then(|| view! { <small>{more.join(" · ")}</small> });
    view! {
        <li class=class>
            <bdi>{entry.shortdesc}</bdi>
            " "
            {more}
        </li>
    }
}

/// Returns the beginning of an item's notes, on one line.
fn shortened(notes: &str) -> String {
    let words: Vec<_> = notes.split_whitespace().take(NOTES_SHOWN).collect();
    let line = words.join(" ");
    match line.char_indices().nth(NOTES_SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Isolates a text, so that its direction does not affect the text around it.
pub(super) fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

fn import_path(token: &Token) -> String {
    format!("/{}/import", token.0)
}
