//! The files of a bucket, read and written in pieces.

use std::ops::Range;

use anyhow::{Context, Result};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, MetadataDirective};

/// How many bytes of a large file are held at once. S3 takes no smaller pieces than 5 MiB.
pub const PIECE: u64 = 8 * 1024 * 1024;
/// Browsers that are shown a file by a mistake save it instead.
const DISPOSITION: &str = "attachment";
const CACHE: &str = "private, no-store";

/// The files of a bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'a> {
    client: &'a Client,
    name: &'a str,
}

/// What S3 knows of a file without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many bytes it has.
    pub bytes: u64,
    /// The type that it was uploaded with.
    pub content_type: String,
    /// Changes with its bytes.
    pub etag: String,
}

impl<'a> Bucket<'a> {
    pub(super) fn new(client: &'a Client, name: &'a str) -> Self {
        Self { client, name }
    }

    /// What is known of a file, if it is there.
    pub async fn head(&self, key: &str) -> Result<Option<Head>> {
        let sent = self.client.head_object().bucket(self.name).key(key).send();
        let Some(head) = if_there(sent.await, "asking S3 for a file")? else {
            return Ok(None);
        };
        Ok(Some(Head {
            bytes: head
                .content_length
                .and_then(|bytes| bytes.try_into().ok())
                .unwrap_or(0),
            content_type: head.content_type.unwrap_or_default(),
            etag: head.e_tag.unwrap_or_default(),
        }))
    }

    /// A piece of a file, if the file is there and still the same.
    pub async fn read(&self, key: &str, piece: Range<u64>, etag: &str) -> Result<Option<Vec<u8>>> {
        if piece.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let request = self.client.get_object().bucket(self.name).key(key);
        let request = request.if_match(etag);
        let range = format!("bytes={}-{}", piece.start, piece.end - 1);
        let sent = request.range(range).send().await;
        let Some(object) = if_there(sent, "reading from S3")? else {
            return Ok(None);
        };
        let body = object.body.collect().await;
        let bytes = body.context("reading from S3")?.to_vec();
        Ok(Some(bytes))
    }

    /// Writes a file as a whole.
    pub async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<()> {
        let request = self.client.put_object().bucket(self.name).key(key);
        request
            .content_type(content_type)
            .content_disposition(DISPOSITION)
            .cache_control(CACHE)
            .body(bytes.into())
            .send()
            .await
            .context("writing to S3")?;
        Ok(())
    }

    /// Copies a file that did not change since it was read. Says whether it did not.
    pub async fn copy(&self, from: &str, etag: &str, to: &str, content_type: &str) -> Result<bool> {
        let request = self.client.copy_object().bucket(self.name).key(to);
        let sent = request
            .copy_source(format!("{}/{from}", self.name))
            .copy_source_if_match(etag)
            .metadata_directive(MetadataDirective::Replace)
            .content_type(content_type)
            .content_disposition(DISPOSITION)
            .cache_control(CACHE)
            .send();
        Ok(if_there(sent.await, "copying in S3")?.is_some())
    }

    /// Begins to write a file piece by piece. There is none before its end.
    pub async fn begin(&self, key: &str, content_type: &str) -> Result<Writing<'a>> {
        let request = self.client.create_multipart_upload();
        let request = request.bucket(self.name).key(key);
        let upload = request
            .content_type(content_type)
            .content_disposition(DISPOSITION)
            .cache_control(CACHE)
            .send();
        let upload = upload.await.context("beginning to write to S3")?.upload_id;
        Ok(Writing {
            bucket: *self,
            key: key.to_owned(),
            upload: upload.context("S3 gave no id for what is written in pieces")?,
            parts: Vec::new(),
        })
    }

    /// Deletes a file, if it is there.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let request = self.client.delete_object().bucket(self.name).key(key);
        request.send().await.context("deleting in S3")?;
        Ok(())
    }
}

/// A file that is being written piece by piece.
#[derive(Debug)]
pub struct Writing<'a> {
    bucket: Bucket<'a>,
    key: String,
    upload: String,
    parts: Vec<CompletedPart>,
}

impl Writing<'_> {
    /// Writes the next piece: `PIECE` bytes, or fewer if it is the last one.
    pub async fn add(&mut self, piece: Vec<u8>) -> Result<()> {
        let number = i32::try_from(self.parts.len() + 1)?;
        let request = self.bucket.client.upload_part().bucket(self.bucket.name);
        let request = request.key(&self.key).upload_id(&self.upload);
        let sent = request.part_number(number).body(piece.into()).send().await;
        let tag = sent.context("writing a piece to S3")?.e_tag;
        let part = CompletedPart::builder().part_number(number);
        self.parts.push(part.set_e_tag(tag).build());
        Ok(())
    }

    /// Makes a file of the pieces.
    pub async fn finish(self) -> Result<()> {
        let whole = CompletedMultipartUpload::builder().set_parts(Some(self.parts));
        let request = self.bucket.client.complete_multipart_upload();
        let request = request.bucket(self.bucket.name).key(&self.key);
        let request = request.upload_id(&self.upload);
        let sent = request.multipart_upload(whole.build()).send().await;
        sent.context("ending to write to S3")?;
        Ok(())
    }

    /// Leaves it. What cannot be removed now goes by itself after a day.
    pub async fn give_up(self) {
        let request = self.bucket.client.abort_multipart_upload();
        let request = request.bucket(self.bucket.name).key(&self.key);
        if let Err(error) = request.upload_id(&self.upload).send().await {
            tracing::warn!(
                error = aws_sdk_s3::error::DisplayErrorContext(&error).to_string(),
                "pieces of a file stay behind"
            );
        }
    }
}

/// The answer; nothing where the file is gone, or is another one now.
fn if_there<T, E, R>(sent: Result<T, SdkError<E, R>>, doing: &'static str) -> Result<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match sent {
        Ok(answer) => Ok(Some(answer)),
        Err(SdkError::ServiceError(service))
            if matches!(
                service.err().code(),
                Some("NoSuchKey" | "NotFound" | "PreconditionFailed")
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error).context(doing),
    }
}
