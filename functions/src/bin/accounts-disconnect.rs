//! The Lambda function `accounts-disconnect`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::accounts::disconnect::FUNCTION.run()
}
