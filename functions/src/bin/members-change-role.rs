//! The Lambda function `members-change-role`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::members::change_role::FUNCTION.run()
}
