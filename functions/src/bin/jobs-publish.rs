//! The Lambda function `jobs-publish`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::publish::FUNCTION.run()
}
