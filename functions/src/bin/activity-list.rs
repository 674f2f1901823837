//! The Lambda function `activity-list`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::activity::list::FUNCTION.run()
}
