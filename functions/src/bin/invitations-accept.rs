//! The Lambda function `invitations-accept`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::accept::FUNCTION.run()
}
