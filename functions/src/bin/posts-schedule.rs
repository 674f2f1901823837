//! The Lambda function `posts-schedule`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::schedule::FUNCTION.run()
}
