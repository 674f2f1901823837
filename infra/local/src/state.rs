//! What must survive a restart besides the tables: queue messages, pending invocations, stream positions, secrets.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A keyed store of JSON values in one SQLite file, or nowhere for tests.
#[derive(Debug)]
pub(crate) struct State(Mutex<Keeping>);

#[derive(Debug)]
enum Keeping {
    Nothing,
    File(Connection),
    Closed,
}

impl State {
    /// Keeps nothing: the owners of the values hold them in memory anyway.
    pub(crate) fn memory() -> Self {
        Self(Mutex::new(Keeping::Nothing))
    }

    /// Opens or creates the file.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)
            .with_context(|| format!("cannot open the state file {}", path.display()))?;
        // Another process that has the file will keep it: there is no use in waiting.
        connection.busy_timeout(Duration::ZERO)?;
        // A write-ahead log survives a killed process without a flush to disk for every write. The exclusive lock
        // keeps a second process from handling the same messages.
        connection
            .execute_batch(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                 CREATE TABLE IF NOT EXISTS state (
                     kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)
                 ) WITHOUT ROWID;",
            )
            .with_context(|| format!("cannot use {}: is it in use by another process?", path.display()))?;
        Ok(Self(Mutex::new(Keeping::File(connection))))
    }

    /// Closes the file; from now on everything that needs it fails, as if the process had ended.
    pub(crate) fn close(&self) {
        *self.keeping() = Keeping::Closed;
    }

    /// Writes a value, over an earlier one with the same key.
    pub(crate) fn put(&self, kind: &str, key: &str, value: &impl Serialize) -> Result<()> {
        self.put_all(kind, std::iter::once((key, value)))
    }

    /// Writes several values, all or none.
    pub(crate) fn put_all<'a, T: Serialize + 'a>(
        &self,
        kind: &str,
        entries: impl IntoIterator<Item = (&'a str, &'a T)>,
    ) -> Result<()> {
        let mut keeping = self.keeping();
        let Some(connection) = keeping.file()? else {
            return Ok(());
        };
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO state (kind, key, value) VALUES (?1, ?2, ?3)",
            )?;
            for (key, value) in entries {
                insert.execute(params![kind, key, serde_json::to_string(value)?])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Removes a value if it is there.
    pub(crate) fn remove(&self, kind: &str, key: &str) -> Result<()> {
        if let Some(connection) = self.keeping().file()? {
            connection
                .prepare_cached("DELETE FROM state WHERE kind = ?1 AND key = ?2")?
                .execute(params![kind, key])?;
        }
        Ok(())
    }

    /// Reads one value.
    pub(crate) fn get<T: DeserializeOwned>(&self, kind: &str, key: &str) -> Result<Option<T>> {
        let mut keeping = self.keeping();
        let Some(connection) = keeping.file()? else {
            return Ok(None);
        };
        let text: Option<String> = connection
            .prepare_cached("SELECT value FROM state WHERE kind = ?1 AND key = ?2")?
            .query_row(params![kind, key], |row| row.get(0))
            .optional()?;
        Ok(text.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// Reads every value of a kind, in the order of their keys.
    pub(crate) fn all<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<T>> {
        let mut keeping = self.keeping();
        let Some(connection) = keeping.file()? else {
            return Ok(Vec::new());
        };
        let mut select =
            connection.prepare_cached("SELECT value FROM state WHERE kind = ?1 ORDER BY key")?;
        let texts = select.query_map([kind], |row| row.get::<_, String>(0))?;
        texts
            .map(|text| Ok(serde_json::from_str(&text?)?))
            .collect()
    }

    fn keeping(&self) -> MutexGuard<'_, Keeping> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeping {
    fn file(&mut self) -> Result<Option<&mut Connection>> {
        match self {
            Self::Nothing => Ok(None),
            Self::File(connection) => Ok(Some(connection)),
            Self::Closed => bail!("the stack was stopped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let state = State::open(&path).unwrap();
        state.put("a", "2", &"two").unwrap();
        state.put("a", "1", &"one").unwrap();
        state.put("a", "3", &"three").unwrap();
        state.put("b", "1", &"other").unwrap();
        state.remove("a", "3").unwrap();
        drop(state);

        let state = State::open(&path).unwrap();
        assert_eq!(state.all::<String>("a").unwrap(), ["one", "two"]);
        assert_eq!(
            state.get::<String>("b", "1").unwrap().as_deref(),
            Some("other")
        );
        assert_eq!(state.get::<String>("b", "2").unwrap(), None);
    }
}
