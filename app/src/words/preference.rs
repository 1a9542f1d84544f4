//! Preference lists of HTTP headers (RFC 9110, section 12.4.2).

/// Returns the items of a list such as `de, en;q=0.9`, each with its weight in thousandths. Ignores
/// white space and case. A weight that cannot be parsed is 0.
pub fn weighted(list: &str) -> impl Iterator<Item = (&str, u16)> {
    let items = list.split(',').map(weighted_item);
    items.filter(|(name, _)| !name.is_empty())
}

fn weighted_item(item: &str) -> (&str, u16) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let weight = match weight.map(str::parse::<f32>) {
        None => 1.0,
        Some(weight) => weight.unwrap_or(0.0).clamp(0.0, 1.0),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000; what is no number is 0"
    )]
    (name, (weight * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_have_weights_however_they_are_spaced() {
        let cases: [(&str, &[(&str, u16)]); 8] = [
            ("", &[]),
            ("de", &[("de", 1000)]),
            ("de; q=0.9, en; q=0.8", &[("de", 900), ("en", 800)]),
            ("de;q=0.9,en ; Q = 0.8", &[("de", 900), ("en", 800)]),
            ("br;level=1;q=0.5,\t*;q=0", &[("br", 500), ("*", 0)]),
            (", ,gzip,", &[("gzip", 1000)]),
            (
                "a;q=2, b;q=-1, c;q=1.000",
                &[("a", 1000), ("b", 0), ("c", 1000)],
            ),
            ("a;q=much, b;q=, c;q=nan", &[("a", 0), ("b", 0), ("c", 0)]),
        ];
        for (list, expected) in cases {
            assert_eq!(weighted(list).collect::<Vec<_>>(), expected, "{list}");
        }
    }
}
