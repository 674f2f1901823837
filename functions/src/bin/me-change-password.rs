//! The Lambda function `me-change-password`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::change_password::FUNCTION.run()
}
