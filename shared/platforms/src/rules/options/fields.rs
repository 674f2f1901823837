//! What the options of several platforms have in common: a title, something that must be said, a place for a mistake.

use domain::content::Attachment;
use domain::{MediaKind, Platform};

use crate::rules::check::Question;
use crate::rules::finding::Finding;

/// The options of an account, while they are looked at.
pub(super) struct Fields<'q, 'f> {
    pub(super) question: &'q Question<'q>,
    pub(super) found: &'f mut Vec<Finding>,
}

impl Fields<'_, '_> {
    /// Where an option stands; where versions are, while nobody gave any.
    fn pointer(&self, name: &str) -> String {
        match self.question.said.options {
            Some(_) => self.question.pointer(&format!("options/{name}")),
            None => "/versions".to_owned(),
        }
    }

    pub(super) fn error(&mut self, code: &'static str, name: &str, detail: impl Into<String>) {
        let pointer = self.pointer(name);
        self.found.push(Finding::error(code, pointer, detail));
    }

    pub(super) fn warning(&mut self, code: &'static str, name: &str, detail: impl Into<String>) {
        let pointer = self.pointer(name);
        self.found.push(Finding::warning(code, pointer, detail));
    }

    pub(super) fn platform(&self) -> Platform {
        self.question.rules.platform
    }

    pub(super) fn media(&self) -> &[Attachment] {
        &self.question.said.body.media
    }

    /// The only file, if it is a film.
    pub(super) fn film(&self) -> Option<&Attachment> {
        match self.media() {
            [file] if file.kind == MediaKind::Video => Some(file),
            _ => None,
        }
    }

    /// Says that an option is missing that the platform does not do without.
    pub(super) fn missing(&mut self, name: &str, what: &str) {
        let platform = self.platform();
        let (title, key) = (platform.title(), platform.to_string());
        let detail = format!("{title} needs {what}: say options.{name} in a version for {key}");
        self.error("option_missing", name, detail);
    }

    /// Checks a text of 1 to `most` characters.
    pub(super) fn title(&mut self, name: &str, value: Option<&str>, most: usize) {
        let Some(value) = value else { return };
        if value.trim().is_empty() {
            self.error("option_empty", name, format!("{name} is empty"));
        }
        // Which characters are counted is documented nowhere: this is the strictest way.
        let length = value.encode_utf16().count();
        if length > most {
            let detail =
                format!("{name} is too long: {length} characters, and the limit is {most}");
            self.error("option_too_long", name, detail);
        }
    }

    /// Says that an option does nothing here.
    pub(super) fn unused(&mut self, name: &str, is_given: bool, why: &str) {
        if is_given {
            self.warning("option_unused", name, format!("{name} does nothing: {why}"));
        }
    }

    /// Checks the moment of a film that its cover shows.
    pub(super) fn cover(&mut self, at_ms: Option<u64>) {
        let Some(at_ms) = at_ms else { return };
        match self.film().map(|film| film.duration_ms) {
            None => self.unused("cover_at_ms", true, "only a film has a cover"),
            Some(duration) if at_ms > duration => self.error(
                "option_out_of_range",
                "cover_at_ms",
                format!("the film ends at {duration} ms: its cover cannot show {at_ms} ms"),
            ),
            Some(_) => {}
        }
    }
}

/// Angle brackets, which YouTube refuses.
pub(in crate::rules) fn angled(text: &str, pointer: &str, what: &str) -> Option<Finding> {
    text.contains(['<', '>']).then(|| {
        let detail = format!("{what} must not contain < or >");
        Finding::error("angle_brackets", pointer.to_owned(), detail)
    })
}
