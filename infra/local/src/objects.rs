//! The files of the buckets: in memory, or in a folder that the next start finds again. A file that was put is told to the functions
//! that the template names for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::body::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aws::md5_hex;
use crate::bell::Bell;
use crate::deliveries::Deliveries;
use crate::ids;
use crate::invoker::Deployed;
use crate::state::State;
use crate::template::{Bucket, Trigger};

const KIND: &str = "object";

/// A file, without its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Object {
    /// The bucket.
    pub bucket: String,
    /// Its name there.
    pub key: String,
    /// The MD5 digest of its bytes, in hexadecimal.
    pub etag: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// What it was put with.
    pub headers: BTreeMap<String, String>,
    /// When it was put.
    pub modified: Timestamp,
    /// Where its bytes are kept.
    file: String,
}

/// A file that is being put in pieces.
#[derive(Debug, Clone)]
struct Upload {
    bucket: String,
    key: String,
    headers: BTreeMap<String, String>,
    pieces: BTreeMap<u32, Bytes>,
}

/// A function that is told of new files.
#[derive(Debug)]
struct Listener {
    bucket: String,
    prefix: String,
    function: String,
}

/// The files of all buckets.
#[derive(Debug)]
pub(crate) struct Objects {
    buckets: Vec<Bucket>,
    listeners: Vec<Listener>,
    /// Where bytes are kept; in memory without it.
    folder: Option<PathBuf>,
    state: Arc<State>,
    deliveries: Arc<Deliveries>,
    bell: Bell,
    region: String,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    objects: BTreeMap<(String, String), Object>,
    memory: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, Upload>,
}

impl Objects {
    /// Opens the files that an earlier run left.
    pub(crate) fn open(
        buckets: &[Bucket],
        functions: &[Deployed],
        folder: Option<PathBuf>,
        state: &Arc<State>,
        deliveries: &Arc<Deliveries>,
        (bell, region): (&Bell, &str),
    ) -> Result<Self> {
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let objects: Vec<Object> = state.all(KIND)?;
        let listeners = functions.iter().flat_map(|function| {
            let triggers = function.definition.triggers.iter();
            triggers.filter_map(|trigger| match trigger {
                Trigger::Upload { bucket, prefix } => Some(Listener {
                    bucket: bucket.clone(),
                    prefix: prefix.clone(),
                    function: function.name().to_owned(),
                }),
                _ => None,
            })
        });
        let objects = objects
            .into_iter()
            .map(|object| ((object.bucket.clone(), object.key.clone()), object));
        Ok(Self {
            buckets: buckets.to_vec(),
            listeners: listeners.collect(),
            folder,
            state: Arc::clone(state),
            deliveries: Arc::clone(deliveries),
            bell: bell.clone(),
            region: region.to_owned(),
            kept: Mutex::new(Kept {
                objects: objects.collect(),
                ..Kept::default()
            }),
        })
    }

    /// Whether there is such a bucket.
    pub(crate) fn has(&self, bucket: &str) -> bool {
        self.buckets.iter().any(|known| known.name == bucket)
    }

