//! The Lambda function `auth-verify-email-page`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::verify_email_page::FUNCTION.run()
}
