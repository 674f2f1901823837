//! The Lambda function `jobs-publisher`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::publisher::FUNCTION.run()
}
