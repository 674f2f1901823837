//! The Lambda function `me-list-sessions`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::list_sessions::FUNCTION.run()
}
