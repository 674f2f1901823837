//! Everything that keeps a post from going out on an account, and what is only doubtful.

use std::collections::BTreeSet;

use domain::Platform;
use domain::content::{Attachment, Said};
use url::Url;

use super::entities::{Entity, EntityKind, entities};
use super::finding::Finding;
use super::limits::{AtMost, LinkUse, Rules, TextLimit};
use super::{media, options, rules, weighted};
use crate::publisher::Target;
use crate::registry::publisher;

/// X takes one, of those who do not pay for more.
const X_CASHTAGS: usize = 1;

/// What is asked about: what a post says on an account of a platform.
pub(super) struct Question<'a> {
    pub(super) rules: &'static Rules,
    pub(super) said: &'a Said,
    pub(super) account: &'a Target,
}

/// A text with its files: the post itself, or a part of its thread.
pub(super) struct Piece<'a> {
    /// The part's place; none for the post itself.
    pub(super) part: Option<usize>,
    pub(super) text: &'a str,
    pub(super) media: &'a [Attachment],
}

/// What is wrong with what a post says on an account, and what is doubtful.
pub fn check(platform: Platform, said: &Said, account: &Target) -> Vec<Finding> {
    let question = Question {
        rules: rules(platform),
        said,
        account,
    };
    let mut found = Vec::new();
    for piece in question.pieces() {
        question.text(&piece, &mut found);
        media::check(&question, &piece, &mut found);
    }
    question.thread(&mut found);
    question.comment(&mut found);
    question.link(&mut found);
    options::check(&question, &mut found);
    question.unpublishable(&mut found);
    found
}

