//! The Lambda function `posts-preview`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::preview::FUNCTION.run()
}
