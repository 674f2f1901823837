//! The Lambda function `jobs-relay`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::relay::FUNCTION.run()
}
