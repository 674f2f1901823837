//! The Lambda function `auth-login`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::login::FUNCTION.run()
}
