//! The Lambda function `me-end-sessions`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::end_sessions::FUNCTION.run()
}
