//! The Lambda function `posts-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::posts::list::FUNCTION.run()
}
