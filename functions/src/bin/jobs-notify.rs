//! The Lambda function `jobs-notify`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::notify::FUNCTION.run()
}
