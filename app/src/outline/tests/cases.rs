//! Texts as people and programs write them, and what they mean.

use super::*;

/// Asserts that a text is a list of these entries, without a title.
fn is(text: &str, entries: &[Entry]) {
    let outline = read(text);
    assert_eq!(outline.title, None, "{text:?}");
    assert_eq!(outline.items, entries, "{text:?}");
}

/// Asserts that a text is a list of open items with these titles and nothing else.
fn are(text: &str, titles: &[&str]) {
    is(
        text,
        &titles.iter().map(|title| item(title)).collect::<Vec<_>>(),
    );
}

#[test]
fn bullets_are_removed() {
    are(
        "- milk\n* bread\n+ salt\n• jam\n– tea\n— oil\n◦ rice\n·\teggs\n‣ figs\n▪ nuts",
        &[
            "milk", "bread", "salt", "jam", "tea", "oil", "rice", "eggs", "figs", "nuts",
        ],
    );
    are("- milk\n-\n- \n*\n\n- bread", &["milk", "bread"]);
}

#[test]
fn what_only_looks_like_a_mark_stays() {
    for text in [
        "-5 degrees",
        "–5 degrees",
        "1.5 l milk",
        "2026. A year",
        "*important*",
        "**important**",
        "3 eggs",
        "+49 30 1234",
        "#1 of all",
        "#hashtag",
        "[x](https://example.org)",
        "[ ][reference]",
        "[sic]",
        "--verbose",
        "C:\\temp",
        "\\\\server\\share",
        "a - b",
    ] {
        are(text, &[text]);
    }
}

#[test]
fn checkboxes_say_what_is_done() {
    is(
        "- [ ] milk\n- [x] bread\n* [X] salt\n[x] tea\n[ ] jam\n[] oil\n-  [x]  rice\n1. [ ] figs",
        &[
            item("milk"),
            done("bread"),
            done("salt"),
            done("tea"),
            item("jam"),
            item("oil"),
            done("rice"),
            item("1. [ ] figs"),
        ],
    );
    is(
        "☐ milk\n☑ bread\n✓ salt\n✔ tea\n✔\u{fe0f} jam\n☒ oil\n- ☑ rice\n• ☐ figs\n☐\u{fe0e} nuts",
        &[
            item("milk"),
            done("bread"),
            done("salt"),
            done("tea"),
            done("jam"),
            done("oil"),
            done("rice"),
            item("figs"),
            item("nuts"),
        ],
    );
}

#[test]
fn a_number_is_a_mark_only_in_a_numbered_list() {
    for (text, titles) in [
        ("1. milk\n2. bread\n3. salt", &["milk", "bread", "salt"][..]),
        ("1) milk\n2) bread", &["milk", "bread"]),
        ("  1. milk\n  2. bread", &["milk", "bread"]),
        ("1. milk\n\n2. bread", &["milk", "bread"]),
        ("1. milk\nplain\n2. bread", &["milk", "plain", "bread"]),
        ("1. a\n2. b\n1. c\n2. d", &["a", "b", "c", "d"]),
        ("1. a\n  1. b\n  2. c\n2. d", &["a", "b", "c", "d"]),
        ("1. [ ] a\n2. [ ] b", &["a", "b"]),
        ("8. a\n9. b", &["8. a", "9. b"]),
        ("1. a", &["1. a"]),
        ("1. a\nb", &["1. a", "b"]),
        ("1. a\n3. b", &["1. a", "3. b"]),
        ("2. a\n1. b", &["2. a", "1. b"]),
        ("1. a\n1. b", &["1. a", "1. b"]),
        ("23) tea\nmilk", &["23) tea", "milk"]),
        (
            "18. September: parents' evening\nmilk",
            &["18. September: parents' evening", "milk"],
        ),
        (
            "18. September: parents' evening\n19. September: trip",
            &["18. September: parents' evening", "19. September: trip"],
        ),
        (
            "1. Mai: Ausflug\n2. Mai: frei",
            &["1. Mai: Ausflug", "2. Mai: frei"],
        ),
        (
            "1. März\n2. März\n3. März",
            &["1. März", "2. März", "3. März"],
        ),
        (
            "1. 12. backen\n2. 12. basteln",
            &["1. 12. backen", "2. 12. basteln"],
        ),
        ("1. 1.5 l milk\n2. 2 l water", &["1.5 l milk", "2 l water"]),
        ("1. Marmalade\n2. Majoran", &["Marmalade", "Majoran"]),
        (
            "1. milk\n24. Dezember: Baum\n2. bread",
            &["milk", "24. Dezember: Baum", "bread"],
        ),
        ("99999999999. a\n1. b\n2. c", &["99999999999. a", "b", "c"]),
    ] {
        are(text, titles);
    }
}

