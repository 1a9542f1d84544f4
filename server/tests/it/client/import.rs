use reqwest::{Client, redirect::Policy};

use super::{Answer, TestApp};

/// A part of a form, as a browser sends it.
pub(crate) struct Part<'a> {
    name: &'a str,
    file: Option<&'a str>,
    content: &'a [u8],
}

impl<'a> Part<'a> {
    pub(crate) fn file(content: &'a [u8]) -> Self {
        Self {
            name: "file",
            file: Some("list"),
            content,
        }
    }

    pub(crate) fn text(name: &'a str, content: &'a str) -> Self {
        Self {
            name,
            file: None,
            content: content.as_bytes(),
        }
    }
}

/// What the form of a preview carries.
#[derive(Clone)]
pub(crate) struct Preview {
    pub(crate) import: String,
    pub(crate) list: String,
}

impl Preview {
    /// Reads a preview page.
    pub(crate) fn of(page: &Answer) -> Self {
        assert_eq!(page.status, 200, "{}", page.text);
        let between = |before: &str, behind: &str| {
            let (_, rest) = page.text.split_once(before).expect("a preview");
            let (value, _) = rest.split_once(behind).expect("a preview");
            value
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
        };
        Self {
            import: between("name=\"import\" value=\"", "\""),
            list: between("name=\"list\" hidden>", "</textarea>"),
        }
    }
}

/// Sends a form, without following redirects.
pub(crate) async fn send_form(url: &str, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for part in parts {
        let (name, file) = (
            part.name,
            part.file.map(|file| format!("; filename=\"{file}\"")),
        );
        let file = file.unwrap_or_default();
        let head =
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(part.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let browser = Client::builder().redirect(Policy::none()).build();
    let request = browser
        .expect("a client")
        .post(url)
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(body);
    Answer::of(request).await
}

impl TestApp {
    pub(crate) async fn send_form(&self, path: &str, parts: &[Part<'_>]) -> Answer {
        send_form(&format!("{}{path}", self.origin), parts).await
    }

    /// Sends a file, and returns the page: a preview, or the form again.
    pub(crate) async fn preview(&self, token: &str, file: &[u8]) -> Answer {
        let parts = [Part::text("text", ""), Part::file(file)];
        self.send_form(&format!("/{token}/import"), &parts).await
    }

    /// Adds what was previewed.
    pub(crate) async fn confirm(&self, token: &str, preview: &Preview) -> Answer {
        let parts = [
            Part::text("import", &preview.import),
            Part::text("list", &preview.list),
        ];
        self.send_form(&format!("/{token}/import"), &parts).await
    }

    /// Previews and adds a file, and returns the resulting page.
    pub(crate) async fn import(&self, token: &str, file: &str) -> Answer {
        let preview = Preview::of(&self.preview(token, file.as_bytes()).await);
        let added = self.confirm(token, &preview).await;
        if added.status != 303 {
            return added;
        }
        let to = format!("/{token}/imported/{}", preview.import);
        assert_eq!(added.header("location"), to);
        self.get(&to).await
    }
}
