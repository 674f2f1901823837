//! The system itself: its health and its documentation.

pub mod health;
pub mod openapi;
pub mod swagger_ui;
