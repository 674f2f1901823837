//! The Lambda function `system-openapi`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::system::openapi::FUNCTION.run()
}
