//! The files that the browser loads besides the pages, as made by the bundle script.

mod encoding;

use std::{
    borrow::Cow,
    collections::HashMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{MAIN_SEPARATOR, Path},
    sync::Arc,
};

use app::Assets;
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use self::encoding::Encoding;

/// Release builds contain the files; debug builds read them on start.
#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Embedded;

/// The folder of generated files.
const PKG: &str = "pkg/";
/// For files whose name changes with their content: browsers may keep them forever.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For all other files: browsers must revalidate them.
const REVALIDATE: HeaderValue = HeaderValue::from_static("public, no-cache");

/// All files of the site, by path, without a leading slash.
#[derive(Clone, Debug, Default)]
pub struct Site(HashMap<String, Arc<File>>);

/// One file, in all the encodings that the bundle script wrote.
#[derive(Debug)]
struct File {
    mime: HeaderValue,
    etag: Option<HeaderValue>,
    identity: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Site {
    /// Returns the site that is built into the program.
    pub fn embedded() -> Self {
        Self::new(
            Embedded::iter()
                .filter_map(|path| Some((path.to_string(), Embedded::get(&path)?.data))),
        )
    }

    /// Reads the site from a folder.
    ///
    /// # Errors
    /// If the folder or a file in it cannot be read.
    pub fn of_folder(folder: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap_or(&path);
                    let name = name.to_string_lossy().replace(MAIN_SEPARATOR, "/");
                    files.push((name, fs::read(&path)?.into()));
                }
            }
        }
        Ok(Self::new(files))
    }

    /// Creates a site of paths and contents. `x.br` and `x.gz` are encodings of `x`.
    pub fn new(files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        let mut contents: HashMap<String, Bytes> = files
            .into_iter()
            .map(|(path, content)| match content {
                Cow::Borrowed(content) => (path, Bytes::from_static(content)),
                Cow::Owned(content) => (path, Bytes::from(content)),
            })
            .collect();
        let is_twin = |path: &str| {
            let base = path.strip_suffix(".br").or(path.strip_suffix(".gz"));
            base.is_some_and(|base| contents.contains_key(base))
        };
        let paths: Vec<String> = contents
            .keys()
            .filter(|path| !is_twin(path))
            .cloned()
            .collect();
        let files = paths.into_iter().filter_map(|path| {
            let identity = contents.remove(&path)?;
            let brotli = contents.remove(&format!("{path}.br"));
            let gzip = contents.remove(&format!("{path}.gz"));
            let file = File {
                mime: mime(&path),
                etag: etag(&path, &identity),
                identity,
                brotli,
                gzip,
            };
            Some((path, Arc::new(file)))
        });
        Self(files.collect())
    }

    /// Returns the addresses that pages link to. Without a bundle, they contain no hash.
    pub fn assets(&self) -> Assets {
        Assets {
            js: self.asset("tandem", "js"),
            wasm: self.asset("tandem_bg", "wasm"),
            css: self.asset("tandem", "css"),
            parts: self.parts(),
        }
    }

    /// Returns the paths of all WASM but the module that every page loads.
    fn parts(&self) -> Vec<String> {
        let is_part = |path: &&String| {
            let name = path.strip_prefix(PKG).unwrap_or_default();
            let is_wasm = name.rsplit('.').next() == Some("wasm");
            is_wasm && !name.starts_with("tandem_bg.")
        };
        let mut parts: Vec<_> = self.0.keys().filter(is_part).collect();
        parts.sort();
        parts.into_iter().map(|path| format!("/{path}")).collect()
    }

    fn asset(&self, stem: &str, extension: &str) -> String {
        let is_it = |name: &str| {
            let (file, ending) = name.rsplit_once('.').unwrap_or_default();
            ending == extension && file.split('.').next() == Some(stem)
        };
        let found = self
            .0
            .keys()
            .filter(|path| path.strip_prefix(PKG).is_some_and(is_it))
            .max();
        match found {
            Some(path) => format!("/{path}"),
            None => format!("/{PKG}{stem}.{extension}"),
        }
    }

    /// Routes of the files.
    pub(crate) fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.0.iter().fold(Router::new(), |router, (path, file)| {
            let file = file.clone();
            router.route(
                &format!("/{path}"),
                get(async move |headers: HeaderMap| file.respond(&headers)),
            )
        })
    }
}

