//! The Lambda function `jobs-seal`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::seal::FUNCTION.run()
}
