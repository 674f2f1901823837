//! The Lambda function `auth-register`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::auth::register::FUNCTION.run()
}
