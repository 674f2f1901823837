//! The Lambda function `auth-reset-password`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::reset_password::FUNCTION.run()
}
