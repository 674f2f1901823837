//! The Lambda function `jobs-resolve-times`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::resolve_times::FUNCTION.run()
}
