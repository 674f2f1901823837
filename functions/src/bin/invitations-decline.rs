//! The Lambda function `invitations-decline`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::decline::FUNCTION.run()
}
