//! What is wrong with a post on an account, and what is only doubtful.

use std::fmt;

use serde::Serialize;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    /// It keeps the post from going out.
    Error,
    /// It goes out, and may not look as it was meant.
    Warning,
}

/// Something about a post that somebody should know before it goes out on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a word for programs that never changes.
    pub code: &'static str,
    /// Where it is: a JSON pointer into the post.
    pub pointer: String,
    /// What it is and what would be right, in words that follow "on this account".
    pub detail: String,
}

impl Finding {
    pub(super) fn error(code: &'static str, pointer: String, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            pointer,
            detail: detail.into(),
        }
    }

    pub(super) fn warning(code: &'static str, pointer: String, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, pointer, detail)
        }
    }

    /// Whether it keeps the post from going out.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// Whether nothing among the findings keeps a post from going out.
pub fn is_fine(findings: &[Finding]) -> bool {
    !findings.iter().any(Finding::is_error)
}
