//! The Lambda function `jobs-caretaker`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::caretaker::FUNCTION.run()
}
