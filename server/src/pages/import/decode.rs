//! Decodes files to text, whatever program wrote them.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// A decoded file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// The name of its encoding: <https://encoding.spec.whatwg.org/#names-and-labels>.
    pub(super) encoding: &'static str,
}

/// Decodes a file: by its byte order mark, else as UTF-8, else in the most likely legacy encoding.
/// Returns `None` if it is not text.
pub(super) fn decode(bytes: Vec<u8>) -> Option<Decoded> {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return decoded(&bytes[mark..], encoding);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => {
            let is_text = !text.contains('\0');
            return is_text.then_some(Decoded {
                text,
                encoding: UTF_8.name(),
            });
        }
        Err(error) => error.into_bytes(),
    };
    if bytes.iter().any(|byte| is_binary(*byte)) {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes, true);
    decoded(&bytes, detector.guess(None, Utf8Detection::Deny))
}

fn decoded(bytes: &[u8], encoding: &'static Encoding) -> Option<Decoded> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    (!text.contains('\0')).then(|| Decoded {
        text: text.into_owned(),
        encoding: encoding.name(),
    })
}

/// Whether a byte occurs in no text of a legacy encoding: a control character that ends neither a
/// line nor a file, and does not switch the encoding.
fn is_binary(byte: u8) -> bool {
    let is_known = matches!(byte, b'\t'..=b'\r' | 0x1a | 0x1b | b' '..);
    !is_known || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<(String, &'static str)> {
        decode(bytes.to_vec()).map(|it| (it.text, it.encoding))
    }

    #[test]
    fn a_byte_order_mark_names_the_encoding() {
        let utf_16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}- Käse\r\n- 🧀"
                .encode_utf16()
                .flat_map(order)
                .collect()
        };
        let text = "- Käse\r\n- 🧀".to_owned();
        assert_eq!(
            read(&utf_16(u16::to_le_bytes)),
            Some((text.clone(), "UTF-16LE"))
        );
        assert_eq!(read(&utf_16(u16::to_be_bytes)), Some((text, "UTF-16BE")));
        assert_eq!(
            read("\u{feff}Käse".as_bytes()),
            Some(("Käse".to_owned(), "UTF-8"))
        );
    }

    #[test]
    fn what_is_utf_8_is_read_as_that() {
        for text in [
            "",
            "milk",
            "Käse, ½ l — “Öl”",
            "молоко",
            "牛乳",
            "\u{1}\u{1f}",
        ] {
            assert_eq!(read(text.as_bytes()), Some((text.to_owned(), "UTF-8")));
        }
    }

    #[test]
    fn legacy_encodings_are_detected_by_their_content() {
        for (encoding, text) in [
            (
                encoding_rs::WINDOWS_1252,
                "- Käse für Jörg\r\n- Äpfel, süß\r\n- Brötchen €\r\n",
            ),
            (
                encoding_rs::WINDOWS_1251,
                "- молоко и хлеб\r\n- яблоки для бабушки\r\n",
            ),
            (
                encoding_rs::SHIFT_JIS,
                "- 牛乳を買う\r\n- パンとりんご\r\n- お茶を飲みたい\r\n",
            ),
            (
                encoding_rs::ISO_8859_7,
                "- γάλα και ψωμί\r\n- μήλα για τη γιαγιά\r\n",
            ),
            (
                encoding_rs::GBK,
                "- 买牛奶和面包\r\n- 苹果给奶奶\r\n- 今天下午去学校\r\n",
            ),
        ] {
            let (bytes, _, _) = encoding.encode(text);
            let read = read(&bytes).unwrap_or_default();
            assert_eq!(read.0, text, "{} was read as {}", encoding.name(), read.1);
        }
    }

    #[test]
    fn binary_files_are_refused() {
        let picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";
        let packed = b"\x1f\x8b\x08\x04\xff\xfe\x02";
        let plain: Vec<u8> = "- milk".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&b"\xff\xfe"[..], &plain, b"\0\0"].concat();
        for bytes in [
            &picture[..],
            packed,
            b"mi\0lk",
            &plain,
            &marked,
            b"\xe9\x01",
            b"\xe9\x7f",
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
