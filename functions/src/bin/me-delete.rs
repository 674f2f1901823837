//! The Lambda function `me-delete`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::delete::FUNCTION.run()
}
