//! The Lambda function `jobs-rotate-vault`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::rotate_vault::FUNCTION.run()
}
