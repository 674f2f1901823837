//! The Lambda function `jobs-tend`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::tend::FUNCTION.run()
}
