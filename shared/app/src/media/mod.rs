//! Where files lie: in quarantine until they were checked, then under the hash of their bytes. Who gets at one is given a signed form or
//! address, good for a short time.

mod bucket;
pub mod signature;

use std::collections::BTreeMap;

use anyhow::Context;
use aws_lc_rs::digest;
use domain::content::Attachment;
use domain::media::{Findings, Media, MediaKind, UPLOAD_WITHIN};
use domain::{ContentHash, MediaId, TeamId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use url::Url;

pub use bucket::{Bucket, Head, PIECE, Writing};

use crate::App;
use crate::error::Result;
use signature::{Scope, Signer};

/// How long an address is good at which a file can be read.
pub const READ_WITHIN: SignedDuration = SignedDuration::from_mins(15);

const QUARANTINE: &str = "quarantine";
const CHECKED: &str = "media";

/// Where a file is uploaded to: nobody reads it there but who checks it.
pub fn quarantine_key(team: TeamId, media: MediaId) -> String {
    format!("{QUARANTINE}/{team}/{media}")
}

/// Which file lies in quarantine under a key.
pub fn quarantined(key: &str) -> Option<(TeamId, MediaId)> {
    let mut parts = key.split('/');
    let is_quarantine = parts.next() == Some(QUARANTINE);
    let (team, media) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (is_quarantine && parts.next().is_none()).then_some((team, media))
}

/// Where the checked bytes of a file lie. Their hash is a part of it, so what somebody said yes to is what is found there.
pub fn checked_key(team: TeamId, media: MediaId, fingerprint: &ContentHash) -> String {
    format!("{CHECKED}/{team}/{media}/{}", fingerprint.as_str())
}

/// A form by which one file can be uploaded: exactly this type, this size, to this place.
#[derive(Clone, Debug)]
pub struct UploadForm {
    /// Where to post it, as `multipart/form-data`.
    pub url: Url,
    /// The fields, before the last one, which is called `file`.
    pub fields: BTreeMap<String, String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// The hash of bytes that come piece by piece.
#[derive(Clone)]
pub struct Fingerprint(digest::Context);

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fingerprint").finish_non_exhaustive()
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Fingerprint {
    /// Takes the next piece.
    pub fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash of all pieces.
    pub fn finish(self) -> ContentHash {
        ContentHash::stored(signature::hex(self.0.finish().as_ref()))
    }
}

/// Whether a file is shown or saved.
fn disposition(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image | MediaKind::Animation | MediaKind::Video => "inline",
        MediaKind::Document => "attachment",
    }
}

impl App {
    /// The form by which a file that was announced is uploaded, within fifteen minutes from its announcement.
    pub fn upload_form(&self, media: &Media) -> Result<UploadForm> {
        let now = self.now();
        let expires_at = media.created_at + UPLOAD_WITHIN;
        let bucket = &self.config.media_bucket;
        let (key, kind) = (
            quarantine_key(media.team, media.id),
            media.media_type.to_string(),
        );
        let conditions = [
            json!({ "bucket": bucket }),
            json!(["eq", "$key", key]),
            json!(["eq", "$Content-Type", kind]),
            json!([
                "content-length-range",
                media.declared_bytes,
                media.declared_bytes
            ]),
        ];
        let signer = Signer::new(&self.config.aws, Scope::new(&self.config.aws.region, now));
        let mut fields = signer.post_fields(&conditions, expires_at);
        fields.insert("key".to_owned(), key);
        fields.insert("Content-Type".to_owned(), kind);
        let url = self.bucket_url()?;
        Ok(UploadForm {
            url,
            fields,
            expires_at,
        })
    }

    /// An address at which the checked bytes of a file can be read for a quarter of an hour. Documents are saved rather than shown.
    pub fn media_url(&self, media: &Media, findings: &Findings) -> Result<Url> {
        let disposition = disposition(media.media_type.kind());
        let kind = media.media_type.to_string();
        self.checked_url(
            &checked_key(media.team, media.id, &findings.fingerprint),
            &[
                ("response-content-disposition", disposition),
                ("response-content-type", &kind),
            ],
        )
    }

    /// The same, of a file that goes out with a post of the team.
    pub fn attachment_url(&self, team: TeamId, file: &Attachment) -> Result<Url> {
        let key = checked_key(team, file.media, &file.fingerprint);
        self.checked_url(
            &key,
            &[
                ("response-content-disposition", disposition(file.kind)),
                ("response-content-type", &file.content_type),
            ],
        )
    }

    fn checked_url(&self, key: &str, query: &[(&str, &str)]) -> Result<Url> {
        let now = self.now();
        let signer = Signer::new(&self.config.aws, Scope::new(&self.config.aws.region, now));
        let mut url = self.bucket_url()?;
        url.path_segments_mut()
            .ok()
            .context("the bucket's address has no path")?
            .pop_if_empty()
            .extend(key.split('/'));
        Ok(signer.presign_get(url, query, READ_WITHIN))
    }

    /// The bucket's own address: with a slash at the end.
    fn bucket_url(&self) -> Result<Url> {
        let (bucket, aws) = (&self.config.media_bucket, &self.config.aws);
        let address = match &aws.endpoint_url {
            Some(endpoint) => format!("{}/{bucket}/", endpoint.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{}.amazonaws.com/", aws.region),
        };
        Ok(Url::parse(&address).with_context(|| format!("{address} is not an address"))?)
    }

    /// The files themselves.
    pub fn bucket(&self) -> Bucket<'_> {
        Bucket::new(self.aws.s3(), &self.config.media_bucket)
    }
}
