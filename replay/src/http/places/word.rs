//! Words that a server makes up for a path: random letters (`doc_XUWXxrqs`), and slugs made of what the request says
//! (`my-title`, and `my-title-2` where there is one already), or of the name of a file in it. Any other word of a path is a page.

use super::guess::{file, is_id, is_word_id};

/// Shorter names of files stand in any text.
const SHORTEST_FILE: usize = 3;

/// Whether a word of a path was made up: letters that are no name, or words of what the request `said`, in lower case. A
/// path in that is one the client knew.
pub(crate) fn is_made(word: &[u8], said: &[u8]) -> bool {
    if let Some((name, format)) = file(word) {
        return name.len() >= SHORTEST_FILE && is_file_of(name, format, said);
    }
    if !is_word_id(word) {
        return false;
    }
    is_generated(word) || is_slug_of(&word.to_ascii_lowercase(), said)
}

/// Whether one of the lines that a request said is the name of such a file: `My Lamp.PNG` makes `my-lamp.png`. Other words
/// make no file: `upload.php` is a page.
fn is_file_of(name: &[u8], format: &[u8], said: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let ending = [b".", format].concat().to_ascii_lowercase();
    let mut lines = said.split(|byte| *byte == b'\n');
    lines.any(|line| line.ends_with(&ending) && is_slug_of(&name, line))
}

fn is_slug_of(word: &[u8], said: &[u8]) -> bool {
    let says = |text: &[u8]| said.windows(text.len()).any(|part| part == text);
    !says(&[b"/", word].concat()) && parts(word).all(says)
}

/// Whether a word that the target made stands for the recorded one: the same, with another number behind it, or other
/// random letters. What leads to another page does not.
pub(crate) fn stands_for(word: &[u8], recorded: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || is_joiner(byte);
    if let (Some((name, format)), Some((recorded, as_recorded))) = (file(word), file(recorded)) {
        return format == as_recorded && is_numbered(name, recorded);
    }
    // of a day
    if is_number(recorded) {
        return is_number(word) && word.len() == recorded.len();
    }
    if is_numbered(word, recorded) {
        return true;
    }
    is_generated(recorded)
        && word.len() == recorded.len()
        && word.iter().all(is_word)
        && word.starts_with(kind(recorded))
}

fn is_number(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
}

/// Whether two words are the same but for numbers behind them: `lamp-2` has one, or is itself what `lamp-2-1` adds one to.
fn is_numbered(word: &[u8], recorded: &[u8]) -> bool {
    let (of_word, of_recorded) = (base(word), base(recorded));
    of_word == of_recorded || of_word == recorded || word == of_recorded
}

/// Whether the letters of a word are random: they are large, or both large and small, and not as in a name.
fn is_generated(word: &[u8]) -> bool {
    let rest = word.get(kind(word).len()..).unwrap_or_default();
    let large = rest.iter().skip(1).any(u8::is_ascii_uppercase);
    large && !parts(rest).all(is_name)
}

/// What says of which kind an id is: `doc_`.
fn kind(word: &[u8]) -> &[u8] {
    let end = word.iter().position(|byte| !byte.is_ascii_lowercase());
    match end {
        Some(end) if word.get(end).is_some_and(is_joiner) => word.get(..=end).unwrap_or_default(),
        _ => b"",
    }
}

/// Whether a part of a word is a name as people write them: `thank`, `ThankYou`.
fn is_name(part: &[u8]) -> bool {
    let is_vowel = |byte: &u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
    let mut words = part
        .chunk_by(|_, next| !next.is_ascii_uppercase())
        .filter(|word| !word.is_empty());
    words.all(|word| word.len() > 1 && word.iter().any(is_vowel))
}

/// A slug without the number that tells it from others like it.
fn base(word: &[u8]) -> &[u8] {
    let joiner = word.iter().rposition(is_joiner);
    let numbered = joiner.and_then(|at| Some((word.get(..at)?, word.get(at + 1..)?)));
    match numbered {
        Some((base, number)) if !base.is_empty() && is_id(number) => base,
        _ => word,
    }
}

fn parts(word: &[u8]) -> impl Iterator<Item = &[u8]> {
    word.split(is_joiner).filter(|part| !part.is_empty())
}

const fn is_joiner(byte: &u8) -> bool {
    matches!(*byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_letters_are_made_up_and_the_names_of_pages_are_not() {
        for word in ["doc_XUWXxrqs", "trjZmtLz", "KXQZPL", "aBcD-eFgH"] {
            assert!(is_made(word.as_bytes(), b""), "{word}");
        }
        for word in [
            "thank-you",
            "ThankYou",
            "Order-Details",
            "MyAccount",
            "edit",
            "summer-sale",
            "order_failed",
        ] {
            assert!(!is_made(word.as_bytes(), b""), "{word}");
        }
    }

    #[test]
    fn a_slug_is_made_of_what_the_request_says() {
        let said = b"my first title\n/my-first/\n";
        assert!(is_made(b"my-first-title", said));
        assert!(is_made(b"My_Title", said));
        assert!(!is_made(b"my-orders", said));
        assert!(!is_made(b"my-first", said), "the client knew that path");
    }

    #[test]
    fn the_name_of_a_file_is_made_of_what_the_request_says() {
        let said = b"my lamp 1.png\n/icons/desk.png\n";
        assert!(is_made(b"My-Lamp-1.png", said));
        assert!(is_made(b"lamp.png", said));
        assert!(!is_made(b"lamp.php", said), "a page");
        assert!(!is_made(b"desk.png", said), "the client knew that path");
        assert!(!is_made(b"chair.png", said));
        assert!(!is_made(b"am.png", said));
    }

    #[test]
    fn a_part_of_a_day_may_be_another() {
        assert!(stands_for(b"12", b"11"));
        assert!(stands_for(b"2027", b"2026"));
        assert!(!stands_for(b"2027", b"11"));
        assert!(!stands_for(b"xx", b"11"));
    }

    #[test]
    fn a_slug_may_have_another_number_and_random_letters_are_others() {
        for (word, recorded) in [
            ("my-title", "my-title"),
            ("my-title-2", "my-title"),
            ("my-title", "my-title-12"),
            ("my-title-3", "my-title-2"),
            ("my-title-6ba7b810", "my-title"),
            ("top-10-2", "top-10"),
            ("top-10", "top-10-3"),
            ("lamp-1.png", "lamp.png"),
            ("lamp-2-1.png", "lamp-2.png"),
            ("doc_a1b2C3d4", "doc_XUWXxrqs"),
            ("XQZKPL", "KXQZPL"),
        ] {
            assert!(
                stands_for(word.as_bytes(), recorded.as_bytes()),
                "{word} {recorded}"
            );
        }
        for (word, recorded) in [
            ("order-failed", "order-placed"),
            ("login", "thank-you"),
            ("my-titles", "my-title"),
            ("doc_list", "doc_XUWXxrqs"),
            ("img_XUWXxrqs", "doc_XUWXxrqs"),
            ("", "my-title"),
            ("top-10-2", "top-20"),
            ("lamp-1.jpg", "lamp.png"),
            ("lamp", "lamp.png"),
            ("desk.png", "lamp.png"),
        ] {
            assert!(
                !stands_for(word.as_bytes(), recorded.as_bytes()),
                "{word} {recorded}"
            );
        }
    }
}
