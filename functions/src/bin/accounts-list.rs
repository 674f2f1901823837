//! The Lambda function `accounts-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::accounts::list::FUNCTION.run()
}
