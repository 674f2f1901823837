//! The Lambda function `members-add`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::members::add::FUNCTION.run()
}
