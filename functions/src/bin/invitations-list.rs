//! The Lambda function `invitations-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::list::FUNCTION.run()
}