    /// The time on the stack's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.bell.clock().now()
    }

    /// Puts a file, over one of the same name.
    pub(crate) fn put(
        &self,
        bucket: &str,
        key: &str,
        headers: BTreeMap<String, String>,
        bytes: Bytes,
    ) -> Result<Object> {
        let object = Object {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            etag: md5_hex(&bytes),
            bytes: bytes.len() as u64,
            headers,
            modified: self.now(),
            file: ids::random().to_string(),
        };
        if let Some(folder) = &self.folder {
            std::fs::write(folder.join(&object.file), &bytes)?;
        }
        self.state.put(KIND, &row(bucket, key), &object)?;
        let mut kept = self.kept();
        if self.folder.is_none() {
            kept.memory.insert(object.file.clone(), bytes);
        }
        let name = (bucket.to_owned(), key.to_owned());
        let before = kept.objects.insert(name, object.clone());
        self.forget_bytes(&mut kept, before);
        drop(kept);
        self.tell(&object)?;
        Ok(object)
    }

    /// A file, if it is there.
    pub(crate) fn get(&self, bucket: &str, key: &str) -> Option<Object> {
        let name = (bucket.to_owned(), key.to_owned());
        self.kept().objects.get(&name).cloned()
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, object: &Object) -> Result<Bytes> {
        if let Some(folder) = &self.folder {
            return Ok(std::fs::read(folder.join(&object.file))?.into());
        }
        let bytes = self.kept().memory.get(&object.file).cloned();
        bytes.context("the file was deleted meanwhile")
    }

    /// Deletes a file, if it is there.
    pub(crate) fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.state.remove(KIND, &row(bucket, key))?;
        let mut kept = self.kept();
        let before = kept.objects.remove(&(bucket.to_owned(), key.to_owned()));
        self.forget_bytes(&mut kept, before);
        Ok(())
    }

    /// The names of all files, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        let kept = self.kept();
        kept.objects.keys().map(|(_, key)| key.clone()).collect()
    }

    /// Begins a file that is put in pieces.
    pub(crate) fn begin(
        &self,
        bucket: &str,
        key: &str,
        headers: BTreeMap<String, String>,
    ) -> String {
        let id = ids::random().to_string();
        let upload = Upload {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            headers,
            pieces: BTreeMap::new(),
        };
        self.kept().uploads.insert(id.clone(), upload);
        id
    }

    /// Takes a piece; gives its tag. Nothing when there is no such upload.
    pub(crate) fn piece(&self, upload: &str, number: u32, bytes: Bytes) -> Option<String> {
        let tag = md5_hex(&bytes);
        let mut kept = self.kept();
        kept.uploads.get_mut(upload)?.pieces.insert(number, bytes);
        Some(tag)
    }

    /// Gives up a file that is put in pieces.
    pub(crate) fn abort(&self, upload: &str) {
        self.kept().uploads.remove(upload);
    }

    /// Puts the file of which all pieces were taken. Nothing when there is no such upload.
    pub(crate) fn complete(&self, upload: &str) -> Result<Option<Object>> {
        let Some(upload) = self.kept().uploads.remove(upload) else {
            return Ok(None);
        };
        let pieces: Vec<_> = upload.pieces.into_values().collect();
        let bytes = pieces.concat().into();
        let put = self.put(&upload.bucket, &upload.key, upload.headers, bytes);
        put.map(Some)
    }

    fn tell(&self, object: &Object) -> Result<()> {
        for listener in &self.listeners {
            if listener.bucket == object.bucket && object.key.starts_with(&listener.prefix) {
                self.deliveries
                    .add(&listener.function, self.event(object))?;
            }
        }
        Ok(())
    }

    /// The event that S3 sends.
    fn event(&self, object: &Object) -> Value {
        let key: String = form_urlencoded::byte_serialize(object.key.as_bytes()).collect();
        json!({ "Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self.region,
            "eventTime": object.modified.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            "eventName": "ObjectCreated:Post",
            "userIdentity": { "principalId": "local" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": ids::random().to_string() },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "local",
                "bucket": {
                    "name": object.bucket,
                    "ownerIdentity": { "principalId": "local" },
                    "arn": format!("arn:aws:s3:::{}", object.bucket),
                },
                "object": {
                    "key": key.replace("%2F", "/"),
                    "size": object.bytes,
                    "eTag": object.etag,
                    "sequencer": "0",
                },
            },
        }]})
    }

    fn forget_bytes(&self, kept: &mut Kept, object: Option<Object>) {
        let Some(object) = object else { return };
        kept.memory.remove(&object.file);
        if let Some(folder) = &self.folder
            && let Err(error) = std::fs::remove_file(folder.join(&object.file))
        {
            tracing::warn!(%error, "the bytes of a file stay behind");
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn row(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}
