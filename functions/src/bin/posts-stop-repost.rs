//! The Lambda function `posts-stop-repost`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::stop_repost::FUNCTION.run()
}
