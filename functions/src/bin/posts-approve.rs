//! The Lambda function `posts-approve`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::approve::FUNCTION.run()
}
