//! The Lambda function `accounts-update`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::accounts::update::FUNCTION.run()
}
