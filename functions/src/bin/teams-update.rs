//! The Lambda function `teams-update`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::teams::update::FUNCTION.run()
}