impl<'a> Question<'a> {
    /// The post, and what follows it in the same thread.
    pub(super) fn pieces(&self) -> Vec<Piece<'a>> {
        let body = &self.said.body;
        let first = Piece {
            part: None,
            text: body.text.as_str(),
            media: &body.media,
        };
        let parts = body.parts.iter().enumerate().map(|(at, part)| Piece {
            part: Some(at),
            text: part.text.as_str(),
            media: &part.media,
        });
        std::iter::once(first).chain(parts).collect()
    }

    pub(super) fn name(&self) -> &'static str {
        self.rules.platform.title()
    }

    /// Where a field of the post stands.
    pub(super) fn pointer(&self, field: &str) -> String {
        self.said.source.pointer(field)
    }

    /// The first comment, if it says something.
    pub(super) fn first_comment(&self) -> Option<&'a str> {
        let comment = self.said.body.first_comment.as_ref()?;
        (!comment.is_blank()).then(|| comment.as_str())
    }

    /// What counts besides the text itself, in letters.
    pub(super) fn counted_besides(&self) -> usize {
        options::content_warning(self.said).map_or(0, super::graphemes)
    }

    /// The limits that apply to a text with these files, each with its number for this account.
    pub(super) fn limits(&self, media: &[Attachment]) -> impl Iterator<Item = (TextLimit, usize)> {
        let own = self.account.max_characters;
        let applying: Vec<_> = self
            .rules
            .text
            .iter()
            .filter(|limit| limit.applies.to(media))
            .map(|limit| (*limit, limit.on(own)))
            .collect();
        applying.into_iter()
    }

    fn text(&self, piece: &Piece<'_>, found: &mut Vec<Finding>) {
        let pointer = self.pointer(&piece.field("text"));
        let link = self.said.body.link.is_some() && piece.part.is_none();
        let has_card = link && self.rules.link.is_sent(!piece.media.is_empty());
        let is_blank = piece.text.trim().is_empty();
        if is_blank && piece.media.is_empty() && !has_card && !self.rules.may_be_blank {
            if piece.part.is_some() || !self.rules.requires_media {
                found.push(Finding::error("empty", pointer, "the text is empty"));
            }
            return;
        }
        for (limit, most) in self.limits(piece.media) {
            let length = limit.measure.length(piece.text) + self.counted_besides();
            found.extend(too_long(&limit, length, most, &pointer, "the text"));
        }
        self.marks(piece.text, has_card, &pointer, found);
    }

    /// Links, mentions, tags, and characters that a platform refuses. The link of a card counts among the others.
    fn marks(&self, text: &str, has_card: bool, pointer: &str, found: &mut Vec<Finding>) {
        let entities = entities(self.rules.platform, &self.account.host, text);
        let of = |kind: EntityKind| entities.iter().filter(move |entity| entity.kind == kind);
        let links = of(EntityKind::Link).filter_map(|link| link.url.as_deref());
        let card = self.said.body.link.as_ref().filter(|_| has_card);
        let links = links.chain(card.map(domain::Link::as_str));
        let different: BTreeSet<_> = links.filter_map(|link| Url::parse(link).ok()).collect();
        let counts = [
            (
                "hashtags",
                of(EntityKind::Hashtag).count(),
                self.rules.hashtags,
            ),
            (
                "mentions",
                of(EntityKind::Mention).count(),
                self.rules.mentions,
            ),
            ("links", different.len(), self.rules.links),
        ];
        for (what, count, most) in counts {
            found.extend(most.and_then(|most| too_many(what, count, most, pointer)));
        }
        match self.rules.platform {
            Platform::X => of_x(text, of(EntityKind::Cashtag).count(), pointer, found),
            Platform::YouTube => found.extend(options::angled(text, pointer, "the description")),
            Platform::Mastodon
            | Platform::Bluesky
            | Platform::Facebook
            | Platform::Instagram
            | Platform::Threads
            | Platform::LinkedIn
            | Platform::Telegram
            | Platform::Discord
            | Platform::Slack
            | Platform::GoogleBusiness
            | Platform::TikTok
            | Platform::Pinterest
            | Platform::Reddit => {}
        }
    }

    fn thread(&self, found: &mut Vec<Finding>) {
        let parts = self.said.body.parts.len();
        let pointer = || self.pointer("parts");
        match self.rules.threads {
            None if parts > 0 => found.push(Finding::error(
                "no_threads",
                pointer(),
                format!(
                    "{} has no threads: say there that it has no parts",
                    self.name()
                ),
            )),
            Some(most) if parts + 1 > most as usize => found.push(Finding::error(
                "too_many_parts",
                pointer(),
                format!(
                    "the thread has {} parts, and the limit is {most}",
                    parts + 1
                ),
            )),
            None | Some(_) => {}
        }
    }

    fn comment(&self, found: &mut Vec<Finding>) {
        let Some(comment) = self.first_comment() else {
            return;
        };
        let pointer = self.pointer("first_comment");
        match self.rules.first_comment {
            None => found.push(Finding::error(
                "no_comments",
                pointer,
                format!("{} has no first comment: leave it empty there", self.name()),
            )),
            Some(limit) => {
                let most = limit.on(self.account.max_characters);
                let length = limit.measure.length(comment);
                found.extend(too_long(
                    &limit,
                    length,
                    most,
                    &pointer,
                    "the first comment",
                ));
            }
        }
    }

    fn link(&self, found: &mut Vec<Finding>) {
        let Some(link) = &self.said.body.link else {
            return;
        };
        let body = &self.said.body;
        let is_sent = self.rules.link.is_sent(!body.media.is_empty());
        let shown = entities(self.rules.platform, &self.account.host, body.text.as_str());
        let same = |url: &str| Url::parse(url).ok() == Url::parse(link.as_str()).ok();
        let is_link = |entity: &Entity| {
            entity.kind == EntityKind::Link && entity.url.as_deref().is_some_and(same)
        };
        let in_text = shown.iter().any(is_link);
        if is_sent || in_text {
            return;
        }
        let pointer = self.pointer("link");
        let name = self.name();
        let finding = match self.rules.link {
            LinkUse::Never => Finding::warning(
                "link_not_shown",
                pointer,
                format!("{name} leads to no pages: the link is left out"),
            ),
            LinkUse::FromText => Finding::error(
                "link_not_in_text",
                pointer,
                format!("{name} shows only links that stand in the text: write it there"),
            ),
            LinkUse::Own | LinkUse::WithoutFiles => Finding::error(
                "link_beside_files",
                pointer,
                format!(
                    "{name} shows no card of a link beside files: write it in the text, or leave the files out"
                ),
            ),
        };
        found.push(finding);
    }

    /// What the platform would take and Tayang does not send yet: nothing is left out silently.
    fn unpublishable(&self, found: &mut Vec<Finding>) {
        let mut refuse = |pointer: String, what: &str| {
            let name = self.name();
            let detail = format!("Tayang cannot publish {what} on {name} yet");
            found.push(Finding::error("not_published_yet", pointer, detail));
        };
        let Some(publisher) = publisher(self.rules.platform) else {
            return refuse(String::new(), "anything");
        };
        let sends = publisher.capabilities().sends;
        let body = &self.said.body;
        for piece in self.pieces() {
            if !sends.media && !piece.media.is_empty() {
                refuse(self.pointer(&piece.field("media")), "files");
            }
        }
        let has_card = body.link.is_some() && self.rules.link.is_sent(!body.media.is_empty());
        if has_card && !sends.link_card {
            refuse(self.pointer("link"), "the card of a link");
        }
        if !body.parts.is_empty() && !sends.threads {
            refuse(self.pointer("parts"), "threads");
        }
        if self.first_comment().is_some() && !sends.first_comment {
            refuse(self.pointer("first_comment"), "a first comment");
        }
    }
}

