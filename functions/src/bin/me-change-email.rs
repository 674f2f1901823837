//! The Lambda function `me-change-email`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::change_email::FUNCTION.run()
}
