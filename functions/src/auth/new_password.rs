//! A password that somebody chooses: checked, and hashed.

use app::auth::passwords;
use app::{App, Error, Result};
use domain::{Email, PersonName};
use secrecy::SecretString;

/// The name of this service, which no password may be made of.
const SERVICE: &str = "tayang";

/// Refuses a bad password, which takes no time to speak of; the error points at `pointer`.
pub(crate) fn check(
    password: &SecretString,
    (email, name): (&Email, &PersonName),
    pointer: &str,
) -> Result<()> {
    let context = [email.mailbox(), name.as_str(), SERVICE];
    passwords::check(password, &context).map_err(|detail| Error::invalid(pointer, detail))
}

/// Hashes a new password that was checked, unless it is known to be breached; the error points at `pointer`.
pub(crate) async fn hash(app: &App, password: &SecretString, pointer: &str) -> Result<String> {
    if app.config.breached_passwords {
        match passwords::is_breached(password, app.egress()?).await {
            Ok(false) => {}
            Ok(true) => {
                let detail =
                    "is among the passwords that were stolen elsewhere: choose another one";
                return Err(Error::invalid(pointer, detail));
            }
            // The list of our own was looked at; that the other one cannot be reached keeps nobody out.
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "breached passwords were not looked up"
                );
            }
        }
    }
    Ok(passwords::hash(password, &app.pepper().await?).await?)
}
