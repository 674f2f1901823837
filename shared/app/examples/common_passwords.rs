//! Writes the list of passwords that many people use anew: `cargo run -p app --example common_passwords <file with one password on each line>`

use std::path::Path;

fn main() -> anyhow::Result<()> {
    let source = std::env::args_os()
        .nth(1)
        .ok_or_else(|| anyhow::anyhow!("name a file with one password on each line"))?;
    let passwords = String::from_utf8_lossy(&std::fs::read(source)?).into_owned();
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/auth/passwords/common.bin");
    std::fs::write(list, app::auth::passwords::fingerprints(&passwords))?;
    Ok(())
}
