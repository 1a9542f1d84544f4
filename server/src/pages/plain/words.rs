//! What only pages without a script say. The words of all others are the app's.

/// The words of one language.
pub(crate) struct PlainWords {
    pub(crate) import: &'static str,
    pub(crate) import_why: &'static str,
    pub(crate) text: &'static str,
    pub(crate) file: &'static str,
    pub(crate) look: &'static str,
    pub(crate) no_text: &'static str,
    pub(crate) read_as: fn(&str) -> String,
    pub(crate) add_question: fn(usize) -> String,
    pub(crate) add: fn(usize) -> String,
    pub(crate) and_more: fn(usize) -> String,
    pub(crate) title_left_out: fn(&str) -> String,
    pub(crate) cancel: &'static str,
    pub(crate) added: fn(usize) -> String,
    pub(crate) changed_since: fn(usize) -> String,
    pub(crate) taken_back: &'static str,
    pub(crate) undo: &'static str,
    pub(crate) open_list: &'static str,
    pub(crate) back: &'static str,
    pub(crate) back_to_page: &'static str,
    pub(crate) not_imported: &'static str,
    pub(crate) nothing_found: &'static str,
    pub(crate) keeps_typed: &'static str,
    pub(crate) not_saved: &'static str,
    pub(crate) print_hint: &'static str,
    pub(crate) scan: &'static str,
    pub(crate) open: &'static str,
    pub(crate) done: &'static str,
    /// The day is put behind it.
    pub(crate) due: &'static str,
    pub(crate) nothing_here: &'static str,
    pub(crate) too_many: &'static str,
    pub(crate) foreign: &'static str,
    /// An address is put at its gap.
    pub(crate) foreign_remedy: &'static str,
}

impl PlainWords {
    /// Why a form of a page at this origin is not taken, and what its server's operator can do.
    pub(crate) fn foreign(&self, origin: Option<&str>) -> String {
        let remedy = origin.map(|origin| self.foreign_remedy.replacen("{}", origin, 1));
        format!("{}{}", self.foreign, remedy.unwrap_or_default())
    }
}

/// The words of a language, by its tag; the English ones for those that there are not.
pub(crate) fn of_language(lang: &str) -> &'static PlainWords {
    match lang {
        "de" => &DE,
        _ => &EN,
    }
}

const EN: PlainWords = PlainWords {
    import: "Import items",
    import_why: "Markdown, plain text and JSON, as this list exports them, or simply a line per item: “- [x]” is ticked, “#” begins a section, “(due 2026-11-24)” at the end is a date, and what is indented is a note. You see the items before they are added.",
    text: "Text",
    file: "Or a file",
    look: "Show the items",
    no_text: "This file is not text. Save it as plain text, Markdown or JSON, and choose it again.",
    read_as: |encoding| {
        format!("Read as {encoding}. If letters look wrong here, save the file as UTF-8.")
    },
    add_question: |items| match items {
        1 => "Add 1 item?".to_owned(),
        _ => format!("Add {items} items?"),
    },
    add: |items| match items {
        1 => "Add 1 item".to_owned(),
        _ => format!("Add {items} items"),
    },
    and_more: |items| format!("… and {items} more"),
    title_left_out: |title| format!("The title “{title}” is left out: this list has its own."),
    cancel: "Cancel",
    added: |items| match items {
        1 => "1 item added".to_owned(),
        _ => format!("{items} items added"),
    },
    changed_since: |items| match items {
        1 => "Someone has changed one of them since; undo leaves it as it is.".to_owned(),
        _ => format!("Someone has changed {items} of them since; undo leaves these as they are."),
    },
    taken_back: "Nothing of this import is on the list",
    undo: "Undo",
    open_list: "Open the list",
    back: "Back to the list",
    back_to_page: "Back to the page",
    not_imported: "Nothing was added",
    nothing_found: "We found no items in that text.",
    keeps_typed: "Your browser’s way back brings back what you typed.",
    not_saved: "That was not saved",
    print_hint: "This page is made to be printed: Ctrl+P, or ⌘P.",
    scan: "The list itself:",
    open: "open",
    done: "done",
    due: "due",
    nothing_here: "Nothing here yet.",
    too_many: "Too many changes came from your network in a short time. Please wait a moment and try again.",
    foreign: "This server doesn’t recognise the address of the page you came from, so it takes no changes from there.",
    foreign_remedy: " If this is your server, start it with --public-url {} or have its proxy pass on the Host header.",
};

const DE: PlainWords = PlainWords {
    import: "Einträge importieren",
    import_why: "Markdown, Text und JSON, wie diese Liste sie exportiert, oder einfach eine Zeile je Eintrag: „- [x]“ ist abgehakt, „#“ beginnt einen Abschnitt, „(fällig 24.11.2026)“ am Ende ist ein Datum, und was eingerückt ist, ist eine Notiz. Sie sehen die Einträge, bevor sie hinzugefügt werden.",
    text: "Text",
    file: "Oder eine Datei",
    look: "Einträge ansehen",
    no_text: "Diese Datei ist kein Text. Speichern Sie sie als reinen Text, Markdown oder JSON, und wählen Sie sie noch einmal aus.",
    read_as: |encoding| {
        format!(
            "Gelesen als {encoding}. Wenn Buchstaben hier falsch aussehen, speichern Sie die Datei als UTF-8."
        )
    },
    add_question: |items| match items {
        1 => "1 Eintrag hinzufügen?".to_owned(),
        _ => format!("{items} Einträge hinzufügen?"),
    },
    add: |items| match items {
        1 => "1 Eintrag hinzufügen".to_owned(),
        _ => format!("{items} Einträge hinzufügen"),
    },
    and_more: |items| format!("… und {items} weitere"),
    title_left_out: |title| {
        format!("Der Titel „{title}“ fällt weg: Diese Liste hat ihren eigenen.")
    },
    cancel: "Abbrechen",
    added: |items| match items {
        1 => "1 Eintrag hinzugefügt".to_owned(),
        _ => format!("{items} Einträge hinzugefügt"),
    },
    changed_since: |items| match items {
        1 => "Jemand hat einen davon inzwischen geändert; „Rückgängig“ lässt ihn, wie er ist."
            .to_owned(),
        _ => format!(
            "Jemand hat {items} davon inzwischen geändert; „Rückgängig“ lässt sie, wie sie sind."
        ),
    },
    taken_back: "Von diesem Import ist nichts auf der Liste",
    undo: "Rückgängig",
    open_list: "Zur Liste",
    back: "Zurück zur Liste",
    back_to_page: "Zurück zur Seite",
    not_imported: "Es wurde nichts hinzugefügt",
    nothing_found: "In diesem Text haben wir keine Einträge gefunden.",
    keeps_typed: "Mit „Zurück“ im Browser ist wieder da, was getippt war.",
    not_saved: "Das wurde nicht gespeichert",
    print_hint: "Diese Seite ist zum Drucken da: Strg+P oder ⌘P.",
    scan: "Die Liste selbst:",
    open: "offen",
    done: "erledigt",
    due: "fällig",
    nothing_here: "Hier ist noch nichts.",
    too_many: "Aus Ihrem Netz kamen in kurzer Zeit zu viele Änderungen. Bitte warten Sie einen Moment und versuchen Sie es dann noch einmal.",
    foreign: "Dieser Server erkennt die Adresse der Seite nicht wieder, von der Sie kommen, und nimmt von dort keine Änderungen an.",
    foreign_remedy: " Wenn es Ihr Server ist, starten Sie ihn mit --public-url {} oder lassen Sie den Proxy den Host-Header weitergeben.",
};
