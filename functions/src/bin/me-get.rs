//! The Lambda function `me-get`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::get::FUNCTION.run()
}
