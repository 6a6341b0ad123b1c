//! The sample shop as a target on this machine: something to replay the shipped capture against, for who has no staging yet.

use reprise_fixtures::FixtureError;
use reprise_fixtures::shop::{self, PASSWORD, Shop, ShopConfig};
use serde::Serialize;

use crate::{Error, ReplayRequest};

/// The shop, open until it is dropped.
pub struct SampleShop(Shop);

/// Where the shop is, and what a replay of its traffic has to be supplied with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShopTargets {
    /// What `--http` takes.
    pub http: String,
    /// What `--mysql` takes.
    pub mysql: String,
    /// What `--secret` takes: `login.password=...`, the password of every account, which redaction took out.
    pub secret: String,
}

impl SampleShop {
    /// Opens it on free ports of the loopback.
    ///
    /// # Errors
    /// When it cannot listen or has no room for its data.
    pub fn open() -> Result<Self, Error> {
        shop::start(ShopConfig::default()).map(Self).map_err(failed)
    }

    /// Where it is.
    pub fn targets(&self) -> ShopTargets {
        targets(&self.0)
    }

    /// Puts its data back to what it was at first if a replay goes to it: two runs are not comparable otherwise.
    ///
    /// # Errors
    /// When its database does not answer.
    pub fn reset_for(&self, request: &ReplayRequest) -> Result<(), Error> {
        let targets = self.targets();
        let goes_here = request.mysql.as_ref() == Some(&targets.mysql)
            || request
                .http
                .iter()
                .any(|http| http.ends_with(&targets.http));
        if goes_here {
            self.0.reset().map_err(failed)?;
        }
        Ok(())
    }
}

pub(crate) fn targets(shop: &Shop) -> ShopTargets {
    ShopTargets {
        http: format!("http://{}", shop.http_addr()),
        mysql: shop::mysql_url(shop.mysql_addr()),
        secret: format!("login.password={PASSWORD}"),
    }
}

pub(crate) fn failed(error: FixtureError) -> Error {
    Error::Shop(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_shop_says_where_it_is_and_can_be_put_back() {
        let shop = SampleShop::open().unwrap();
        let targets = shop.targets();
        assert!(targets.http.starts_with("http://127.0.0.1:"), "{targets:?}");
        assert!(targets.mysql.contains("@127.0.0.1:"), "{targets:?}");
        assert!(targets.secret.starts_with("login.password="));
        let mut request = ReplayRequest::new("shop".to_owned());
        request.http = vec![targets.http];
        shop.reset_for(&request).unwrap();
    }
}
