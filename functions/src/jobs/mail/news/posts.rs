//! What mails tell of a post that is still to go out, or was.

use domain::{Note, PostId, TeamName, Zone};
use jiff::Zoned;

use super::{Deed, Destination};
use crate::jobs::mail::letter::Fact;

/// A post, and what happened to it.
pub(in crate::jobs::mail) struct PostNews {
    /// What happened.
    pub(in crate::jobs::mail) matter: Matter,
    /// The post.
    pub(in crate::jobs::mail) post: PostId,
    /// Whose post it is.
    pub(in crate::jobs::mail) team: TeamName,
    /// How it begins; empty where it has no text.
    pub(in crate::jobs::mail) excerpt: String,
    /// Where it goes.
    pub(in crate::jobs::mail) to: Vec<Destination>,
    /// When it goes out, by the reader's clocks.
    pub(in crate::jobs::mail) times: Times,
    /// Where it is described what can be done, if anything.
    pub(in crate::jobs::mail) documentation: Option<String>,
}

/// What happened to a post.
pub(in crate::jobs::mail) enum Matter {
    /// Somebody asks the reader for a yes or a no.
    Pending(Deed),
    /// Nobody has said yes or no yet, and its time is near.
    ApprovalDue,
    /// Nobody said yes in time.
    ApprovalMissed,
    /// Somebody said yes.
    Approved(Deed),
    /// Somebody said no.
    Rejected {
        /// Who, and when.
        deed: Deed,
        /// Why.
        feedback: Note,
    },
    /// The rules of a time zone changed, and with them the instant.
    Moved {
        /// The instant before, by the reader's clocks.
        before: Zoned,
        /// The instant now, by the clocks of the zone that the time was chosen in.
        there: Zoned,
        /// That zone.
        zone: Zone,
    },
}

/// When a post goes out.
pub(in crate::jobs::mail) enum Times {
    /// At its own time.
    Own {
        /// That time.
        at: Zoned,
        /// The latest one.
        latest: Zoned,
    },
    /// Again, at further times.
    Further {
        /// The next one, if one is still to come.
        next: Option<Zoned>,
        /// How many are still to come.
        count: usize,
    },
}

impl Times {
    /// Whether there is a time that it can still go out at.
    pub(in crate::jobs::mail) fn are_to_come(&self) -> bool {
        match self {
            Self::Own { .. } => true,
            Self::Further { next, .. } => next.is_some(),
        }
    }
}

/// What a language calls the facts of a post.
pub(in crate::jobs::mail) struct Labels {
    /// When somebody asked for a yes.
    pub(in crate::jobs::mail) asked: &'static str,
    /// When somebody said yes or no.
    pub(in crate::jobs::mail) decided: &'static str,
    /// How it begins.
    pub(in crate::jobs::mail) post: &'static str,
    /// The instant before it was moved.
    pub(in crate::jobs::mail) before: &'static str,
    /// When it goes out.
    pub(in crate::jobs::mail) time: &'static str,
    /// The same, by the clocks of the zone that it was chosen in.
    pub(in crate::jobs::mail) local: &'static str,
    /// When it may go out at the latest.
    pub(in crate::jobs::mail) latest: &'static str,
    /// The next of its further times.
    pub(in crate::jobs::mail) next: &'static str,
    /// How many of them are still to come.
    pub(in crate::jobs::mail) count: &'static str,
    /// The accounts.
    pub(in crate::jobs::mail) to: &'static str,
    /// The word between an account and its platform.
    pub(in crate::jobs::mail) on: &'static str,
}

impl PostNews {
    /// Whether it is about further times, and not about the post's own.
    pub(in crate::jobs::mail) fn is_further(&self) -> bool {
        matches!(self.times, Times::Further { .. })
    }

    /// What is known, in the words of a language, which also writes the times.
    pub(in crate::jobs::mail) fn facts(
        &self,
        labels: &Labels,
        time: impl Fn(&Zoned) -> String,
    ) -> Vec<Fact> {
        let fact = |label, value| Fact { label, value };
        let mut facts = Vec::new();
        match &self.matter {
            Matter::Rejected { .. } if !self.excerpt.is_empty() => {
                facts.push(fact(labels.post, self.excerpt.clone()));
            }
            Matter::Moved { before, .. } => facts.push(fact(labels.before, time(before))),
            Matter::Rejected { .. }
            | Matter::Pending(_)
            | Matter::ApprovalDue
            | Matter::ApprovalMissed
            | Matter::Approved(_) => {}
        }
        match &self.times {
            Times::Own { at, latest } => {
                facts.push(fact(labels.time, time(at)));
                facts.push(fact(labels.latest, time(latest)));
            }
            Times::Further { next, count } => {
                facts.extend(next.iter().map(|next| fact(labels.next, time(next))));
                facts.push(fact(labels.count, count.to_string()));
            }
        }
        let to: Vec<_> = self.to.iter().map(|to| to.named(labels.on)).collect();
        if !to.is_empty() {
            facts.push(fact(labels.to, to.join(", ")));
        }
        facts.extend(match &self.matter {
            Matter::Pending(deed) => Some(fact(labels.asked, time(&deed.moment.at))),
            Matter::Approved(deed) | Matter::Rejected { deed, .. } => {
                Some(fact(labels.decided, time(&deed.moment.at)))
            }
            Matter::Moved { there, zone, .. } => {
                Some(fact(labels.local, format!("{} ({zone})", time(there))))
            }
            Matter::ApprovalDue | Matter::ApprovalMissed => None,
        });
        facts
    }
}
