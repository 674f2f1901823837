//! The Lambda function `members-remove`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::members::remove::FUNCTION.run()
}
