//! `sandbox [address] [folder]`: serves the sandbox alone, at 127.0.0.1:4001 and in memory unless told otherwise.

use std::{env, error::Error, path::Path, sync::Arc};

use sandbox::{Now, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments
        .next()
        .unwrap_or_else(|| "127.0.0.1:4001".to_owned());
    #[expect(
        clippy::disallowed_methods,
        reason = "alone, the sandbox lives in real time"
    )]
    let now: Now = Arc::new(jiff::Timestamp::now);
    let sandbox = Sandbox::new(now);
    if let Some(folder) = arguments.next() {
        sandbox.persist_to(Path::new(&folder))?;
    }
    let listener = tokio::net::TcpListener::bind(&address).await?;
    eprintln!("http://{}", listener.local_addr()?);
    axum::serve(listener, sandbox.router()).await?;
    Ok(())
}
