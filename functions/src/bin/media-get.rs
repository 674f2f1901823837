//! The Lambda function `media-get`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::media::get::FUNCTION.run()
}
