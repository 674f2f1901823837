//! The Lambda function `jobs-rotate-keys`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::rotate_keys::FUNCTION.run()
}
