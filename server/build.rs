//! Rebuilds the server when the browser bundle or the migrations change, since they are embedded.

use std::{env, fs, path::PathBuf};

fn main() {
    let site =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../target/site");
    // The server also builds without a bundle. A missing folder would count as changed every time.
    if let Err(error) = fs::create_dir_all(&site) {
        println!("cargo::warning=cannot create {}: {error}", site.display());
    }
    println!("cargo::rerun-if-changed={}", site.display());
    println!("cargo::rerun-if-changed=../migrations");
    println!("cargo::rerun-if-changed=build.rs");
}
