//! The Lambda function `auth-refresh-token`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::refresh_token::FUNCTION.run()
}
