//! What only pages without a script say. Everything else they say in the app's words.

/// The texts in one language.
pub(crate) struct PlainWords {
    pub(crate) import: &'static str,
    pub(crate) import_why: &'static str,
    pub(crate) text: &'static str,
    pub(crate) file: &'static str,
    pub(crate) show: &'static str,
    pub(crate) no_text: &'static str,
    pub(crate) read_as: fn(&str) -> String,
    pub(crate) title_left_out: fn(&str) -> String,
    pub(crate) changed_since: fn(usize) -> String,
    pub(crate) taken_back: &'static str,
    pub(crate) back_to_page: &'static str,
    pub(crate) not_imported: &'static str,
    pub(crate) nothing_found: &'static str,
    pub(crate) keeps_typed: &'static str,
    pub(crate) not_saved: &'static str,
    pub(crate) print: &'static str,
    pub(crate) open_this_list: &'static str,
    pub(crate) links: &'static str,
    pub(crate) links_why: &'static str,
    pub(crate) edit_link: &'static str,
    pub(crate) edit_link_why: &'static str,
    pub(crate) new_edit_link: &'static str,
    pub(crate) view_link: &'static str,
    pub(crate) view_link_why: &'static str,
    pub(crate) new_view_link: &'static str,
    pub(crate) new_link_why: &'static str,
    pub(crate) to_do: &'static str,
    pub(crate) done: &'static str,
    pub(crate) too_many: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) foreign: &'static str,
    /// An address is put at its gap.
    pub(crate) foreign_remedy: &'static str,
}

impl PlainWords {
    /// Why a form of a page at this origin is not accepted, and what its server's operator can do.
    pub(crate) fn foreign(&self, origin: Option<&str>) -> String {
        let remedy = origin.map(|origin| self.foreign_remedy.replacen("{}", origin, 1));
        format!("{}{}", self.foreign, remedy.unwrap_or_default())
    }
}

/// Returns the words of a language by its tag, and falls back to English.
pub(crate) fn of_language(lang: &str) -> &'static PlainWords {
    match lang {
        "de" => &DE,
        _ => &EN,
    }
}

const EN: PlainWords = PlainWords {
    import: "Import items",
    import_why: "Use Markdown, plain text or JSON as exported from a list, or simply one item per line: “- [x]” means ticked, “#” starts a section, “(due 2026-11-24)” at the end sets a date, and indented lines are notes. You’ll see the items before they are added.",
    text: "Text",
    file: "Or a file",
    show: "Show the items",
    no_text: "This file is not text. Save it as plain text, Markdown or JSON and choose it again.",
    read_as: |encoding| {
        format!("Read as {encoding}. If letters look wrong here, save the file as UTF-8.")
    },
    title_left_out: |title| format!("The title “{title}” is left out: this list has its own."),
    changed_since: |items| match items {
        1 => "Someone has changed one of them since; Undo leaves it as it is.".to_owned(),
        _ => format!("Someone has changed {items} of them since; Undo leaves those as they are."),
    },
    taken_back: "Nothing from this import is on the list",
    back_to_page: "Back to the page",
    not_imported: "Nothing was added",
    nothing_found: "We found no items in that text.",
    keeps_typed: "Go back in your browser; your text is still there.",
    not_saved: "That wasn’t saved",
    print: "Print",
    open_this_list: "Open this list:",
    links: "Links",
    links_why: "A list opens by its link alone: share the one that fits.",
    edit_link: "Can edit",
    edit_link_why: "Anyone with this link can view and edit the list, replace its links, and delete it.",
    new_edit_link: "New edit link",
    view_link: "View only",
    view_link_why: "Anyone with this link can follow the list live, but can’t change it, see deleted items, or find the edit link.",
    new_view_link: "New view link",
    new_link_why: "A new link replaces the old one at once, for everyone who has it. This device carries on with the new one.",
    to_do: "to do",
    done: "done",
    busy: "The server is busy right now. Please try again in a few seconds.",
    too_many: "Too many requests came from your network in a short time. Please wait a moment and try again.",
    foreign: "This server doesn’t recognise the address of the page you came from, so it doesn’t accept changes from there.",
    foreign_remedy: " If this is your server, start it with --public-url {} or have its proxy pass on the Host header.",
};

const DE: PlainWords = PlainWords {
    import: "Einträge importieren",
    import_why: "Markdown, Text oder JSON aus einem Export, oder einfach ein Eintrag pro Zeile: „- [x]“ heißt abgehakt, „#“ beginnt einen Abschnitt, „(fällig 24.11.2026)“ am Ende ist ein Datum, und eingerückte Zeilen sind Notizen. Sie sehen die Einträge, bevor sie hinzugefügt werden.",
    text: "Text",
    file: "Oder eine Datei",
    show: "Einträge ansehen",
    no_text: "Diese Datei ist kein Text. Speichern Sie sie als reinen Text, Markdown oder JSON und wählen Sie sie noch einmal aus.",
    read_as: |encoding| {
        format!(
            "Gelesen als {encoding}. Wenn Buchstaben hier falsch aussehen, speichern Sie die Datei als UTF-8."
        )
    },
    title_left_out: |title| {
        format!("Der Titel „{title}“ fällt weg: Diese Liste hat ihren eigenen.")
    },
    changed_since: |items| match items {
        1 => "Jemand hat einen davon inzwischen geändert; „Rückgängig“ lässt ihn, wie er ist."
            .to_owned(),
        _ => format!(
            "Jemand hat {items} davon inzwischen geändert; „Rückgängig“ lässt sie, wie sie sind."
        ),
    },
    taken_back: "Von diesem Import ist nichts auf der Liste",
    back_to_page: "Zurück zur Seite",
    not_imported: "Es wurde nichts hinzugefügt",
    nothing_found: "In diesem Text haben wir keine Einträge gefunden.",
    keeps_typed: "Über „Zurück“ im Browser finden Sie Ihren Text wieder.",
    not_saved: "Das wurde nicht gespeichert",
    print: "Drucken",
    open_this_list: "Zur Liste:",
    links: "Links",
    links_why: "Eine Liste öffnet sich allein über ihren Link: Teilen Sie den, der passt.",
    edit_link: "Bearbeiten",
    edit_link_why: "Wer diesen Link hat, kann die Liste ansehen und bearbeiten, ihre Links ersetzen und sie löschen.",
    new_edit_link: "Neuer Bearbeitungslink",
    view_link: "Nur ansehen",
    view_link_why: "Wer diesen Link hat, kann die Liste live verfolgen, aber nichts ändern, keine gelöschten Einträge sehen und den Bearbeitungslink nicht herausfinden.",
    new_view_link: "Neuer Ansichtslink",
    new_link_why: "Ein neuer Link ersetzt den alten sofort, für alle, die ihn haben. Dieses Gerät macht mit dem neuen weiter.",
    to_do: "offen",
    done: "erledigt",
    busy: "Der Server ist gerade ausgelastet. Bitte versuchen Sie es in ein paar Sekunden noch einmal.",
    too_many: "Aus Ihrem Netz kamen in kurzer Zeit zu viele Anfragen. Bitte warten Sie einen Moment und versuchen Sie es dann noch einmal.",
    foreign: "Dieser Server kennt die Adresse der Seite nicht, von der Sie kommen, und nimmt von dort keine Änderungen an.",
    foreign_remedy: " Wenn es Ihr Server ist, starten Sie ihn mit --public-url {} oder lassen Sie den Proxy den Host-Header weitergeben.",
};