#[test]
fn marks_may_follow_invisible_characters() {
    is(
        "\u{feff}- milk\n\u{200e}- bread\n\u{feff}[x] salt\n\u{200f}☑ tea\n\u{200b}• jam\n\u{2066}- [ ] oil",
        &[
            item("milk"),
            item("bread"),
            done("salt"),
            done("tea"),
            item("jam"),
            item("oil"),
        ],
    );
    is(
        "\u{200e}1. milk\n\u{200e}2. bread\n\u{200e}# Fruit\n# Dairy",
        &[
            item("milk"),
            item("bread"),
            section("Fruit"),
            section("Dairy"),
        ],
    );
    are(
        "milk\n\u{200b}\n\u{200e}\u{200f}\n- \u{2800}\n[x] \u{ad}\nbread",
        &["milk", "bread"],
    );
}

#[test]
fn every_end_of_a_line_ends_an_entry() {
    for end in [
        "\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}",
    ] {
        are(
            &format!("- milk{end}- bread{end}{end}salt{end}"),
            &["milk", "bread", "salt"],
        );
    }
}

#[test]
fn one_heading_at_the_start_is_the_title_and_others_are_sections() {
    let outline = read("# Shop\n- milk\n## Fruit\n- figs");
    assert_eq!(outline.title.as_deref(), Some("Shop"));
    assert_eq!(
        outline.items,
        [item("milk"), section("Fruit"), item("figs")]
    );
    is(
        "# Dairy\n- milk\n# Fruit ###\n###### Deep\n####### none",
        &[
            section("Dairy"),
            item("milk"),
            section("Fruit ###"),
            section("Deep"),
            item("####### none"),
        ],
    );
    is(
        "- milk\n# Fruit\nfigs",
        &[item("milk"), section("Fruit"), item("figs")],
    );
}

#[test]
fn underlines_make_titles_and_are_not_items() {
    for underline in ["===", "=========="] {
        let outline = read(&format!("Shop\n{underline}\n- milk"));
        assert_eq!(outline.title.as_deref(), Some("Shop"));
        assert_eq!(outline.items, [item("milk")]);
    }
    is(
        "- milk\n\nFruit\n-----\n- figs\n\nNuts\n====\n- almonds",
        &[
            item("milk"),
            section("Fruit"),
            item("figs"),
            section("Nuts"),
            item("almonds"),
        ],
    );
}

#[test]
fn rules_are_not_items() {
    are(
        "milk\nbread\n---\nsalt\n***\ntea\n* * *\n- - -\n___\n-------------\n- jam\n---\n=====",
        &["milk", "bread", "salt", "tea", "jam"],
    );
    are("---\nmilk\n---\nbread", &["milk", "bread"]);
}

#[test]
fn front_matter_is_not_an_item() {
    let outline = read("---\ntitle: Shop\ntags:\n  - food\n\n# remark\n---\n# Shop\n- milk");
    assert_eq!(outline.title.as_deref(), Some("Shop"));
    assert_eq!(outline.items, [item("milk")]);
    are("---\ntitle: Shop\n...\n- milk", &["milk"]);
    are("---\ntitle: Shop\n- milk", &["title: Shop", "milk"]);
    are(
        "---\nMilk: 2 l\nEggs: 6\n---\nbread",
        &["Milk: 2 l", "Eggs: 6", "bread"],
    );
    are("- milk\n---\ntitle: Shop\n---\n", &["milk", "title: Shop"]);
}

