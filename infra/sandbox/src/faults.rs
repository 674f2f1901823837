//! Faults on order: which requests are hit, and what happens to them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::google::Flaw;

fn once() -> u32 {
    1
}

fn any() -> String {
    "*".to_owned()
}

/// An order to make matching requests go wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation it waits for, e.g. `create_status` or `com.atproto.repo.putRecord`; `*` is any.
    #[serde(default = "any")]
    pub operation: String,
    /// Only requests to this host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Only requests with a token of this account (username or handle).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Only requests whose body contains this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containing: Option<String>,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub after: u32,
    /// How many requests it hits.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    pub effect: Effect,
}

/// What a fault does to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Nothing is carried out; the connection is dropped, or the status is answered where one is given.
    FailBeforeExec {
        /// The status to answer with.
        #[serde(default)]
        status: Option<u16>,
    },
    /// It is carried out, and the answer is a 500.
    #[serde(rename = "exec_then_500")]
    ExecThen500,
    /// It is carried out, and the connection is dropped without an answer.
    ExecThenReset,
    /// It is carried out, and the answer is this one, e.g. a 200 without a body.
    ExecThenAnswer {
        /// The status to answer with.
        status: u16,
        /// The body; `null` is an empty one.
        #[serde(default)]
        body: Value,
    },
    /// It is carried out at once or not at all, and answered only after a delay in real time.
    Timeout {
        /// Whether it is carried out.
        executes: bool,
        /// How long the answer takes.
        delay_ms: u64,
    },
    /// The connection is dropped at once, and it is carried out when the sandbox's clock is that much further.
    ExecLate {
        /// How late it is carried out.
        after_seconds: i64,
    },
    /// It is carried out and answered, but listings do not show the result for a while.
    ListLag {
        /// How long listings lag behind.
        seconds: i64,
    },
    /// Nothing is carried out; the answer is this one.
    Reject {
        /// The status to answer with.
        status: u16,
        /// The JSON body.
        #[serde(default)]
        body: Value,
    },
    /// Nothing is carried out; the answer is the platform's own 429 with its headers.
    #[serde(alias = "429")]
    TooManyRequests {
        /// When the limit resets, from now.
        reset_seconds: i64,
    },
    /// The token of the request is revoked before the request is looked at.
    RevokeToken,
    /// It is carried out, and the ID token in the answer is not as it should be.
    FlawedIdToken(Flaw),
}

impl Fault {
    /// Hits the next request for the operation.
    pub fn on(operation: &str, effect: Effect) -> Self {
        Self {
            operation: operation.to_owned(),
            host: None,
            account: None,
            containing: None,
            after: 0,
            times: 1,
            effect,
        }
    }

    /// Hits that many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Lets that many requests pass first.
    #[must_use]
    pub fn after(mut self, after: u32) -> Self {
        self.after = after;
        self
    }

    /// Hits requests to this host only.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// Hits requests of this account only.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Hits requests whose body contains this text only.
    #[must_use]
    pub fn containing(mut self, text: &str) -> Self {
        self.containing = Some(text.to_owned());
        self
    }

    fn matches(&self, target: &Target<'_>) -> bool {
        let fits = |wanted: &Option<String>, actual: Option<&str>| {
            wanted
                .as_deref()
                .is_none_or(|wanted| Some(wanted) == actual)
        };
        (self.operation == "*" || self.operation == target.operation)
            && fits(&self.host, Some(target.host))
            && fits(&self.account, target.account)
            && self
                .containing
                .as_deref()
                .is_none_or(|text| target.body.contains(text))
    }
}

/// What a fault can look at to decide whether a request is meant.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) operation: &'a str,
    pub(crate) host: &'a str,
    pub(crate) account: Option<&'a str>,
    pub(crate) body: &'a str,
}

/// The faults that have not struck yet, in the order they were given.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        if fault.times > 0 {
            self.waiting.push(fault);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn waiting(&self) -> &[Fault] {
        &self.waiting
    }

    /// The effect that strikes this request: of the first fault that matches it.
    pub(crate) fn strike(&mut self, target: &Target<'_>) -> Option<Effect> {
        let place = self
            .waiting
            .iter()
            .position(|fault| fault.matches(target))?;
        let fault = &mut self.waiting[place];
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        let effect = fault.effect.clone();
        if fault.times == 0 {
            self.waiting.remove(place);
        }
        Some(effect)
    }
}
