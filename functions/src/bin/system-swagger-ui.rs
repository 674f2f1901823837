//! The Lambda function `system-swagger-ui`.

fn main() -> Result<(), app::lambda::RunError> {
    functions::system::swagger_ui::FUNCTION.run()
}
