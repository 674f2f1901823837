//! The Lambda function `invitations-resend`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::resend::FUNCTION.run()
}
