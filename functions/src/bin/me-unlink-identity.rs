//! The Lambda function `me-unlink-identity`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::unlink_identity::FUNCTION.run()
}
