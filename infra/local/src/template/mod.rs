//! The subset of AWS SAM that the project uses, read from `template.yaml` into typed structs.

mod properties;
mod resolve;
mod resources;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use resolve::Resolver;
pub(crate) use resolve::Setting;
pub(crate) use resources::{
    Bucket, Bus, Cors, Function, Queue, Right, Schedule, Secret, SecretOrigin, SecretShape,
    StreamSource, Table, Trigger,
};

/// A template as written, its functions such as `!Ref` not yet resolved.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    root: Value,
}

/// Everything that a template deploys, as far as local mode serves it.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    /// Environment variables that all functions share.
    pub environment: BTreeMap<String, String>,
    /// Cross-origin rules of the HTTP API, if it has any.
    pub cors: Option<Cors>,
    /// The functions, with what triggers them.
    pub functions: Vec<Function>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The queues.
    pub queues: Vec<Queue>,
    /// The buckets.
    pub buckets: Vec<Bucket>,
    /// The event buses.
    pub buses: Vec<Bus>,
    /// The secrets.
    pub secrets: Vec<Secret>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Globals {
    function: properties::FunctionDefaults,
    http_api: properties::HttpApi,
}

impl Template {
    /// Reads a template file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the template {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in {}", path.display()))
    }

    /// Parses the text of a template.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let root = yaml::parse(text)?;
        if !root["Resources"].is_object() {
            bail!("the template has no resources");
        }
        Ok(Self { root })
    }

    /// Resolves the template as if it were deployed in `setting`.
    pub(crate) fn deploy(&self, setting: &Setting) -> Result<Deployment> {
        let resolver = Resolver {
            root: &self.root,
            setting,
        };
        let globals: Globals = resolver.typed(&pick(
            &self.root["Globals"],
            &[
                ("Function", &["Timeout", "Environment"]),
                ("HttpApi", &["CorsConfiguration"]),
            ],
        ))?;
        let mut deployment = Deployment {
            environment: globals.function.environment.variables.clone(),
            cors: globals.http_api.cors_configuration,
            functions: Vec::new(),
            tables: Vec::new(),
            queues: Vec::new(),
            buckets: Vec::new(),
            buses: Vec::new(),
            secrets: Vec::new(),
        };
        let resources = self.root["Resources"].as_object();
        for (logical_id, resource) in resources.into_iter().flatten() {
            if resolver.exists(resource)? {
                deployment
                    .add(&resolver, logical_id, resource, globals.function.timeout)
                    .with_context(|| format!("in the resource {logical_id}"))?;
            }
        }
        Ok(deployment)
    }
}

impl Deployment {
    fn add(
        &mut self,
        resolver: &Resolver<'_>,
        logical_id: &str,
        resource: &Value,
        default_timeout: u64,
    ) -> Result<()> {
        let properties = &resource["Properties"];
        let id = logical_id.to_owned();
        match resource["Type"].as_str().unwrap_or_default() {
            "AWS::Serverless::Function" => {
                if properties.get("Environment").is_some() {
                    bail!("environment variables belong into `Globals`: one process has one set");
                }
                let keys = [
                    "Timeout",
                    "Events",
                    "DeadLetterQueue",
                    "EventInvokeConfig",
                    "Policies",
                ];
                let properties = resolver.typed(&keep(properties, &keys))?;
                self.functions
                    .push(Function::new(logical_id, properties, default_timeout)?);
            }
            "AWS::Serverless::HttpApi" => {
                let api: properties::HttpApi =
                    resolver.typed(&keep(properties, &["CorsConfiguration"]))?;
                self.cors = api.cors_configuration.or(self.cors.take());
            }
            "AWS::DynamoDB::Table" => {
                let name = resolver.physical_name(logical_id)?;
                self.tables
                    .push(Table::new(id, name, resolver.json(properties)?));
            }
            "AWS::SQS::Queue" => {
                let name = resolver.physical_name(logical_id)?;
                self.queues
                    .push(Queue::new(id, name, resolver.typed(properties)?));
            }
            "AWS::S3::Bucket" => {
                let name = resolver.physical_name(logical_id)?;
                self.buckets.push(Bucket { name });
            }
            "AWS::Events::EventBus" => {
                let name = resolver.physical_name(logical_id)?;
                self.buses.push(Bus { name });
            }
            "AWS::SecretsManager::Secret" => {
                let name = resolver.physical_name(logical_id)?;
                let keys = ["GenerateSecretString", "SecretString"];
                let properties = resolver.typed(&keep(properties, &keys))?;
                self.secrets.push(Secret::new(name, properties)?);
            }
            // Named so that a trigger written another way is refused instead of silently missing.
            "AWS::Events::Rule"
            | "AWS::Scheduler::Schedule"
            | "AWS::Lambda::EventSourceMapping"
            | "AWS::Lambda::Function"
            | "AWS::Serverless::Api"
            | "AWS::Serverless::StateMachine"
            | "AWS::Serverless::SimpleTable" => {
                let kind = &resource["Type"];
                bail!("local mode does not serve {kind}");
            }
            _ => {}
        }
        Ok(())
    }
}

impl Resolver<'_> {
    fn json(&self, value: &Value) -> Result<Value> {
        Ok(self.value(value)?.unwrap_or_default())
    }

    fn typed<T: DeserializeOwned>(&self, value: &Value) -> Result<T> {
        let mut value = self.json(value)?;
        if value.is_null() {
            value = Value::Object(Map::new());
        }
        Ok(serde_json::from_value(value)?)
    }
}

/// Only the fields that local mode serves: the others may use functions it does not know.
fn keep(value: &Value, keys: &[&str]) -> Value {
    let fields = value.as_object().into_iter().flatten();
    fields
        .filter(|(key, _)| keys.contains(&key.as_str()))
        .map(|(key, field)| (key.clone(), field.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn pick(value: &Value, sections: &[(&str, &[&str])]) -> Value {
    let picked = sections
        .iter()
        .map(|(section, keys)| ((*section).to_owned(), keep(&value[*section], keys)));
    picked.collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests;
