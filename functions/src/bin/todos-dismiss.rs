//! The Lambda function `todos-dismiss`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::todos::dismiss::FUNCTION.run()
}
