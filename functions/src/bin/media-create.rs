//! The Lambda function `media-create`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::media::create::FUNCTION.run()
}
