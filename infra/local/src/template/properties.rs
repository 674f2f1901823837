//! The properties of resources as SAM spells them, and what they mean.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use super::resources::{
    AsyncRetry, Cors, Function, Queue, Redrive, Right, Schedule, StreamSource, Table, Trigger,
};
use crate::pattern::Pattern;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct HttpApi {
    pub(super) cors_configuration: Option<Cors>,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct FunctionDefaults {
    pub(super) timeout: u64,
    pub(super) environment: Environment,
}

impl Default for FunctionDefaults {
    fn default() -> Self {
        Self {
            // Lambda's own default.
            timeout: 3,
            environment: Environment::default(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Environment {
    pub(super) variables: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct FunctionProperties {
    timeout: Option<u64>,
    events: BTreeMap<String, Event>,
    dead_letter_queue: Option<DeadLetterQueue>,
    event_invoke_config: EventInvokeConfig,
    policies: Vec<Policy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    statement: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: Effect,
    action: OneOrMany,
    resource: OneOrMany,
}

/// Functions are only ever allowed something.
#[derive(Deserialize)]
enum Effect {
    Allow,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Vec<String> {
    fn from(texts: OneOrMany) -> Self {
        match texts {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        }
    }
}

impl From<Statement> for Right {
    fn from(statement: Statement) -> Self {
        let Effect::Allow = statement.effect;
        Self {
            actions: statement.action.into(),
            resources: statement.resource.into(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct EventInvokeConfig {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetterQueue {
    target_arn: String,
}

#[derive(Deserialize)]
#[serde(tag = "Type", content = "Properties")]
enum Event {
    #[serde(rename = "HttpApi")]
    Http(HttpEvent),
    #[serde(rename = "SQS")]
    Sqs(SqsEvent),
    #[serde(rename = "DynamoDB")]
    Stream(StreamEvent),
    #[serde(rename = "EventBridgeRule")]
    Rule(RuleEvent),
    #[serde(rename = "S3")]
    Upload(UploadEvent),
    #[serde(rename = "ScheduleV2")]
    Schedule(ScheduleEvent),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HttpEvent {
    method: String,
    path: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SqsEvent {
    queue: String,
    batch_size: Option<usize>,
    #[serde(default)]
    function_response_types: Vec<String>,
    #[serde(default)]
    scaling_config: ScalingConfig,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ScalingConfig {
    maximum_concurrency: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamEvent {
    stream: String,
    batch_size: Option<usize>,
    #[serde(default)]
    function_response_types: Vec<String>,
    filter_criteria: Option<FilterCriteria>,
    maximum_retry_attempts: Option<i64>,
    #[serde(default)]
    bisect_batch_on_function_error: bool,
    destination_config: Option<DestinationConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FilterCriteria {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    pattern: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationConfig {
    on_failure: OnFailure,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OnFailure {
    destination: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleEvent {
    event_bus_name: String,
    pattern: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UploadEvent {
    bucket: String,
    events: String,
    filter: UploadFilter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UploadFilter {
    s3_key: UploadRules,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UploadRules {
    rules: Vec<UploadRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UploadRule {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScheduleEvent {
    name: Option<String>,
    schedule_expression: String,
    state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueProperties {
    visibility_timeout: Option<i64>,
    message_retention_period: Option<i64>,
    redrive_policy: Option<Redrive>,
}

/// Most batches of one queue at a time: enough to meet the races that Lambda's concurrency makes.
const MAX_CONCURRENCY: usize = 8;

impl Function {
    pub(super) fn new(
        logical_id: &str,
        properties: FunctionProperties,
        default_timeout: u64,
    ) -> Result<Self> {
        let statements = properties
            .policies
            .into_iter()
            .flat_map(|policy| policy.statement);
        let rights = statements.map(Right::from).collect();
        let mut triggers = Vec::new();
        for (name, event) in properties.events {
            let trigger = trigger(logical_id, &name, event);
            triggers.extend(trigger.with_context(|| format!("in the event {name}"))?);
        }
        let invoke = properties.event_invoke_config;
        Ok(Self {
            name: kebab(logical_id),
            timeout: Duration::from_secs(properties.timeout.unwrap_or(default_timeout)),
            retry: AsyncRetry {
                attempts: invoke.maximum_retry_attempts.unwrap_or(2),
                max_age: SignedDuration::from_secs(
                    invoke.maximum_event_age_in_seconds.unwrap_or(6 * 3600),
                ),
                dead_letters: properties.dead_letter_queue.map(|queue| queue.target_arn),
            },
            triggers,
            rights,
        })
    }
}

impl Table {
    pub(super) fn new(logical_id: String, name: String, mut properties: Value) -> Self {
        let time_to_live = &properties["TimeToLiveSpecification"];
        let enabled = time_to_live["Enabled"] == true;
        let expiry = time_to_live["AttributeName"].as_str().map(str::to_owned);
        if let Some(fields) = properties.as_object_mut() {
            fields.retain(|key, _| {
                matches!(
                    key.as_str(),
                    "AttributeDefinitions"
                        | "KeySchema"
                        | "GlobalSecondaryIndexes"
                        | "LocalSecondaryIndexes"
                        | "BillingMode"
                        | "StreamSpecification"
                )
            });
            fields.insert("TableName".to_owned(), name.clone().into());
            if let Some(stream) = fields.get_mut("StreamSpecification") {
                stream["StreamEnabled"] = true.into();
            }
        }
        Self {
            logical_id,
            name,
            create: properties,
            expiry: expiry.filter(|_| enabled),
        }
    }
}

impl Queue {
    pub(super) fn new(logical_id: String, name: String, properties: QueueProperties) -> Self {
        let seconds =
            |value: Option<i64>, default| SignedDuration::from_secs(value.unwrap_or(default));
        Self {
            logical_id,
            name,
            visibility: seconds(properties.visibility_timeout, 30),
            retention: seconds(properties.message_retention_period, 4 * 86_400),
            redrive: properties.redrive_policy,
        }
    }
}

fn trigger(logical_id: &str, name: &str, event: Event) -> Result<Option<Trigger>> {
    let reports = |types: &[String]| types.iter().any(|kind| kind == "ReportBatchItemFailures");
    Ok(Some(match event {
        Event::Http(HttpEvent { method, path }) => Trigger::Http {
            method: method.to_ascii_uppercase(),
            path,
        },
        Event::Sqs(event) => Trigger::Queue {
            arn: event.queue,
            batch_size: event.batch_size.unwrap_or(10),
            partial_failures: reports(&event.function_response_types),
            concurrency: event
                .scaling_config
                .maximum_concurrency
                .unwrap_or(MAX_CONCURRENCY)
                .min(MAX_CONCURRENCY),
        },
        Event::Stream(event) => {
            let filters = event.filter_criteria.map(|criteria| criteria.filters);
            let filters = filters.unwrap_or_default().into_iter().map(|filter| {
                let pattern = serde_json::from_str(&filter.pattern)?;
                Pattern::new(&pattern)
            });
            Trigger::Stream(StreamSource {
                arn: event.stream,
                batch_size: event.batch_size.unwrap_or(100),
                filters: filters.collect::<Result<_>>()?,
                retries: event
                    .maximum_retry_attempts
                    .and_then(|attempts| u32::try_from(attempts).ok()),
                bisect: event.bisect_batch_on_function_error,
                partial_failures: reports(&event.function_response_types),
                dead_letters: event
                    .destination_config
                    .map(|config| config.on_failure.destination),
            })
        }
        Event::Rule(event) => Trigger::Rule {
            bus: event.event_bus_name,
            pattern: Pattern::new(&event.pattern)?,
        },
        Event::Upload(event) => {
            let rules = event.filter.s3_key.rules;
            match (event.events.as_str(), &rules[..]) {
                ("s3:ObjectCreated:*", [rule]) if rule.name == "prefix" => Trigger::Upload {
                    bucket: event.bucket,
                    prefix: rule.value.clone(),
                },
                _ => bail!("local mode knows `s3:ObjectCreated:*` with one prefix"),
            }
        }
        Event::Schedule(event) => {
            if event.state.as_deref() == Some("DISABLED") {
                return Ok(None);
            }
            Trigger::Schedule(Schedule {
                name: event.name.unwrap_or_else(|| format!("{logical_id}{name}")),
                every: rate(&event.schedule_expression)?,
            })
        }
    }))
}

fn rate(expression: &str) -> Result<SignedDuration> {
    let inner = expression
        .strip_prefix("rate(")
        .and_then(|rest| rest.strip_suffix(')'));
    let parts = inner.and_then(|inner| inner.split_once(' '));
    let Some((Ok(count), unit)) = parts.map(|(count, unit)| (count.parse::<i64>(), unit)) else {
        bail!("local mode knows rates such as `rate(1 minute)`, not `{expression}`");
    };
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        other => bail!("unknown unit `{other}` in `{expression}`"),
    };
    if count < 1 {
        bail!("`{expression}` never fires");
    }
    Ok(SignedDuration::from_secs(count * seconds))
}

/// `PostsCreate` → `posts-create`.
fn kebab(logical_id: &str) -> String {
    let mut name = String::new();
    for letter in logical_id.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
