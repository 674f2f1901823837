//! The Lambda function `posts-comment`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::comment::FUNCTION.run()
}
