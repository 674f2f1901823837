//! The Lambda function `teams-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::teams::list::FUNCTION.run()
}
