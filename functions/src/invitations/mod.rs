//! Invitations to a team: on the team's side, and on the side of whoever is invited.

pub mod accept;
pub mod accept_by_link;
pub mod accept_page;
pub mod decline;
pub(crate) mod joining;
pub mod list;
pub mod mine;
pub mod resend;
pub mod revoke;
pub mod view;
