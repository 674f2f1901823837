//! The Lambda function `auth-verify-email`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::verify_email::FUNCTION.run()
}
