//! The Lambda function `accounts-get`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::accounts::get::FUNCTION.run()
}
