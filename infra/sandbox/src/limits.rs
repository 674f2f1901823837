//! Rate limits: points used per key in fixed windows of time.

use std::collections::HashMap;

use jiff::Timestamp;

/// How many points a window of so many seconds allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) points: u32,
    pub(crate) seconds: i64,
}

/// What is left of a window after a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) rule: Rule,
    pub(crate) remaining: u32,
    pub(crate) resets_at: Timestamp,
    pub(crate) exceeded: bool,
}

/// The counters of all platforms; not kept over a restart.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) enforced: bool,
    used: HashMap<(String, &'static str), (i64, u32)>,
}

impl Limits {
    pub(crate) fn new() -> Self {
        Self {
            enforced: true,
            used: HashMap::new(),
        }
    }

    /// Takes points for the key; a request that asks for more than is left takes none.
    pub(crate) fn take(&mut self, rule: Rule, key: &str, points: u32, now: Timestamp) -> Window {
        let window = now.as_second().div_euclid(rule.seconds);
        let slot = self.used.entry((key.to_owned(), rule.name)).or_default();
        if slot.0 != window {
            *slot = (window, 0);
        }
        let exceeded = self.enforced && slot.1 + points > rule.points;
        if !exceeded {
            slot.1 = slot.1.saturating_add(points).min(rule.points);
        }
        let resets_at = Timestamp::from_second((window + 1) * rule.seconds).unwrap_or(now);
        Window {
            rule,
            remaining: rule.points - slot.1,
            resets_at,
            exceeded,
        }
    }
}
