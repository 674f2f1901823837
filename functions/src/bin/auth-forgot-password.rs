//! The Lambda function `auth-forgot-password`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::forgot_password::FUNCTION.run()
}
