//! The Lambda function `auth-logout`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::logout::FUNCTION.run()
}
