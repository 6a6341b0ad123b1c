//! Sizes as both faces read them: `500MB`, `2GiB`, `64k`.

/// Reads a number of bytes, with or without a unit: `k`, `M`, `G`, `T` of 1000, `Ki`, `Mi`, ... of 1024.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let refused = || format!("'{text}' is not a size; write 500MB, 2GiB or 64k");
    let split = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().map_err(|_| refused())?;
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (letter, base) = match unit.strip_suffix('i') {
        Some(letter) => (letter, 1_024_u64),
        None => (unit, 1_000),
    };
    let power = match letter {
        "" if base == 1_000 => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return Err(refused()),
    };
    let bytes = number * base.pow(power) as f64;
    if !(1.0..=1e18).contains(&bytes) {
        return Err(refused());
    }
    Ok(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units_of_a_thousand_and_of_1024() {
        for (text, bytes) in [
            ("12", 12),
            ("64k", 64_000),
            ("500MB", 500_000_000),
            ("1.5kb", 1_500),
            ("2GiB", 2_147_483_648),
            ("64 MiB", 67_108_864),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_size_and_says_how_to_write_one() {
        for text in ["", "0", "GB", "-1k", "5 parsecs", "1i", "nan", "1e300"] {
            let error = parse_size(text).unwrap_err();
            assert!(error.contains("write 500MB"), "{error}");
        }
    }
}
