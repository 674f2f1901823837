//! Durable tables: every changed row is appended to one file, so a killed process loses nothing that it answered.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Rows by key, in key order, that remember which of them changed since the last save.
#[derive(Debug)]
pub(crate) struct Table<T> {
    name: &'static str,
    rows: BTreeMap<String, T>,
    changed: BTreeSet<String>,
}

impl<T> Table<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            rows: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        let row = self.rows.get_mut(key)?;
        self.changed.insert(key.to_owned());
        Some(row)
    }

    pub(crate) fn insert(&mut self, key: impl Into<String>, row: T) {
        let key = key.into();
        self.changed.insert(key.clone());
        self.rows.insert(key, row);
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<T> {
        let row = self.rows.remove(key)?;
        self.changed.insert(key.to_owned());
        Some(row)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&String, &T)> {
        self.rows.iter()
    }

    /// The rows whose key starts with the prefix, in key order.
    pub(crate) fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a T> {
        self.rows
            .range(prefix.to_owned()..)
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(_, row)| row)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

#[derive(Serialize)]
struct LineOut<'a, T> {
    table: &'a str,
    key: &'a str,
    row: Option<&'a T>,
}

#[derive(Deserialize)]
struct LineIn {
    table: String,
    key: String,
    row: Option<Value>,
}

/// What the journal needs of a table of any row type.
pub(crate) trait Rows {
    fn name(&self) -> &'static str;
    fn load(&mut self, key: String, row: Option<Value>) -> serde_json::Result<()>;
    fn mark_all(&mut self);
    fn write_changes(&mut self, out: &mut Vec<u8>) -> serde_json::Result<()>;
}

impl<T: Serialize + DeserializeOwned> Rows for Table<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn load(&mut self, key: String, row: Option<Value>) -> serde_json::Result<()> {
        match row {
            Some(row) => {
                self.rows.insert(key, serde_json::from_value(row)?);
            }
            None => {
                self.rows.remove(&key);
            }
        }
        Ok(())
    }

    fn mark_all(&mut self) {
        self.changed = self.rows.keys().cloned().collect();
    }

    fn write_changes(&mut self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        for key in std::mem::take(&mut self.changed) {
            serde_json::to_writer(
                &mut *out,
                &LineOut {
                    table: self.name,
                    key: &key,
                    row: self.rows.get(&key),
                },
            )?;
            out.push(b'\n');
        }
        Ok(())
    }
}

/// The open file that changes are appended to.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Reads the file of an earlier run into the tables and replaces it by one without history.
    pub(crate) fn open(folder: &Path, mut tables: Vec<&mut dyn Rows>) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join("sandbox.jsonl");
        let saved = match fs::read(&path) {
            Ok(saved) => saved,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        // A last line without its newline was being written when the process died: nothing was answered for it.
        let complete = saved
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(&[][..], |end| &saved[..end]);
        for line in complete.split(|byte| *byte == b'\n') {
            if line.is_empty() {
                continue;
            }
            let line: LineIn = serde_json::from_slice(line)?;
            if let Some(table) = tables.iter_mut().find(|table| table.name() == line.table) {
                table.load(line.key, line.row)?;
            }
        }
        let mut compact = Vec::new();
        for table in tables {
            table.mark_all();
            table.write_changes(&mut compact)?;
        }
        let fresh = folder.join("sandbox.jsonl.new");
        fs::write(&fresh, compact)?;
        fs::rename(&fresh, &path)?;
        Ok(Self {
            file: OpenOptions::new().append(true).open(&path)?,
        })
    }

    /// Appends the changes in one write.
    pub(crate) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)
    }
}
