//! The Lambda function `me-end-session`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::end_session::FUNCTION.run()
}
