//! The Lambda function `members-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::members::list::FUNCTION.run()
}
