//! The Lambda function `invitations-accept-page`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::accept_page::FUNCTION.run()
}
