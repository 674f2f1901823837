//! The Lambda function `posts-repost`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::repost::FUNCTION.run()
}
