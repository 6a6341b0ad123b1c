//! Percent as people write them: `5%`.

use reprise_app::Error;

/// `5%` as 0.05; `flag` is what it was given to.
pub(crate) fn percentage(flag: &str, text: &str) -> Result<f64, Error> {
    let number = text.trim().strip_suffix('%').map(str::trim);
    let number = number.and_then(|number| number.parse::<f64>().ok());
    number.map(|percent| percent / 100.0).ok_or_else(|| {
        Error::Usage(format!(
            "{flag} '{text}' is no share; write percent, such as 5%"
        ))
    })
}
