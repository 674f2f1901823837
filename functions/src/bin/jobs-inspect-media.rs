//! The Lambda function `jobs-inspect-media`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::inspect_media::FUNCTION.run()
}
