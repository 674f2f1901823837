//! The Lambda function `teams-delete`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::teams::delete::FUNCTION.run()
}
