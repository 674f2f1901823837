//! The Lambda function `invitations-revoke`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::revoke::FUNCTION.run()
}
