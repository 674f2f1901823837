//! The Lambda function `invitations-mine`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::invitations::mine::FUNCTION.run()
}
