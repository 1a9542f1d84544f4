//! The browser bundle and the migrations are embedded, so new ones make a new server.

use std::{env, fs, path::PathBuf};

fn main() {
    let site =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../target/site");
    // Without a bundle the server is built all the same. A folder that does not exist would count as
    // changed each time.
    if let Err(error) = fs::create_dir_all(&site) {
        println!("cargo::warning=cannot create {}: {error}", site.display());
    }
    println!("cargo::rerun-if-changed={}", site.display());
    println!("cargo::rerun-if-changed=../migrations");
    println!("cargo::rerun-if-changed=build.rs");
}
