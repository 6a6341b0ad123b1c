//! Secrets of the commands that say who somebody is: what COM_CHANGE_USER and COM_REGISTER_SLAVE prove it with, and the
//! attributes of a connection.

use crate::mysql::ChangeUser;
use crate::mysql::fields::Fields;
use crate::redact::Pass;
use crate::redact::pass::Place;
use crate::redact::rules::Detector;

/// Replaces the secrets of COM_CHANGE_USER.
pub(super) fn redact_change(bytes: &mut [u8], pass: &mut Pass) {
    blank_authentication(bytes, pass);
    redact_attributes(bytes, pass);
}

/// The attributes stand behind all else, each a name and a value; what takes a value's place is as long.
fn redact_attributes(bytes: &mut [u8], pass: &mut Pass) {
    let change = bytes.get(1..).map(ChangeUser::decode);
    let Some(Ok(ChangeUser { tail, .. })) = change else {
        return;
    };
    let start = bytes.len() - tail.len();
    let mut fields = Fields::new(&tail, "attributes");
    if fields.lenenc().is_err() {
        return;
    }
    while let (Ok(name), Ok(value)) = (fields.string(), fields.string()) {
        let end = start + tail.len() - fields.rest().len();
        let rule = pass.rule(|table| &mut table.parameters.plain, name, false);
        let new = rule.and_then(|rule| pass.replace_sized(rule, value, Place::Attribute(name)));
        if let Some(new) = new
            && let Some(place) = bytes.get_mut(end - value.len()..end)
        {
            place.copy_from_slice(&new);
        }
    }
}

/// COM_CHANGE_USER is `11 user 00 length authentication database 00 ...`: the authentication data
/// becomes zeros, for no reply to a challenge can be used again.
fn blank_authentication(bytes: &mut [u8], pass: &mut Pass) {
    let Some(user_end) = memchr::memchr(0, bytes) else {
        return;
    };
    blank_behind_length(bytes, user_end + 1, pass);
}

/// COM_REGISTER_SLAVE is `15 server (4 bytes) length host length user length password ...`: the password becomes
/// zeros.
pub(super) fn blank_password(bytes: &mut [u8], pass: &mut Pass) {
    let text = |at: usize| Some(at + 1 + usize::from(*bytes.get(at)?));
    if let Some(password) = text(5).and_then(text) {
        blank_behind_length(bytes, password, pass);
    }
}

/// Fills with zeros what stands behind its length at `at`.
fn blank_behind_length(bytes: &mut [u8], at: usize, pass: &mut Pass) {
    let rule = pass
        .detectors
        .rule(Detector::MysqlAuthentication, |rule| pass.is_on(rule));
    let Some(rule) = rule else { return };
    let length = bytes.get(at).copied().map_or(0, usize::from);
    let start = at + 1;
    let end = (start + length).min(bytes.len());
    if let Some(data) = bytes
        .get_mut(start..end)
        .filter(|data| data.iter().any(|byte| *byte != 0))
    {
        let after = vec![0; data.len()];
        pass.hit(rule, data, after, Place::Authentication);
        data.fill(0);
    }
}
