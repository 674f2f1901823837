//! The Lambda function `teams-create`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::teams::create::FUNCTION.run()
}
