//! The Lambda function `posts-update`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::update::FUNCTION.run()
}
