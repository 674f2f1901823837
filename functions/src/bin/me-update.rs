//! The Lambda function `me-update`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::update::FUNCTION.run()
}
