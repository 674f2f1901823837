//! Where a stack keeps its data: in memory, or in a folder that the next start finds again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use sandbox::Sandbox;

use crate::dynamodb;
use crate::stack::Options;
use crate::state::State;

const DATABASE_FILE: &str = "dynamodb.db";
const STATE_FILE: &str = "state.db";
const SANDBOX_FOLDER: &str = "sandbox";
const OBJECTS_FOLDER: &str = "objects";

/// Where data is kept.
#[derive(Debug, Clone)]
pub enum Data {
    /// In memory, until the stack is dropped.
    Memory,
    /// In a folder, where the next start finds it again.
    Folder(PathBuf),
}

/// Opens the tables, and the state of everything else.
pub(crate) fn open_data(options: &Options) -> Result<(dynoxide::Database, Arc<State>)> {
    match &options.data {
        Data::Memory => {
            let database = dynamodb::open(None, &options.clock)?;
            Ok((database, Arc::new(State::memory())))
        }
        Data::Folder(folder) => {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create the data folder {}", folder.display()))?;
            let state = State::open(&folder.join(STATE_FILE))?;
            let database = dynamodb::open(Some(&folder.join(DATABASE_FILE)), &options.clock)?;
            Ok((database, Arc::new(state)))
        }
    }
}

/// Where the bytes of files are kept; nowhere for data in memory.
pub(crate) fn objects_folder(options: &Options) -> Option<PathBuf> {
    match &options.data {
        Data::Memory => None,
        Data::Folder(folder) => Some(folder.join(OBJECTS_FOLDER)),
    }
}

/// Opens the sandbox.
pub(crate) fn open_sandbox(options: &Options) -> Result<Sandbox> {
    let clock = options.clock.clone();
    let sandbox = Sandbox::new(Arc::new(move || clock.now()));
    if let Data::Folder(folder) = &options.data {
        let folder = folder.join(SANDBOX_FOLDER);
        std::fs::create_dir_all(&folder)?;
        sandbox
            .persist_to(&folder)
            .with_context(|| format!("cannot keep the sandbox in {}", folder.display()))?;
    }
    Ok(sandbox)
}

/// Forgets what a stack kept in a folder; other files there stay. Data that is in use is an error.
pub fn forget(folder: &Path) -> Result<()> {
    let state_file = folder.join(STATE_FILE);
    if state_file.exists() {
        State::open(&state_file)?;
    }
    for name in [DATABASE_FILE, STATE_FILE] {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            missing_is_fine(std::fs::remove_file(folder.join(format!("{name}{suffix}"))))?;
        }
    }
    for name in [SANDBOX_FOLDER, OBJECTS_FOLDER] {
        missing_is_fine(std::fs::remove_dir_all(folder.join(name)))
            .with_context(|| format!("cannot forget the data in {}", folder.display()))?;
    }
    Ok(())
}

fn missing_is_fine(result: std::io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
