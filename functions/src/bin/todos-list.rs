//! The Lambda function `todos-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::todos::list::FUNCTION.run()
}
