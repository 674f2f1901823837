//! The Lambda function `me-link-identity`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::me::link_identity::FUNCTION.run()
}
