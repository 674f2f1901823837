//! The Lambda function `invitations-accept-by-link`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::accept_by_link::FUNCTION.run()
}
