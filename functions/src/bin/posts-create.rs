//! The Lambda function `posts-create`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::create::FUNCTION.run()
}
