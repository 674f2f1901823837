//! The Lambda function `auth-jwks`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::jwks::FUNCTION.run()
}
