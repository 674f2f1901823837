//! One queue with the semantics of SQS: delay, visibility, receive counts, dead letters, retention.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bell::Bell;
use crate::ids;
use crate::state::State;
use crate::template;

/// A message and how often it was received.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Id that SQS gave it.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// The message group, for fair queues.
    pub group: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it can be received (again).
    pub visible_at: Timestamp,
    /// When it was received first.
    pub first_received_at: Option<Timestamp>,
    /// How often it was received.
    pub receive_count: u32,
}

impl Message {
    /// The handle that the latest receive gave out; it is void after the next.
    pub fn receipt_handle(&self) -> String {
        format!("{}#{}", self.id, self.receive_count)
    }
}

/// A queue.
#[derive(Debug)]
pub(crate) struct Queue {
    definition: template::Queue,
    dead_letters: Option<(Arc<Queue>, u32)>,
    messages: Mutex<Vec<Message>>,
    state: Arc<State>,
    bell: Bell,
}

impl Queue {
    /// Opens the queue with the messages that an earlier run left; `dead_letters` is where its redrive policy points.
    pub(crate) fn open(
        definition: template::Queue,
        dead_letters: Option<Arc<Self>>,
        state: Arc<State>,
        bell: Bell,
    ) -> Result<Self> {
        let mut messages: Vec<Message> = state.all(&kind(&definition.name))?;
        messages.sort_by_key(|message| message.sent_at);
        let limit = definition
            .redrive
            .as_ref()
            .map(|redrive| redrive.max_receive_count);
        Ok(Self {
            dead_letters: dead_letters.zip(limit),
            definition,
            messages: Mutex::new(messages),
            state,
            bell,
        })
    }

    /// What the template says of it.
    pub(crate) fn definition(&self) -> &template::Queue {
        &self.definition
    }

    /// Adds a message that becomes visible after `delay`; gives its id.
    pub(crate) fn send(
        &self,
        body: &str,
        delay: SignedDuration,
        group: Option<&str>,
    ) -> Result<String> {
        let now = self.bell.clock().now();
        let message = Message {
            // Ids that grow with time keep the order of messages across a restart.
            id: ids::ordered(now).to_string(),
            body: body.to_owned(),
            group: group.map(str::to_owned),
            sent_at: now,
            visible_at: now + delay,
            first_received_at: None,
            receive_count: 0,
        };
        let id = message.id.clone();
        self.add(message)?;
        Ok(id)
    }

    /// Takes up to `limit` visible messages and hides them for a while.
    pub(crate) fn receive(
        &self,
        limit: usize,
        hidden: Option<SignedDuration>,
    ) -> Result<Vec<Message>> {
        let now = self.bell.clock().now();
        let hidden = hidden.unwrap_or(self.definition.visibility);
        self.move_dead_letters(now)?;
        let mut messages = self.messages();
        let mut received = Vec::new();
        for message in messages.iter_mut() {
            if received.len() == limit {
                break;
            }
            if message.visible_at <= now {
                message.visible_at = now + hidden;
                message.receive_count += 1;
                message.first_received_at.get_or_insert(now);
                received.push(message.clone());
            }
        }
        self.state.put_all(
            &kind(&self.definition.name),
            received
                .iter()
                .map(|message| (message.id.as_str(), message)),
        )?;
        Ok(received)
    }

    /// Deletes the message that was received with this handle; a void handle deletes nothing.
    pub(crate) fn delete(&self, receipt_handle: &str) -> Result<()> {
        let mut messages = self.messages();
        let found = messages
            .iter()
            .position(|message| message.receipt_handle() == receipt_handle);
        if let Some(index) = found {
            let message = messages.remove(index);
            self.state
                .remove(&kind(&self.definition.name), &message.id)?;
        }
        Ok(())
    }

    /// All messages, received ones included, oldest first.
    pub(crate) fn peek(&self) -> Vec<Message> {
        self.messages().clone()
    }

    /// Messages that can be received, that are hidden while someone works on them, and that are delayed.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let now = self.bell.clock().now();
        let messages = self.messages();
        let visible = messages.iter().filter(|message| message.visible_at <= now);
        let delayed = messages
            .iter()
            .filter(|message| message.visible_at > now && message.receive_count == 0);
        let (visible, delayed) = (visible.count(), delayed.count());
        (visible, messages.len() - visible - delayed, delayed)
    }

    /// The earliest time at which a message can be received.
    pub(crate) fn next_visible(&self) -> Option<Timestamp> {
        let messages = self.messages();
        messages.iter().map(|message| message.visible_at).min()
    }

    /// The earliest time after `now` at which a message can be received.
    pub(crate) fn next_visible_after(&self, now: Timestamp) -> Option<Timestamp> {
        let messages = self.messages();
        let times = messages.iter().map(|message| message.visible_at);
        times.filter(|at| *at > now).min()
    }

    fn add(&self, message: Message) -> Result<()> {
        self.state
            .put(&kind(&self.definition.name), &message.id, &message)?;
        self.messages().push(message);
        self.bell.ring();
        Ok(())
    }

    fn move_dead_letters(&self, now: Timestamp) -> Result<()> {
        let dead = |message: &Message| {
            self.dead_letters.as_ref().is_some_and(|(_, limit)| {
                message.visible_at <= now && message.receive_count >= *limit
            })
        };
        let expired = |message: &Message| message.sent_at + self.definition.retention <= now;
        let mut leaving = Vec::new();
        self.messages().retain(|message| {
            let leaves = dead(message) || expired(message);
            if leaves {
                leaving.push(message.clone());
            }
            !leaves
        });
        for message in leaving {
            if dead(&message)
                && let Some((queue, _)) = &self.dead_letters
            {
                tracing::warn!(
                    queue = self.definition.name,
                    body = message.body,
                    "a message became a dead letter"
                );
                let visible_at = now;
                queue.add(Message {
                    visible_at,
                    ..message.clone()
                })?;
            }
            // Written to the new queue first: a crash in between repeats the message, and does not lose it.
            self.state
                .remove(&kind(&self.definition.name), &message.id)?;
        }
        Ok(())
    }

    fn messages(&self) -> MutexGuard<'_, Vec<Message>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kind(name: &str) -> String {
    format!("queue:{name}")
}
