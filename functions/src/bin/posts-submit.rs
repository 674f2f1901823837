//! The Lambda function `posts-submit`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::submit::FUNCTION.run()
}
