//! The typed resources of a template.

use std::time::Duration;

use anyhow::{Result, bail};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use crate::pattern::Pattern;

/// A Lambda function and what triggers it.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// Name in the catalogue, e.g. `posts-create`.
    pub name: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// What Lambda does when an asynchronous invocation fails.
    pub retry: AsyncRetry,
    /// Everything that invokes it.
    pub triggers: Vec<Trigger>,
    /// What its policies allow it to do.
    pub rights: Vec<Right>,
}

/// Actions that are allowed on resources; both may have the wildcards of IAM.
#[derive(Debug, Clone)]
pub(crate) struct Right {
    /// E.g. `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// ARNs.
    pub resources: Vec<String>,
}

/// The retry rules of asynchronous invocations.
#[derive(Debug, Clone)]
pub(crate) struct AsyncRetry {
    /// Attempts after the first.
    pub attempts: u32,
    /// Age at which an event is given up.
    pub max_age: SignedDuration,
    /// ARN of the queue that takes events which were given up.
    pub dead_letters: Option<String>,
}

/// One source of invocations.
#[derive(Debug, Clone)]
pub(crate) enum Trigger {
    /// A route of the HTTP API.
    Http {
        /// `GET`, `POST`, … or `ANY`.
        method: String,
        /// E.g. `/posts/{postId}`.
        path: String,
    },
    /// Messages of a queue.
    Queue {
        /// ARN of the queue.
        arn: String,
        /// Most messages in one invocation.
        batch_size: usize,
        /// Whether the answer names the messages that failed.
        partial_failures: bool,
        /// Most invocations at a time.
        concurrency: usize,
    },
    /// The changes of a table.
    Stream(StreamSource),
    /// Events on a bus.
    Rule {
        /// Name of the bus.
        bus: String,
        /// Which events.
        pattern: Pattern,
    },
    /// New files in a bucket.
    Upload {
        /// Name of the bucket.
        bucket: String,
        /// What the names of the files begin with.
        prefix: String,
    },
    /// A schedule.
    Schedule(Schedule),
}

/// A stream and how it is read.
#[derive(Debug, Clone)]
pub(crate) struct StreamSource {
    /// ARN of the stream.
    pub arn: String,
    /// Most records in one invocation.
    pub batch_size: usize,
    /// Records that match none of these are skipped; empty means all.
    pub filters: Vec<Pattern>,
    /// Attempts after the first; `None` means until it works.
    pub retries: Option<u32>,
    /// Whether a batch that failed is halved.
    pub bisect: bool,
    /// Whether the answer names the first record that failed.
    pub partial_failures: bool,
    /// ARN of the queue that is told of records which were given up.
    pub dead_letters: Option<String>,
}

/// A schedule with a fixed rate.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    /// Name of the schedule.
    pub name: String,
    /// Time between two ticks.
    pub every: SignedDuration,
}

/// A DynamoDB table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Name in the template.
    pub logical_id: String,
    /// Name in DynamoDB.
    pub name: String,
    /// Body of the CreateTable call.
    pub create: Value,
    /// Attribute that holds the time to live.
    pub expiry: Option<String>,
}

/// An SQS queue.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    /// Name in the template.
    pub logical_id: String,
    /// Name in SQS.
    pub name: String,
    /// How long a received message is hidden.
    pub visibility: SignedDuration,
    /// How long a message is kept.
    pub retention: SignedDuration,
    /// Where messages go that are received too often.
    pub redrive: Option<Redrive>,
}

/// When and where a queue moves messages that cannot be handled.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redrive {
    /// ARN of the dead-letter queue.
    pub dead_letter_target_arn: String,
    /// Receives after which a message is moved.
    pub max_receive_count: u32,
}

/// A bucket of S3.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// Name in S3.
    pub name: String,
}

/// An event bus.
#[derive(Debug, Clone)]
pub(crate) struct Bus {
    /// Name in EventBridge.
    pub name: String,
}

/// A secret.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    /// Name in Secrets Manager.
    pub name: String,
    /// Where its value comes from.
    pub origin: SecretOrigin,
}

/// Where the value of a secret comes from.
#[derive(Debug, Clone)]
pub(crate) enum SecretOrigin {
    /// It is made on the first start.
    Generated(SecretShape),
    /// It stands in the template.
    Text(String),
}

/// The properties of a secret that local mode serves.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SecretProperties {
    generate_secret_string: Option<SecretShape>,
    secret_string: Option<String>,
}

impl Secret {
    pub(super) fn new(name: String, properties: SecretProperties) -> Result<Self> {
        let origin = match (properties.generate_secret_string, properties.secret_string) {
            (Some(shape), None) => SecretOrigin::Generated(shape),
            (None, Some(text)) => SecretOrigin::Text(text),
            _ => bail!("a secret has either `GenerateSecretString` or `SecretString`"),
        };
        Ok(Self { name, origin })
    }
}

/// `GenerateSecretString` of a secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SecretShape {
    /// JSON object that the generated text is added to.
    pub secret_string_template: String,
    /// Field that takes the generated text.
    pub generate_string_key: String,
    /// Length of the generated text.
    #[serde(default = "default_password_length")]
    pub password_length: usize,
}

/// Cross-origin rules of an HTTP API.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Cors {
    /// Origins, or `*`.
    pub allow_origins: Vec<String>,
    /// Methods, or `*`.
    pub allow_methods: Vec<String>,
    /// Request headers, or `*`.
    pub allow_headers: Vec<String>,
    /// Response headers that scripts may read.
    pub expose_headers: Vec<String>,
    /// Seconds that a browser may keep the answer of a preflight request.
    pub max_age: Option<u64>,
    /// Whether cookies are allowed.
    pub allow_credentials: bool,
}

fn default_password_length() -> usize {
    32
}