impl File {
    fn respond(&self, request: &HeaderMap) -> Response {
        let encoding = Encoding::negotiate(request, |encoding| self.content(encoding).is_some());
        let content = self.content(encoding).unwrap_or(&self.identity);
        let mut response = if self.is_known_to(request) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Body::from(content.clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        match &self.etag {
            Some(etag) => {
                headers.insert(header::ETAG, etag.clone());
                headers.insert(header::CACHE_CONTROL, REVALIDATE);
            }
            None => drop(headers.insert(header::CACHE_CONTROL, IMMUTABLE)),
        }
        if response.status() != StatusCode::NOT_MODIFIED {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, self.mime.clone());
            if let Some(name) = encoding.name() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
            }
        }
        response
    }

    fn content(&self, encoding: Encoding) -> Option<&Bytes> {
        match encoding {
            Encoding::Brotli => self.brotli.as_ref(),
            Encoding::Gzip => self.gzip.as_ref(),
            Encoding::Identity => Some(&self.identity),
        }
    }

    fn is_known_to(&self, request: &HeaderMap) -> bool {
        let known = request
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        match (
            known,
            self.etag.as_ref().and_then(|etag| etag.to_str().ok()),
        ) {
            (Some(known), Some(etag)) => known.split(',').any(|known| known.trim() == etag),
            _ => false,
        }
    }
}

fn mime(path: &str) -> HeaderValue {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text = match mime.type_() {
        mime_guess::mime::TEXT => format!("{mime}; charset=utf-8"),
        _ => mime.to_string(),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Returns the `ETag` of a file, or `None` if its name contains a hash of its content, such as
/// `pkg/tandem.0123456789ab.js`. The tag is weak, since all encodings share it.
fn etag(path: &str, content: &[u8]) -> Option<HeaderValue> {
    let is_hash = |part: &str| {
        part.len() >= 8
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let mut parts = path
        .strip_prefix(PKG)
        .into_iter()
        .flat_map(|name| name.rsplit('.'))
        .skip(1);
    if parts.next().is_some_and(is_hash) && parts.next().is_some() {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Site;

    #[test]
    fn a_folder_is_a_site() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("pkg")).expect("a folder in it");
        for path in ["pkg/tandem.0123456789ab.js", "service-worker.js"] {
            fs::write(folder.path().join(path), path).expect("a file in it");
        }
        let site = Site::of_folder(folder.path()).expect("a site");
        assert_eq!(site.assets().js, "/pkg/tandem.0123456789ab.js");
        assert_eq!(site.0["service-worker.js"].identity, "service-worker.js");
        assert!(Site::of_folder(&folder.path().join("nowhere")).is_err());
    }

    #[test]
    fn pages_link_to_the_files_that_there_are() {
        let files = [
            "pkg/tandem.0123456789ab.js",
            "pkg/tandem.0123456789ab.js.br",
            "pkg/tandem_bg.wasm",
            "pkg/split_panels.0123456789ab.wasm",
            "pkg/split_panels.0123456789ab.wasm.br",
        ];
        let site = Site::new(files.map(|path| (path.to_owned(), b"".into())));
        assert_eq!(site.assets().js, "/pkg/tandem.0123456789ab.js");
        assert_eq!(site.assets().wasm, "/pkg/tandem_bg.wasm");
        assert_eq!(site.assets().css, "/pkg/tandem.css");
        assert_eq!(site.assets().parts, ["/pkg/split_panels.0123456789ab.wasm"]);
    }
}
