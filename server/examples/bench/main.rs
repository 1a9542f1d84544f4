//! Measures the server on this machine: `make bench`.
//!
//! Two figures matter. How many pushes a second are durable, with 64 writers at once, beside one
//! commit for each on the same file; and what an idle socket costs in memory.

mod writes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(writes::run())?;
    Ok(())
}
