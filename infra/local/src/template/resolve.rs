//! Resolves the intrinsic functions of a template (`Ref`, `Fn::Sub`, `Fn::GetAtt`, conditions) as a deployment would.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};

/// Where and with which parameters the template is "deployed".
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// Value of `AWS::StackName`.
    pub stack_name: String,
    /// Value of `AWS::Region`.
    pub region: String,
    /// Value of `AWS::AccountId`.
    pub account: String,
    /// Base of queue URLs, without a slash at the end.
    pub endpoint: String,
    /// Parameters that override the template's defaults.
    pub parameters: BTreeMap<String, String>,
}

/// Deep enough for any sane template, and finite for one that refers to itself.
const MAX_DEPTH: usize = 64;

pub(super) struct Resolver<'a> {
    pub(super) root: &'a Value,
    pub(super) setting: &'a Setting,
}

impl Resolver<'_> {
    /// Resolves a value; `None` stands for `AWS::NoValue`.
    pub(super) fn value(&self, value: &Value) -> Result<Option<Value>> {
        self.at_depth(value, 0)
    }

    /// Whether the resource's `Condition`, if it has one, holds.
    pub(super) fn exists(&self, resource: &Value) -> Result<bool> {
        match resource.get("Condition").and_then(Value::as_str) {
            Some(name) => self.condition(name, 0),
            None => Ok(true),
        }
    }

    /// The name a resource has once deployed: its own, or one made from the stack name.
    pub(super) fn physical_name(&self, logical_id: &str) -> Result<String> {
        self.physical_name_at(logical_id, 0)
    }

    fn at_depth(&self, value: &Value, depth: usize) -> Result<Option<Value>> {
        if depth > MAX_DEPTH {
            bail!("the template refers to itself in a circle");
        }
        let next = depth + 1;
        match value {
            Value::Object(fields) => {
                if let Some((name, argument)) = intrinsic(fields) {
                    return self
                        .call(name, argument, next)
                        .with_context(|| format!("in {value}"));
                }
                let mut resolved = Map::new();
                for (key, field) in fields {
                    if let Some(field) = self.at_depth(field, next)? {
                        resolved.insert(key.clone(), field);
                    }
                }
                Ok(Some(resolved.into()))
            }
            Value::Array(items) => {
                let resolved: Result<Vec<_>> = items
                    .iter()
                    .filter_map(|item| self.at_depth(item, next).transpose())
                    .collect();
                Ok(Some(resolved?.into()))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    fn call(&self, name: &str, argument: &Value, depth: usize) -> Result<Option<Value>> {
        match name {
            "Ref" => {
                let target = argument.as_str().context("`Ref` takes a name")?;
                if target == "AWS::NoValue" {
                    return Ok(None);
                }
                Ok(Some(self.reference(target, depth)?))
            }
            "Fn::GetAtt" => {
                let parts = strings(argument)?;
                let [resource, attribute] = parts.as_slice() else {
                    bail!("`Fn::GetAtt` takes a resource and an attribute");
                };
                Ok(Some(self.attribute(resource, attribute, depth)?.into()))
            }
            "Fn::Sub" => Ok(Some(self.substitute(argument, depth)?.into())),
            "Fn::Join" => {
                let resolved = self.at_depth(argument, depth)?.unwrap_or_default();
                let separator = resolved[0]
                    .as_str()
                    .context("`Fn::Join` takes a separator")?;
                Ok(Some(strings(&resolved[1])?.join(separator).into()))
            }
            "Fn::Split" => {
                let resolved = self.at_depth(argument, depth)?.unwrap_or_default();
                let parts = strings(&resolved)?;
                let [separator, whole] = parts.as_slice() else {
                    bail!("`Fn::Split` takes a separator and a text");
                };
                let split: Vec<_> = whole.split(separator.as_str()).collect();
                Ok(Some(split.into()))
            }
            "Fn::Select" => {
                let resolved = self.at_depth(argument, depth)?.unwrap_or_default();
                let index = text(&resolved[0]).parse::<usize>();
                let item = index.ok().and_then(|index| resolved[1].get(index));
                let item = item.context("`Fn::Select` takes an index and a list that has it")?;
                Ok(Some(item.clone()))
            }
            "Fn::If" => {
                let condition = argument[0].as_str().context("`Fn::If` takes a condition")?;
                let branch = if self.condition(condition, depth)? {
                    1
                } else {
                    2
                };
                self.at_depth(&argument[branch], depth)
            }
            "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" | "Condition" => {
                let holds = self.test(name, argument, depth)?;
                Ok(Some(holds.into()))
            }
            other => bail!("`{other}` is not supported in local mode"),
        }
    }

    fn condition(&self, name: &str, depth: usize) -> Result<bool> {
        let definition = &self.root["Conditions"][name];
        let value = self.at_depth(definition, depth + 1)?;
        value
            .and_then(|value| value.as_bool())
            .ok_or_else(|| anyhow!("there is no condition `{name}`"))
    }

    fn test(&self, name: &str, argument: &Value, depth: usize) -> Result<bool> {
        if name == "Condition" {
            let name = argument.as_str().context("`Condition` takes a name")?;
            return self.condition(name, depth);
        }
        let resolved = self.at_depth(argument, depth)?.unwrap_or_default();
        let items = resolved.as_array().context("a list is expected")?;
        let truths = || items.iter().map(|item| item.as_bool().unwrap_or(false));
        Ok(match name {
            "Fn::Equals" => items.len() == 2 && text(&items[0]) == text(&items[1]),
            "Fn::Not" => truths().all(|truth| !truth),
            "Fn::And" => truths().all(|truth| truth),
            _ => truths().any(|truth| truth),
        })
    }

    fn substitute(&self, argument: &Value, depth: usize) -> Result<String> {
        let (template, variables) = match argument {
            Value::String(template) => (template.as_str(), &Value::Null),
            Value::Array(parts) if parts.len() == 2 => (
                parts[0].as_str().context("`Fn::Sub` takes a text")?,
                &parts[1],
            ),
            _ => bail!("`Fn::Sub` takes a text, or a text and variables"),
        };
        let mut result = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .context("`${` without `}` in `Fn::Sub`")?;
            result.push_str(before);
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                result.extend(["${", literal, "}"]);
                continue;
            }
            let value = if let Some(variable) = variables.get(name) {
                self.at_depth(variable, depth)?.unwrap_or_default()
            } else if let Some((resource, attribute)) = name.split_once('.') {
                self.attribute(resource, attribute, depth)?.into()
            } else {
                self.reference(name, depth)?
            };
            result.push_str(&text(&value));
        }
        result.push_str(rest);
        Ok(result)
    }

    fn reference(&self, name: &str, depth: usize) -> Result<Value> {
        let setting = self.setting;
        let pseudo = match name {
            "AWS::StackName" => Some(setting.stack_name.clone()),
            "AWS::Region" => Some(setting.region.clone()),
            "AWS::AccountId" => Some(setting.account.clone()),
            "AWS::Partition" => Some("aws".to_owned()),
            "AWS::URLSuffix" => Some("amazonaws.com".to_owned()),
            "AWS::StackId" => Some(format!("arn:aws:cloudformation:{}", setting.stack_name)),
            _ => None,
        };
        if let Some(value) = pseudo {
            return Ok(value.into());
        }
        if let Some(parameter) = self.root["Parameters"].get(name) {
            if let Some(value) = setting.parameters.get(name) {
                return Ok(value.clone().into());
            }
            return parameter
                .get("Default")
                .cloned()
                .with_context(|| format!("the parameter `{name}` has no value"));
        }
        let kind = self.kind(name)?;
        Ok(match kind {
            "AWS::SQS::Queue" => format!(
                "{}/{}/{}",
                setting.endpoint,
                setting.account,
                self.physical_name_at(name, depth)?
            ),
            "AWS::SecretsManager::Secret" => self.attribute(name, "Arn", depth)?,
            _ => self.physical_name_at(name, depth)?,
        }
        .into())
    }

    fn attribute(&self, logical_id: &str, attribute: &str, depth: usize) -> Result<String> {
        let name = self.physical_name_at(logical_id, depth)?;
        let resource = match self.kind(logical_id)? {
            "AWS::SQS::Queue" => format!("sqs:{{}}:{name}"),
            "AWS::DynamoDB::Table" => format!("dynamodb:{{}}:table/{name}"),
            "AWS::Events::EventBus" => format!("events:{{}}:event-bus/{name}"),
            "AWS::SecretsManager::Secret" => format!("secretsmanager:{{}}:secret:{name}"),
            "AWS::S3::Bucket" => return Ok(format!("arn:aws:s3:::{name}")),
            "AWS::Serverless::Function" => format!("lambda:{{}}:function:{name}"),
            _ => format!("local:{{}}:{name}"),
        };
        let place = format!("{}:{}", self.setting.region, self.setting.account);
        let arn = format!("arn:aws:{}", resource.replace("{}", &place));
        Ok(match attribute {
            "Arn" => arn,
            "StreamArn" => format!("{arn}/stream/local"),
            "QueueName" | "Name" => name,
            "QueueUrl" => text(&self.reference(logical_id, depth)?),
            _ => format!("{name}.{attribute}"),
        })
    }

    fn kind(&self, logical_id: &str) -> Result<&str> {
        match self.root["Resources"][logical_id]["Type"].as_str() {
            Some(kind) => Ok(kind),
            None => bail!("there is no parameter or resource `{logical_id}`"),
        }
    }

    fn physical_name_at(&self, logical_id: &str, depth: usize) -> Result<String> {
        let properties = &self.root["Resources"][logical_id]["Properties"];
        let property = match self.kind(logical_id)? {
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::Events::EventBus" | "AWS::SecretsManager::Secret" => "Name",
            "AWS::Serverless::HttpApi" => return Ok("local".to_owned()),
            _ => "",
        };
        if let Some(name) = properties.get(property) {
            let name = self.at_depth(name, depth + 1)?.unwrap_or_default();
            return Ok(text(&name));
        }
        Ok(format!("{}-{logical_id}", self.setting.stack_name))
    }
}

fn intrinsic(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = fields.iter().next().filter(|_| fields.len() == 1)?;
    let is_condition = name == "Condition" && argument.is_string();
    (name == "Ref" || name.starts_with("Fn::") || is_condition).then_some((name, argument))
}

fn strings(value: &Value) -> Result<Vec<String>> {
    let items = value.as_array().context("a list is expected")?;
    Ok(items.iter().map(text).collect())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
