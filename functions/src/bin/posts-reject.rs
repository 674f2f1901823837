//! The Lambda function `posts-reject`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::reject::FUNCTION.run()
}
