//! The Lambda function `platforms-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::platforms::list::FUNCTION.run()
}
