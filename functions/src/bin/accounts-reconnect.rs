//! The Lambda function `accounts-reconnect`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::accounts::reconnect::FUNCTION.run()
}
