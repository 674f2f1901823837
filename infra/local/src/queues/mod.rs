//! The queues, and the event source mappings that hand their messages to functions.

mod mapping;
mod queue;

use std::sync::Arc;

use anyhow::{Context, Result};

pub(crate) use mapping::Mapping;
pub(crate) use mapping::system_attributes;
pub use queue::Message;
pub(crate) use queue::Queue;

use crate::bell::Bell;
use crate::state::State;
use crate::template;

/// All queues of the template.
#[derive(Debug)]
pub(crate) struct Queues(Vec<Arc<Queue>>);

impl Queues {
    /// Opens the queues; dead-letter queues come first, because the others point at them.
    pub(crate) fn open(
        definitions: &[template::Queue],
        state: &Arc<State>,
        bell: &Bell,
    ) -> Result<Self> {
        let mut queues = Self(Vec::new());
        let mut ordered: Vec<_> = definitions.iter().collect();
        ordered.sort_by_key(|definition| definition.redrive.is_some());
        for definition in ordered {
            let redrive = definition.redrive.as_ref();
            let dead_letters = redrive
                .map(|redrive| queues.by_arn(&redrive.dead_letter_target_arn))
                .transpose()?;
            let (state, bell) = (Arc::clone(state), bell.clone());
            let queue = Queue::open(definition.clone(), dead_letters, state, bell)?;
            queues.0.push(Arc::new(queue));
        }
        Ok(queues)
    }

    /// Every queue.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Queue>> {
        self.0.iter()
    }

    /// The queue with this name in the template.
    pub(crate) fn by_logical_id(&self, logical_id: &str) -> Result<&Arc<Queue>> {
        self.find(|queue| queue.logical_id == logical_id)
            .with_context(|| format!("the template has no queue {logical_id}"))
    }

    /// The queue with this name in SQS.
    pub(crate) fn by_name(&self, name: &str) -> Option<&Arc<Queue>> {
        self.find(|queue| queue.name == name)
    }

    /// The queue that an ARN names.
    pub(crate) fn by_arn(&self, arn: &str) -> Result<Arc<Queue>> {
        let name = arn.rsplit(':').next().unwrap_or_default();
        let queue = self.by_name(name).cloned();
        queue.with_context(|| format!("there is no queue {arn}"))
    }

    fn find(&self, wanted: impl Fn(&template::Queue) -> bool) -> Option<&Arc<Queue>> {
        self.0.iter().find(|queue| wanted(queue.definition()))
    }
}
