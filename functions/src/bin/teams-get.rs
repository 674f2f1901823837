//! The Lambda function `teams-get`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::teams::get::FUNCTION.run()
}
