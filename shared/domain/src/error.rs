//! Why the domain says no.

use crate::team::{Permission, Role};

/// A request that was understood and is not allowed in the state things are in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The member's role does not include the permission.
    #[error("the role {role} may not {permission}")]
    Forbidden {
        /// The role that the member has.
        role: Role,
        /// What would have been needed.
        permission: Permission,
    },
    /// Only an administrator of the deployment may do this.
    #[error("only an admin of this deployment may do this")]
    AdminsOnly,
    /// The thing is in a state in which this cannot be done.
    #[error("{0}")]
    Conflict(String),
    /// A value is well-formed but not possible.
    #[error("{detail}")]
    Invalid {
        /// Where the value is, as a JSON pointer (RFC 6901).
        pointer: String,
        /// What is wrong with it and what would be right.
        detail: String,
    },
}

impl Refused {
    /// A value at `pointer` that is well-formed but not possible.
    pub fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        Self::Invalid {
            pointer: pointer.to_owned(),
            detail: detail.into(),
        }
    }
}
