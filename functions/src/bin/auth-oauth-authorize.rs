//! The Lambda function `auth-oauth-authorize`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::oauth_authorize::FUNCTION.run()
}
