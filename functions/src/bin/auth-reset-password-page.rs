//! The Lambda function `auth-reset-password-page`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::reset_password_page::FUNCTION.run()
}
