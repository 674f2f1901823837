//! The Lambda function `accounts-connect`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::accounts::connect::FUNCTION.run()
}
