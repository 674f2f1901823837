//! The Lambda function `auth-oauth-callback`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::oauth_callback::FUNCTION.run()
}
