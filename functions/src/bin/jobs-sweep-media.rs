//! The Lambda function `jobs-sweep-media`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::jobs::sweep_media::FUNCTION.run()
}
