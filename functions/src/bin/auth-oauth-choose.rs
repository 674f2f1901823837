//! The Lambda function `auth-oauth-choose`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::oauth_choose::FUNCTION.run()
}
