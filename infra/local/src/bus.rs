//! The event buses: match an event against the rules, and pass it on.

use std::sync::Arc;

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::deliveries::Deliveries;
use crate::ids;
use crate::invoker::Deployed;
use crate::pattern::Pattern;
use crate::template::{Bus, Trigger};

/// A rule of the template.
#[derive(Debug)]
struct Rule {
    bus: String,
    pattern: Pattern,
    function: String,
}

/// All event buses with their rules.
#[derive(Debug)]
pub(crate) struct Buses {
    names: Vec<String>,
    rules: Vec<Rule>,
    deliveries: Arc<Deliveries>,
    region: String,
    account: String,
}

/// An event as it was put.
#[derive(Debug)]
pub(crate) struct Put<'a> {
    /// Name or ARN of the bus.
    pub bus: &'a str,
    /// Who says it.
    pub source: &'a str,
    /// What kind of event it is.
    pub detail_type: &'a str,
    /// What happened.
    pub detail: Value,
    /// When.
    pub time: Timestamp,
}

impl Buses {
    /// Collects the rules of the functions.
    pub(crate) fn new(
        buses: &[Bus],
        functions: &[Deployed],
        deliveries: Arc<Deliveries>,
        region: &str,
        account: &str,
    ) -> Self {
        let rules = functions.iter().flat_map(|function| {
            let triggers = function.definition.triggers.iter();
            triggers.filter_map(|trigger| match trigger {
                Trigger::Rule { bus, pattern } => Some(Rule {
                    bus: bus.clone(),
                    pattern: pattern.clone(),
                    function: function.name().to_owned(),
                }),
                _ => None,
            })
        });
        Self {
            names: buses.iter().map(|bus| bus.name.clone()).collect(),
            rules: rules.collect(),
            deliveries,
            region: region.to_owned(),
            account: account.to_owned(),
        }
    }

    /// Accepts an event; gives its id.
    pub(crate) fn put(&self, put: &Put<'_>) -> Result<String> {
        let bus = put.bus.rsplit('/').next().unwrap_or_default();
        if !self.names.iter().any(|name| name == bus) {
            bail!("there is no event bus {bus}");
        }
        let id = ids::random().to_string();
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": put.detail_type,
            "source": put.source,
            "account": self.account,
            "time": whole_seconds(put.time),
            "region": self.region,
            "resources": [],
            "detail": put.detail,
        });
        for rule in &self.rules {
            if rule.bus == bus && rule.pattern.matches(&event) {
                self.deliveries.add(&rule.function, event.clone())?;
            }
        }
        Ok(id)
    }
}

/// EventBridge gives times in whole seconds.
pub(crate) fn whole_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
