//! The Lambda function `users-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::users::list::FUNCTION.run()
}
