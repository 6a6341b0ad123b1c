//! Tests of reading and printing faults.

use proptest::prelude::*;

use crate::{Behaviour, Fault, FaultError, Injected, Percent, Selector, Window};

#[test]
fn the_examples_of_the_handbook_are_read() {
    let delay = Fault::parse("20:delay(ms=250,jitter=50)@30s..60s").unwrap();
    assert_eq!(delay.percent, Percent::from_millionths(200_000).unwrap());
    assert_eq!(
        delay.behaviour,
        Behaviour::Delay {
            ms: 250,
            jitter_ms: 50
        }
    );
    assert_eq!(
        delay.window,
        Some(Window {
            from_us: 30_000_000,
            to_us: Some(60_000_000)
        })
    );
    assert_eq!(delay.selector, None);

    let deadlock = Fault::parse("5:error(code=1213) for mysql UPDATE").unwrap();
    let Behaviour::Error(Injected::Mysql {
        code,
        sqlstate,
        message,
    }) = &deadlock.behaviour
    else {
        panic!("{deadlock:?}")
    };
    assert_eq!((*code, sqlstate), (1213, b"40001"));
    assert!(message.starts_with("Deadlock found"));

    let busy = Fault::parse("10:error(status=503) for http /api/*").unwrap();
    assert_eq!(busy.behaviour, Behaviour::Error(Injected::HttpStatus(503)));
    assert_eq!(busy.to_string(), "10:error(status=503) for http /api/*");
}

#[test]
fn a_message_may_hold_commas_quotes_and_parentheses() {
    let text = r#"0.5:error(code=1064,sqlstate=HY000,message="near \"x\", (here)")"#;
    let fault = Fault::parse(text).unwrap();
    let Behaviour::Error(Injected::Mysql { message, .. }) = &fault.behaviour else {
        panic!()
    };
    assert_eq!(message, "near \"x\", (here)");
    assert_eq!(fault.to_string(), text);
}

#[test]
fn every_refusal_names_what_is_allowed() {
    let cases = [
        ("delay(ms=1)", "PERCENT:NAME"),
        ("0:delay(ms=1)", "above 0 and up to 100"),
        ("10:dealy(ms=1)", "use delay or error"),
        ("10:delay", "needs ms"),
        ("10:delay(ms=1", "end the options with `)`"),
        ("10:delay(sec=1)", "use ms and jitter"),
        ("10:delay(ms=1,ms=2)", "given twice"),
        ("10:delay(ms=fast)", "whole milliseconds"),
        ("10:delay(ms)", "option=value"),
        ("10:error", "either status"),
        ("10:error(status=503,code=1213)", "either status"),
        ("10:error(status=200)", "400 to 599"),
        ("10:error(code=0)", "1 to 65535"),
        ("10:error(code=1213,sqlstate=4)", "five letters"),
        ("10:delay(ms=1)@60s..30s", "FROM before TO"),
        ("10:delay(ms=1) after lunch", "` for SELECTOR`"),
        ("10:delay(ms=1) for ", "http, mysql"),
        ("10:error(status=503) for mysql", "write error(code=...)"),
        ("10:error(code=1213) for http /x", "write error(status=...)"),
    ];
    for (text, expected) in cases {
        let message = Fault::parse(text)
            .map(|fault| fault.to_string())
            .unwrap_err()
            .to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }
    assert!(matches!(Fault::parse(""), Err(FaultError::NoPercent(_))));
}

#[test]
fn a_fault_is_stored_as_its_text() {
    let fault = Fault::parse("10:error(status=503)@1m.. for http").unwrap();
    let json = serde_json::to_string(&fault).unwrap();
    assert_eq!(json, "\"10:error(status=503)@1m.. for http\"");
    assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault);
}

fn any_fault() -> impl Strategy<Value = Fault> {
    let percent = (1_u32..=1_000_000).prop_map(|n| Percent::from_millionths(n).unwrap());
    let delay = (0_u32..=3_600_000, 0_u32..=3_600_000)
        .prop_map(|(ms, jitter_ms)| Behaviour::Delay { ms, jitter_ms });
    let status = (400_u16..=599).prop_map(|status| Behaviour::Error(Injected::HttpStatus(status)));
    let mysql =
        (1_u16..=u16::MAX, "[0-9A-Z]{5}", "[ -~é]{0,20}").prop_map(|(code, state, message)| {
            let sqlstate = state.as_bytes().try_into().unwrap();
            Behaviour::Error(Injected::Mysql {
                code,
                sqlstate,
                message,
            })
        });
    let window = proptest::option::of(
        (0_u64..1 << 40, proptest::option::of(1_u64..1 << 40)).prop_map(|(from_us, length)| {
            Window {
                from_us,
                to_us: length.map(|length| from_us + length),
            }
        }),
    );
    let selector = proptest::option::of(
        "(for )?[/*A-Za-z{}=?@:]{1,12}( [a-z?]{1,6})?"
            .prop_map(|text| text.parse::<Selector>().unwrap()),
    );
    (percent, prop_oneof![delay, status, mysql], window, selector)
        .prop_map(|(percent, behaviour, window, selector)| Fault {
            percent,
            behaviour,
            window,
            selector,
        })
        .prop_filter("an error and its selector agree", |fault| {
            super::agree(&fault.behaviour, fault.selector.as_ref()).is_ok()
        })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_the_same(fault in any_fault()) {
        prop_assert_eq!(Fault::parse(&fault.to_string()), Ok(fault));
    }

    #[test]
    fn no_text_brings_the_reader_down(text in "\\PC{0,60}", number in 0_u32..200) {
        let _ = Fault::parse(&text);
        let _ = Fault::parse(&format!("{number}:error({text}"));
        let _ = Fault::parse(&format!("{number}:delay(ms=1){text}"));
    }
}
