//! The Lambda function `users-update`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::users::update::FUNCTION.run()
}
