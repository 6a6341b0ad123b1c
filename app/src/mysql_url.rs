//! Where recorded MySQL goes, as people write it:
//! `mysql://USER:PASSWORD@HOST:PORT/DATABASE?tls=verify-ca&ca=FILE`.

use reprise_replay::{MysqlRoute, MysqlTls};

use crate::Error;

/// The parts of a MySQL URL.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MysqlUrl {
    /// `HOST:PORT`.
    pub(crate) address: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: Option<String>,
    pub(crate) tls: MysqlTls,
    /// A file of certificates to trust.
    pub(crate) ca: Option<String>,
}

impl MysqlUrl {
    /// Where a stored plan goes; the password, which no plan holds, comes from `REPRISE_MYSQL_PASSWORD`.
    pub(crate) fn of_route(route: &MysqlRoute) -> Self {
        Self {
            address: route.address.clone(),
            user: route.user.clone(),
            password: password_of_environment(),
            database: route.database.clone(),
            tls: route.tls,
            ca: route.ca.clone(),
        }
    }

    /// What a plan keeps of it.
    pub(crate) fn route(&self) -> MysqlRoute {
        MysqlRoute {
            address: self.address.clone(),
            user: self.user.clone(),
            database: self.database.clone(),
            tls: self.tls,
            ca: self.ca.clone(),
            users: Vec::new(),
        }
    }

    /// Reads a URL; the password may be percent-encoded, and may come from `REPRISE_MYSQL_PASSWORD`.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let unreadable = || {
            Error::Usage(
                "the MySQL target is not readable; write mysql://USER:PASSWORD@HOST:PORT/DATABASE"
                    .to_owned(),
            )
        };
        let rest = text.strip_prefix("mysql://").ok_or_else(unreadable)?;
        let (login, place) = rest.rsplit_once('@').unwrap_or(("root", rest));
        let (place, query) = place.split_once('?').unwrap_or((place, ""));
        let (tls, ca) = tls_of(query)?;
        let (address, database) = match place.split_once('/') {
            Some((address, database)) => (address, Some(database).filter(|name| !name.is_empty())),
            None => (place, None),
        };
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, decoded(password).ok_or_else(unreadable)?),
            None => (login, password_of_environment()),
        };
        if address.is_empty() {
            return Err(unreadable());
        }
        let has_port = address
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let address = if has_port {
            address.to_owned()
        } else {
            format!("{address}:3306")
        };
        Ok(Self {
            address,
            user: decoded(user).ok_or_else(unreadable)?,
            password,
            database: database.map(str::to_owned),
            tls,
            ca,
        })
    }
}

/// `tls=` and `ca=`; a file to trust asks for TLS by itself.
fn tls_of(query: &str) -> Result<(MysqlTls, Option<String>), Error> {
    let (mut tls, mut ca) = (None, None);
    for option in query.split('&').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("tls", "disabled")) => tls = Some(MysqlTls::Disabled),
            Some(("tls", "required")) => tls = Some(MysqlTls::Required),
            Some(("tls", "verify-ca")) => tls = Some(MysqlTls::VerifyCa),
            Some(("tls", "verify-identity")) => tls = Some(MysqlTls::VerifyIdentity),
            Some(("ca", file)) if !file.is_empty() => ca = decoded(file),
            _ => {
                return Err(Error::Usage(format!(
                    "the MySQL target has no option '{option}'; there are \
                     tls=disabled|required|verify-ca|verify-identity and ca=FILE"
                )));
            }
        }
    }
    let implied = if ca.is_some() {
        MysqlTls::VerifyCa
    } else {
        MysqlTls::Disabled
    };
    Ok((tls.unwrap_or(implied), ca))
}

/// Where a stored plan's MySQL goes, as people write it, with the password of its user unless that is empty.
pub fn mysql_url(route: &MysqlRoute, password: &str) -> String {
    let MysqlRoute {
        address, database, ..
    } = route;
    let tls = match route.tls {
        MysqlTls::Disabled => "disabled",
        MysqlTls::Required => "required",
        MysqlTls::VerifyCa => "verify-ca",
        MysqlTls::VerifyIdentity => "verify-identity",
    };
    let ca = route.ca.as_deref().map(encoded);
    let ca = ca.map(|file| format!("&ca={file}")).unwrap_or_default();
    let database = database.as_deref().unwrap_or_default();
    let mut login = encoded(&route.user);
    if !password.is_empty() {
        login = format!("{login}:{}", encoded(password));
    }
    let query = match route.tls {
        MysqlTls::Disabled if ca.is_empty() => String::new(),
        _ => format!("?tls={tls}{ca}"),
    };
    format!("mysql://{login}@{address}/{database}{query}")
}

/// Percent-encoding (RFC 3986 section 2.1) of all but letters and digits.
fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}

fn password_of_environment() -> String {
    std::env::var("REPRISE_MYSQL_PASSWORD").unwrap_or_default()
}

/// Percent-decoding (RFC 3986 section 2.1); `None` when it is not UTF-8 or cut short.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let (digits, after) = rest.split_first_chunk::<2>()?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_route_with_a_password_reads_back_as_itself() {
        let route = MysqlRoute {
            address: "db:3306".to_owned(),
            user: "a@b".to_owned(),
            database: Some("shop".to_owned()),
            tls: MysqlTls::VerifyCa,
            ca: Some("/etc/ca & co.pem".to_owned()),
            users: Vec::new(),
        };
        let url = MysqlUrl::parse(&mysql_url(&route, "p:@/?%\u{e9}")).unwrap();
        assert_eq!(url.password, "p:@/?%\u{e9}");
        assert_eq!(url.route(), route);
    }

    #[test]
    fn every_part_is_read_and_the_port_has_a_default() {
        let url = MysqlUrl::parse("mysql://load:p%40ss@db:3307/shop")
            .ok()
            .unwrap();
        assert_eq!(
            (url.address.as_str(), url.user.as_str()),
            ("db:3307", "load")
        );
        assert_eq!(
            (url.password.as_str(), url.database.as_deref()),
            ("p@ss", Some("shop"))
        );
        let url = MysqlUrl::parse("mysql://load:@db").ok().unwrap();
        assert_eq!((url.address.as_str(), url.database), ("db:3306", None));
    }

    #[test]
    fn tls_is_asked_for_behind_a_question_mark() {
        let tls = |query: &str| {
            let url = MysqlUrl::parse(&format!("mysql://load:@db/shop?{query}"));
            url.map(|url| (url.tls, url.ca))
                .map_err(|error| error.to_string())
        };
        assert_eq!(tls("tls=required"), Ok((MysqlTls::Required, None)));
        let file = Some("/etc/ca.pem".to_owned());
        assert_eq!(
            tls("ca=/etc/ca.pem"),
            Ok((MysqlTls::VerifyCa, file.clone()))
        );
        let verified = tls("tls=verify-identity&ca=%2Fetc/ca.pem");
        assert_eq!(verified, Ok((MysqlTls::VerifyIdentity, file)));
        assert!(tls("ssl=1").unwrap_err().contains("tls=disabled|required"));
    }

    #[test]
    fn what_is_not_a_mysql_url_is_refused_without_repeating_a_password() {
        for text in [
            "",
            "db:3306",
            "http://x",
            "mysql://",
            "mysql://u:se%zzcret@h",
        ] {
            let error = MysqlUrl::parse(text).err().unwrap().to_string();
            assert!(error.contains("mysql://USER"), "{error}");
            assert!(!error.contains("secret"));
        }
    }
}
