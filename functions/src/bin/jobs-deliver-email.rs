//! The Lambda function `jobs-deliver-email`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::deliver_email::FUNCTION.run()
}
