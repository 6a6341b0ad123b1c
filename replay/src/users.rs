//! Accounts of their own for the copies of a run, read from a file: one `user:password` or `user,password`
//! a line.

/// One account of the target.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// What it logs in as.
    pub name: String,
    /// With what password.
    pub password: String,
}

/// The accounts of a run. They are never stored and never shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users(Vec<Account>);

impl Users {
    /// Reads accounts: on each line a name and a password, parted by the first colon, comma, semicolon or
    /// tab. Empty lines, lines that begin with `#`, and a first line that names the columns are left out;
    /// quotes around a field are taken off.
    ///
    /// # Errors
    /// The number, from 1, of a line that has no password.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut accounts = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end_matches('\r');
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((name, password)) = line.split_once([':', ',', ';', '\t']) else {
                return Err(index + 1);
            };
            let account = Account {
                name: unquoted(name),
                password: unquoted(password),
            };
            if index == 0 && account.names_columns() {
                continue;
            }
            accounts.push(account);
        }
        Ok(Self(accounts))
    }

    /// The same accounts, those named like a recorded one in its place: in the first copy it logs in as it was
    /// recorded. Where there are too few, they are used again from the first, and the others keep their places.
    pub(crate) fn arranged(self, recorded: &[Vec<u8>]) -> Self {
        let mut again = self.0.clone().into_iter().cycle();
        let mut others = self.0;
        let named: Vec<Option<Account>> = recorded
            .iter()
            .map(|name| {
                let at = others.iter().position(|one| one.name.as_bytes() == name)?;
                Some(others.remove(at))
            })
            .collect();
        let mut others = others.into_iter();
        let mut first: Vec<Account> = Vec::new();
        for own in named {
            first.extend(own.or_else(|| others.next()).or_else(|| again.next()));
        }
        first.extend(others);
        Self(first)
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// The account of one copy: every recorded account has one of its own in every copy, as long as there
    /// are enough; then they are used again from the first.
    pub(crate) fn of(&self, recorded: u32, recorded_accounts: u32, copy: u32) -> Option<&Account> {
        let place = u64::from(copy) * u64::from(recorded_accounts.max(1)) + u64::from(recorded);
        let index = place.checked_rem(self.0.len() as u64)?;
        self.0.get(usize::try_from(index).ok()?)
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the password must not reach a log
        f.debug_struct("Account")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// Whether it is the heads of two columns, not an account such as `admin`, `password`.
    fn names_columns(&self) -> bool {
        const USERS: [&str; 5] = ["user", "username", "email", "login", "name"];
        let is = |text: &str, word: &str| text.trim().eq_ignore_ascii_case(word);
        USERS.iter().any(|word| is(&self.name, word)) && is(&self.password, "password")
    }
}

/// A field without the quotes around it; within them two stand for one, as in CSV.
fn unquoted(field: &str) -> String {
    let inside = field
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inside.map_or_else(|| field.to_owned(), |inside| inside.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_lines_of_a_name_and_a_password() {
        let users = Users::parse("user,password\n# staging\nann@x,a:b\n\nbob:\"c\"\r\n").unwrap();
        let all: Vec<_> = users
            .0
            .iter()
            .map(|one| (one.name.as_str(), one.password.as_str()))
            .collect();
        assert_eq!(all, [("ann@x", "a:b"), ("bob", "c")]);
        // an account may have no better password, and one may hold quotes
        let plain = Users::parse("admin:password\nann,\"a\"\"b\"\n").unwrap();
        let passwords = plain.0.iter().map(|one| one.password.as_str());
        assert_eq!(passwords.collect::<Vec<_>>(), ["password", "a\"b"]);
        assert_eq!(Users::parse("ann:x\nbob\n"), Err(2));
        assert!(!format!("{users:?}").contains("a:b"));
    }

    #[test]
    fn a_recorded_account_that_is_among_them_is_its_own_in_the_first_copy() {
        let recorded = [b"cy".to_vec(), b"zoe".to_vec(), b"ann".to_vec()];
        let users = Users::parse("ann:1\nbob:2\ncy:3\ndan:4\n").unwrap();
        let users = users.arranged(&recorded);
        let name = |recorded, copy| users.of(recorded, 3, copy).unwrap().name.clone();
        assert_eq!(
            [name(0, 0), name(1, 0), name(2, 0), name(0, 1)],
            ["cy", "bob", "ann", "dan"]
        );
        // of fewer accounts than were recorded each is still its own
        let users = Users::parse("ann:1\ncy:3\n").unwrap();
        let users = users.arranged(&recorded);
        let name = |recorded| users.of(recorded, 3, 0).unwrap().name.clone();
        assert_eq!([name(0), name(1), name(2)], ["cy", "ann", "ann"]);
    }

    #[test]
    fn every_recorded_account_has_its_own_in_every_copy_while_there_are_enough() {
        let users = Users::parse("a:1\nb:1\nc:1\nd:1\n").unwrap();
        let name = |recorded, copy| users.of(recorded, 2, copy).unwrap().name.clone();
        assert_eq!(
            [name(0, 0), name(1, 0), name(0, 1), name(1, 1)],
            ["a", "b", "c", "d"]
        );
        assert_eq!(name(0, 2), "a");
        assert_eq!(Users::default().of(0, 1, 0), None);
    }
}
