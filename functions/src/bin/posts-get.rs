//! The Lambda function `posts-get`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::get::FUNCTION.run()
}
