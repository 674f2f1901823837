//! Invokes functions as Lambda does: isolated from their caller, with a time limit, and counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};
use app::App;
use app::lambda::Function;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::task::AbortHandle;

use crate::bell::Bell;
use crate::template;

/// A function of the template together with its code.
#[derive(Debug, Clone)]
pub(crate) struct Deployed {
    /// What the template says of it.
    pub definition: Arc<template::Function>,
    code: Code,
}

#[derive(Clone, Copy)]
struct Code(&'static Function);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

/// Why an invocation did not give an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The function returned an error or panicked.
    Error(String),
    /// The function ran longer than its timeout.
    TimedOut,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(message) => f.write_str(message),
            Self::TimedOut => f.write_str("the function ran out of time"),
        }
    }
}

/// An invocation that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Name of the function.
    pub function: String,
    /// What went wrong.
    pub error: String,
    /// When.
    pub at: Timestamp,
}

/// Counts as an invocation in flight for as long as a clone of it lives.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    guard: Arc<SlotGuard>,
}

#[derive(Debug)]
struct SlotGuard {
    id: u64,
    running: Arc<Running>,
}

#[derive(Debug, Default)]
struct Running {
    next: AtomicU64,
    names: Mutex<BTreeMap<u64, String>>,
    tasks: Mutex<BTreeMap<u64, AbortHandle>>,
}

/// Runs functions, each on an `App` of its own: with its own credentials, and knowing only the secrets that it has read.
#[derive(Debug)]
pub(crate) struct Invoker {
    administrator: Arc<App>,
    apps: Mutex<BTreeMap<String, Arc<App>>>,
    bell: Bell,
    running: Arc<Running>,
    failures: Mutex<Vec<Failure>>,
}

/// Failures that are remembered.
const MAX_FAILURES: usize = 1000;

impl Deployed {
    /// Joins every function of the template with its code; one without code is an error.
    pub(crate) fn all(
        definitions: &[template::Function],
        catalogue: &'static [Function],
    ) -> Result<Vec<Self>> {
        let mut deployed = Vec::new();
        let mut missing = Vec::new();
        for definition in definitions {
            let code = catalogue
                .iter()
                .find(|function| function.name == definition.name);
            match code {
                Some(code) => deployed.push(Self {
                    definition: Arc::new(definition.clone()),
                    code: Code(code),
                }),
                None => missing.push(definition.name.as_str()),
            }
        }
        if !missing.is_empty() {
            bail!(
                "the template has functions that the code has not: {}",
                missing.join(", ")
            );
        }
        Ok(deployed)
    }

    /// The name in the catalogue.
    pub(crate) fn name(&self) -> &str {
        &self.definition.name
    }
}

impl Invoker {
    /// Runs functions with the configuration of `administrator`, who may do everything. Time limits are measured on the bell's clock.
    pub(crate) fn new(administrator: Arc<App>, bell: Bell) -> Self {
        Self {
            administrator,
            apps: Mutex::default(),
            bell,
            running: Arc::default(),
            failures: Mutex::default(),
        }
    }

    /// What the stack itself works with.
    pub(crate) fn administrator(&self) -> &Arc<App> {
        &self.administrator
    }

    /// What a function runs on: its access key is its name.
    fn app_of(&self, function: &str) -> Arc<App> {
        let mut apps = lock(&self.apps);
        let app = apps.entry(function.to_owned()).or_insert_with(|| {
            let mut config = self.administrator.config.clone();
            function.clone_into(&mut config.aws.access_key_id);
            Arc::new(App::new(config, self.bell.clock().clone()))
        });
        Arc::clone(app)
    }

    /// Announces an invocation, before the work for it is taken from anywhere.
    pub(crate) fn slot(&self, name: &str) -> Slot {
        let mut names = lock(&self.running.names);
        // Under the lock, so that whoever sees the new count sees the invocation as well.
        let id = self.running.next.fetch_add(1, Ordering::SeqCst);
        names.insert(id, name.to_owned());
        drop(names);
        let running = Arc::clone(&self.running);
        Slot {
            guard: Arc::new(SlotGuard { id, running }),
        }
    }

    /// Invokes a function. It goes on if the caller stops waiting, and is stopped when its time is up.
    pub(crate) async fn invoke(
        &self,
        slot: &Slot,
        function: &Deployed,
        event: Value,
    ) -> Result<Value, Failed> {
        let mut bell = self.bell.listen();
        let clock = self.bell.clock();
        let limit = SignedDuration::try_from(function.definition.timeout);
        let deadline = clock.now() + limit.unwrap_or(SignedDuration::from_secs(900));

        let app = self.app_of(function.name());
        let code = function.code.0;
        let inner_slot = slot.clone();
        let mut task = tokio::spawn(async move {
            let result = code.invoke(&app, event).await;
            drop(inner_slot);
            result
        });
        lock(&self.running.tasks).insert(slot.guard.id, task.abort_handle());
        let result = loop {
            tokio::select! {
                biased;
                result = &mut task => break match result {
                    Ok(Ok(answer)) => Ok(answer),
                    Ok(Err(error)) => Err(Failed::Error(error.to_string())),
                    Err(error) if error.is_cancelled() => Err(Failed::Error("the stack was stopped".to_owned())),
                    Err(_) => Err(Failed::Error("the function panicked".to_owned())),
                },
                () = bell.wait(Some(deadline)) => if clock.now() >= deadline {
                    task.abort();
                    break Err(Failed::TimedOut);
                },
            }
        };
        if let Err(error) = &result {
            tracing::error!(function = function.name(), %error, "an invocation failed");
            self.remember(function.name(), error);
        }
        result
    }

    /// How many slots were given out so far: unchanged means that nothing was begun.
    pub(crate) fn begun(&self) -> u64 {
        let _names = lock(&self.running.names);
        self.running.next.load(Ordering::SeqCst)
    }

    /// Cuts off the invocations in flight.
    pub(crate) fn stop(&self) {
        for task in lock(&self.running.tasks).values() {
            task.abort();
        }
    }

    /// The invocations in flight, by function name.
    pub(crate) fn in_flight(&self) -> Vec<String> {
        lock(&self.running.names).values().cloned().collect()
    }

    /// The invocations that failed so far, oldest first.
    pub(crate) fn failures(&self) -> Vec<Failure> {
        lock(&self.failures).clone()
    }

    fn remember(&self, function: &str, error: &Failed) {
        let mut failures = lock(&self.failures);
        if failures.len() < MAX_FAILURES {
            failures.push(Failure {
                function: function.to_owned(),
                error: error.to_string(),
                at: self.bell.clock().now(),
            });
        }
    }
}

impl Drop for SlotGuard {
    fn drop(&mut self) {
        lock(&self.running.names).remove(&self.id);
        lock(&self.running.tasks).remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
