//! The Lambda function `posts-cancel`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::cancel::FUNCTION.run()
}
