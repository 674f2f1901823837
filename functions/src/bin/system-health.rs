//! The Lambda function `system-health`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::system::health::FUNCTION.run()
}