impl Piece<'_> {
    /// The name of a field of it, from the post.
    pub(super) fn field(&self, field: &str) -> String {
        match self.part {
            Some(part) => format!("parts/{part}/{field}"),
            None => field.to_owned(),
        }
    }
}

pub(super) fn too_long(
    limit: &TextLimit,
    length: usize,
    most: usize,
    pointer: &str,
    what: &str,
) -> Option<Finding> {
    let unit = limit.unit().words();
    if length <= most {
        None
    } else if limit.advice {
        Some(Finding::warning(
            "long",
            pointer.to_owned(),
            format!("{what} is long: {length} {unit}, and {most} are advised"),
        ))
    } else {
        Some(Finding::error(
            "too_long",
            pointer.to_owned(),
            format!("{what} is too long: {length} {unit}, and the limit is {most}"),
        ))
    }
}

fn too_many(what: &'static str, count: usize, most: AtMost, pointer: &str) -> Option<Finding> {
    let passed = |most: Option<u32>| most.filter(|most| count > *most as usize);
    let code = |too: bool| match (what, too) {
        ("hashtags", true) => "too_many_hashtags",
        ("hashtags", false) => "many_hashtags",
        ("mentions", true) => "too_many_mentions",
        ("mentions", false) => "many_mentions",
        (_, true) => "too_many_links",
        (_, false) => "many_links",
    };
    if let Some(limit) = passed(most.limit) {
        let detail = format!("the text has {count} {what}, and the limit is {limit}");
        Some(Finding::error(code(true), pointer.to_owned(), detail))
    } else {
        let advised = passed(most.advised)?;
        let detail = format!("the text has {count} {what}, and at most {advised} are advised");
        Some(Finding::warning(code(false), pointer.to_owned(), detail))
    }
}

fn of_x(text: &str, cashtags: usize, pointer: &str, found: &mut Vec<Finding>) {
    if let Some(c) = weighted::invalid_character(text) {
        found.push(Finding::error(
            "invalid_character",
            pointer.to_owned(),
            format!(
                "the text has a character that X refuses: U+{:04X}",
                u32::from(c)
            ),
        ));
    }
    if cashtags > X_CASHTAGS {
        found.push(Finding::error(
            "too_many_cashtags",
            pointer.to_owned(),
            format!("the text has {cashtags} cashtags, and the limit is {X_CASHTAGS}"),
        ));
    }
}