#[test]
fn fenced_text_is_notes_without_the_fence() {
    is(
        "- build it\n  ```sh\n  - make\n\n    make test\n  # all\n  ```\n- ship it\n~~~\n1. no\n```\n2. no\n~~~~\n- rest",
        &[
            noted(item("build it"), "- make\n\n  make test\n# all"),
            noted(item("ship it"), "1. no\n```\n2. no"),
            item("rest"),
        ],
    );
    // A title alone stands before it: the list itself is fenced.
    let outline = read("# Shop\n---\n```\n1. milk\n2. bread\n```");
    assert_eq!(outline.items, [item("milk"), item("bread")]);
    // Nothing stands before it: the list itself is fenced.
    are(
        "```\n- milk\n- bread\n```\n- salt",
        &["milk", "bread", "salt"],
    );
    are(
        "- milk\n```\n- bread\n1. salt\n2. tea",
        &["milk", "bread", "salt", "tea"],
    );
    are(
        "- milk\n```inline``` code\n````",
        &["milk", "```inline``` code"],
    );
}

#[test]
fn a_fence_that_is_never_closed_is_a_line_like_others() {
    are(
        "~~~ weekend\nmilk\nbread",
        &["~~~ weekend", "milk", "bread"],
    );
    are(
        "~~~ weekend ~~~\nmilk\n```sh\nbread",
        &["~~~ weekend ~~~", "milk", "```sh", "bread"],
    );
    is(
        "~~~ weekend ~~~\nmilk\n```\nthe oat one\n```",
        &[item("~~~ weekend ~~~"), noted(item("milk"), "the oat one")],
    );
}

#[test]
fn indented_text_below_an_entry_is_its_notes() {
    is(
        "milk\n  the oat one\n\ttwo of it\nbread\n- salt\n    - sea\n      fine\n    - rock\n",
        &[
            noted(item("milk"), "the oat one\ntwo of it"),
            item("bread"),
            item("salt"),
            noted(item("sea"), "fine"),
            item("rock"),
        ],
    );
    // All of it is indented, as a copy out of a page may be.
    are("    milk\n    bread\n  salt", &["milk", "bread", "salt"]);
    is(
        "- trip\n  18. September: leave\n  # 3 of us",
        &[noted(item("trip"), "18. September: leave\n# 3 of us")],
    );
}

#[test]
fn dates_at_the_end_are_parsed_in_either_language() {
    let due = |text: &str, day: &str| Entry {
        due: Some(day.to_owned()),
        ..item(text)
    };
    is(
        "- cake (due 2026-11-24)\nBrot (fällig 24.11.2026)\n- tea (due 2026-02-30)\n- \\(due 2026-11-24)",
        &[
            due("cake", "2026-11-24"),
            due("Brot", "2026-11-24"),
            item("tea (due 2026-02-30)"),
            item("(due 2026-11-24)"),
        ],
    );
}

#[test]
fn backslashes_are_removed_only_after_a_mark() {
    are(
        "- \\*literal\\*\n- C:\\temp\nC:\\(x86)\n\\\\server\\share\n- two\\↵lines",
        &[
            "*literal*",
            "C:\\temp",
            "C:\\(x86)",
            "\\\\server\\share",
            "two\nlines",
        ],
    );
}

#[test]
fn one_line_is_read_by_its_marks_alone() {
    let item = |text: &str| Some(ItemPatch::shortdesc(text));
    let done = |text: &str| {
        let done = ItemPatch::isdone(true);
        Some(ItemPatch {
            shortdesc: Some(text.to_owned()),
            ..done
        })
    };
    for (typed, wanted) in [
        ("- [ ] milk", item("milk")),
        ("[ ] milk ", item("milk")),
        ("- [x] milk", done("milk")),
        ("[X] milk", done("milk")),
        ("☑ milk", done("milk")),
        ("✓ milk", done("milk")),
        ("- milk", item("milk")),
        ("• milk", item("milk")),
        ("# Dairy", Some(ItemPatch::section("Dairy"))),
        (
            "18. September: parents' evening",
            item("18. September: parents' evening"),
        ),
        ("1. milk", item("1. milk")),
        ("milk (due 2026-11-24)", item("milk (due 2026-11-24)")),
        ("C:\\*", item("C:\\*")),
        ("- C:\\*", item("C:\\*")),
        ("-5 degrees", item("-5 degrees")),
        ("-", None),
        ("[ ]", None),
        (" ", None),
    ] {
        assert_eq!(read_line(typed), wanted, "{typed:?}");
    }
}
