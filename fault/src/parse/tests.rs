//! Tests of reading and printing faults.

use proptest::prelude::*;

use crate::{
    Behaviour, Count, Cut, Delay, Every, Fault, FaultError, Fields, Injected, Percent, Selector,
    Shape, Spread, Truncate, Window,
};

#[test]
fn the_examples_of_the_handbook_are_read() {
    let delay = Fault::parse("20:delay(ms=250,jitter=50)@30s..60s").unwrap();
    assert_eq!(delay.percent, Percent::from_millionths(200_000).unwrap());
    assert_eq!(
        delay.behaviour,
        Behaviour::Delay(Delay {
            recorded_thousandths: 0,
            spread: Spread {
                ms: 250,
                jitter_ms: 50,
                shape: Shape::Uniform
            },
            after: false,
            bursts: None
        })
    );
    assert_eq!(
        delay.window,
        Some(Window {
            from_us: 30_000_000,
            to_us: Some(60_000_000),
            every: None
        })
    );
    assert_eq!(delay.selector, None);

    let deadlock = Fault::parse("5:error(code=1213) for mysql UPDATE").unwrap();
    let Behaviour::Injected(Injected::Mysql {
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
    let injected = Injected::Http {
        status: 503,
        body: None,
        headers: Fields::default(),
    };
    assert_eq!(busy.behaviour, Behaviour::Injected(injected));
    assert_eq!(busy.to_string(), "10:error(status=503) for http /api/*");
}

#[test]
fn a_fault_may_name_the_proxy_it_acts_in() {
    let text =
        "5:truncate(rows=3)@30s..60s every 10s for 1s first 2 of all via db for mysql SELECT";
    let fault = Fault::parse(text).unwrap();
    assert_eq!(fault.via.as_deref(), Some("db"));
    assert_eq!(fault.to_string(), text.replace("60s", "1m"));
    assert_eq!(
        fault.in_its_proxy().to_string(),
        "5:truncate(rows=3) first 2 of all for mysql SELECT"
    );
    // what a replay's own connections cannot do, a proxy can; a proxy knows nothing of copies
    assert_eq!(fault.not_in_replay(), None);
    assert!(
        Fault::parse("5:hang via db for copy:1")
            .unwrap()
            .not_in_replay()
            .is_some()
    );
    for text in ["5:hang via", "5:hang via a via b"] {
        assert!(
            matches!(Fault::parse(text), Err(FaultError::BadVia(_))),
            "{text}"
        );
    }
}

#[test]
fn a_message_may_hold_commas_quotes_and_parentheses() {
    let text = r#"0.5:error(code=1064,sqlstate=HY000,message="near \"x\", (here)")"#;
    let fault = Fault::parse(text).unwrap();
    let Behaviour::Injected(Injected::Mysql { message, .. }) = &fault.behaviour else {
        panic!()
    };
    assert_eq!(message, "near \"x\", (here)");
    assert_eq!(fault.to_string(), text);
}

/// Each is refused with what is allowed.
fn are_refused(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let message = Fault::parse(text)
            .map(|fault| fault.to_string())
            .unwrap_err()
            .to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn every_refusal_names_what_is_allowed() {
    are_refused(&[
        ("delay(ms=1)", "PERCENT:NAME"),
        ("0:delay(ms=1)", "above 0 and up to 100"),
        ("10:dealy(ms=1)", "dummy, delay, "),
        ("10:delay", "needs ms"),
        ("10:delay(ms=1", "end the options with `)`"),
        ("10:delay(jitter=1)", "needs ms"),
        ("10:delay(sec=1)", "no option `sec`: use ms"),
        (
            "10:delay(ms=1,sec=1)",
            "use ms, jitter, distribution, recorded, when, stream",
        ),
        ("10:delay(ms=1,ms=2)", "given twice"),
        ("10:delay(ms=fast)", "whole milliseconds"),
        ("10:delay(ms)", "option=value"),
        ("10:error(body=x)", "one of status"),
        ("10:error(status=503,code=1213)", "one of status"),
        ("10:error(reply=x,code=1213)", "one of status"),
        ("10:error(reply=\"a\nb\")", "one line"),
        ("10:error(status=199)", "200 to 599"),
        ("10:error(status=204,body=x)", "have no body"),
        (
            "10:error(status=503,headers=Retry-After)",
            "Retry-After: 30",
        ),
        ("10:error(code=1213,headers=\"a: b\")", "one of status"),
        ("10:error(headers=\"a: b\")", "one of status"),
        ("10:error(code=0)", "1 to 65535"),
        ("10:error(code=1213,sqlstate=4)", "five letters"),
        ("10:delay(ms=1)@60s..30s", "FROM before TO"),
        ("10:hang first 0", "first 3"),
        ("10:hang first x", "first 3"),
        ("10:hang of all", "is left over"),
        ("10:transient(status=503) first 2", "is no count"),
        ("10:transient(body=x)", "one of status"),
        ("10:bandwidth(rate=0)", "1 to 1000000 KiB"),
        ("10:truncate(bytes=1,rows=1)", "either bytes"),
        ("10:slicer(bytes=4,variation=4)", "fewer bytes"),
        ("10:drop_header(name=a b)", "header field"),
        ("10:wrong_sequence(by=0)", "1 to 255"),
        ("10:packet_loss", "packet_loss(percent=1)"),
        ("10:packet_loss(percent=101)", "up to 100"),
        ("10:packet_loss(percent=1,correlation=101)", "up to 100"),
        ("10:delay(recorded=0)", "0.001 to 1000"),
        ("10:delay(recorded=1.2345)", "three decimals"),
        ("10:delay(ms=1,stream=both,when=after)", "of bursts"),
        ("10:delay(ms=1,stream=up)", "downstream, upstream or both"),
        ("10:drop(quiet_ms=0)", "1 to 60000"),
        ("10:cut", "cut(bytes=10)"),
        ("10:repeat(times=0)", "1 to 100"),
    ]);
    assert!(matches!(Fault::parse(""), Err(FaultError::NoPercent(_))));
}

#[test]
fn every_refusal_of_what_it_is_for_names_what_is_allowed() {
    are_refused(&[
        ("10:error for http", "write error(status=...)"),
        ("10:error for mysql", "write error(code=...)"),
        ("10:error(code=1213) for redis", "error(reply=...)"),
        ("10:hang for redis table:item", "no tables"),
        ("10:hang for mysql header:a", "write http"),
        ("10:hang for header:a table:b", "write two faults"),
        ("10:hang for http header:(", "header:NAME=VALUE"),
        ("10:hang for connection:0", "from 1"),
        ("10:hang for connection:00", "from 1"),
        ("10:delay(ms=1) beyond lunch", "` for SELECTOR`"),
        ("10:delay(ms=1) for ", "http, mysql"),
        ("10:delay(ms=1)for http", "` for SELECTOR`"),
        ("10:hang every 5s", "every 60s for 5s"),
        ("10:hang @1s..2s every 5s for 6s", "every"),
        ("10:hang every 5s for 6s", "a shorter TIME"),
        ("10:wrong_sequence for redis", "only has a meaning in MySQL"),
        ("10:drop for http", "acts on bursts"),
        ("10:drop for UPDATE", "acts on bursts"),
        ("10:late_rows(ms=5) for http", "only has a meaning in MySQL"),
        ("10:hang for mysql in:stock", "in:transaction"),
        ("10:hang for http table:item", "no tables"),
        (
            "10:error(status=503) for table:item",
            "write error(code=...)",
        ),
        (
            "10:latency(ms=5) for mysql UPDATE",
            "acts on whole connections",
        ),
        ("10:error(status=503) for mysql", "write error(code=...)"),
        ("10:error(code=1213) for http /x", "write error(status=...)"),
    ]);
}

#[test]
fn a_fault_is_stored_as_its_text() {
    let fault = Fault::parse("10:error(status=503)@1m.. for http").unwrap();
    let json = serde_json::to_string(&fault).unwrap();
    assert_eq!(json, "\"10:error(status=503)@1m.. for http\"");
    assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault);
}

#[test]
fn conditions_of_time_and_count_are_read_in_any_order() {
    let fault =
        Fault::parse("5:hang@10s.. every 60s for 5s after 2 first 3 of all for mysql").unwrap();
    let every = Every {
        every_us: 60_000_000,
        for_us: 5_000_000,
    };
    assert_eq!(fault.window.unwrap().every, Some(every));
    let count = Count {
        after: 2,
        first: Some(3),
        of_all: true,
    };
    assert_eq!(fault.count, count);
    assert_eq!(
        fault.to_string(),
        "5:hang@10s.. every 1m for 5s after 2 first 3 of all for mysql"
    );
    let same = Fault::parse("5:hang@10s..  first 3 after 2 of all every 60s for 5s for mysql");
    assert_eq!(same, Ok(fault));
    let short = Fault::parse("5:hang@every 60s for 5s").unwrap();
    assert_eq!(short, Fault::parse("5:hang every 60s for 5s").unwrap());
}

#[test]
fn transient_is_an_error_for_the_first_so_many() {
    let fault = Fault::parse("100:transient(status=503,agitate=3)").unwrap();
    assert_eq!(fault.to_string(), "100:error(status=503) first 3 of all");
}

#[test]
fn every_behaviour_reads_back_what_it_writes() {
    for text in [
        "dummy",
        "delay(ms=5,jitter=2,distribution=pareto,when=after)",
        "delay(ms=5,stream=downstream)",
        "delay(ms=5,stream=both,quiet_ms=5)",
        "drop",
        "drop(stream=upstream,quiet_ms=100)",
        "cut(bytes=7)",
        "repeat",
        "repeat(times=3,stream=both)",
        "rate_limit(rate=8)",
        "late_rows(ms=3)",
        "error(status=503,body=\"a, b\")",
        "error(status=302,headers=\"Location: /a, b | X-Cause: \\\"test\\\"\")",
        "error(code=1213)",
        "blackout",
        "blackout(when=after)",
        "abort(wait=true)",
        "hang",
        "timeout",
        "timeout(ms=9)",
        "reset_peer(ms=9)",
        "reset_peer(when=after)",
        "down",
        "truncate(bytes=10)",
        "truncate(rows=3,inside=true)",
        "corrupt(bytes=2)",
        "drop_header(name=Content-Type)",
        "wrong_length(by=-3)",
        "latency(ms=40,jitter=10,distribution=normal,stream=both)",
        "bandwidth(rate=16,stream=upstream)",
        "slicer(bytes=10,variation=5,delay_us=100)",
        "wrong_sequence",
        "wrong_sequence(by=200)",
        "packet_loss(percent=0.5)",
        "packet_loss(percent=2,ms=50,stream=both)",
        "packet_loss(percent=2,correlation=40)",
        "delay(recorded=0.5)",
        "delay(recorded=2,ms=10,jitter=5)",
        "limit_data(bytes=100)",
        "slow_close(ms=7)",
    ] {
        let fault = Fault::parse(&format!("1:{text}")).unwrap();
        assert_eq!(fault.behaviour.to_string(), text);
    }
}

fn any_behaviour() -> impl Strategy<Value = Behaviour> {
    let shape = prop_oneof![
        Just(Shape::Uniform),
        Just(Shape::Normal),
        Just(Shape::Pareto)
    ];
    let delay = (0_u32..=3_600_000, 0_u32..=3_600_000, shape, any::<bool>()).prop_map(
        |(ms, jitter_ms, shape, after)| {
            let spread = Spread {
                ms,
                jitter_ms,
                shape,
            };
            Behaviour::Delay(Delay {
                recorded_thousandths: 0,
                spread,
                after,
                bursts: None,
            })
        },
    );
    let body = proptest::option::of("[ -~é]{0,20}");
    let http = (200_u16..=599, body).prop_map(|(status, body)| {
        let body = body.filter(|_| !crate::behaviour::has_no_body(status));
        let headers = Fields::default();
        Behaviour::Injected(Injected::Http {
            status,
            body,
            headers,
        })
    });
    let mysql =
        (1_u16..=u16::MAX, "[0-9A-Z]{5}", "[ -~é]{0,20}").prop_map(|(code, state, message)| {
            let sqlstate = state.as_bytes().try_into().unwrap();
            Behaviour::Injected(Injected::Mysql {
                code,
                sqlstate,
                message,
            })
        });
    let line = proptest::option::of("[ -~]{1,20}")
        .prop_filter("a line is trimmed", |reply| {
            reply.as_ref().is_none_or(|reply| reply.trim() == reply)
        })
        .prop_map(|reply| Behaviour::Injected(Injected::Line { reply }));
    let cut = (0_u32..=1_000_000_000, any::<bool>())
        .prop_map(|(rows, inside)| Behaviour::Truncate(Truncate(Cut::Rows { rows, inside })));
    prop_oneof![delay, http, mysql, line, cut]
}

fn any_window() -> impl Strategy<Value = Window> {
    let every = (2_u64..1 << 40, 1_u64..1 << 40).prop_map(|(every_us, for_us)| Every {
        every_us,
        for_us: for_us % (every_us - 1) + 1,
    });
    let length = proptest::option::of(1_u64..1 << 40);
    (0_u64..1 << 40, length, proptest::option::of(every)).prop_map(|(from_us, length, every)| {
        Window {
            from_us,
            to_us: length.map(|length| from_us + length),
            every,
        }
    })
}

fn any_count() -> impl Strategy<Value = Count> {
    let first = proptest::option::of(1_u32..);
    (0_u32.., first, any::<bool>()).prop_map(|(after, first, of_all)| Count {
        after,
        first,
        of_all: of_all && (after > 0 || first.is_some()),
    })
}

fn any_fault() -> impl Strategy<Value = Fault> {
    let percent = (1_u32..=1_000_000).prop_map(|n| Percent::from_millionths(n).unwrap());
    let window = proptest::option::of(any_window());
    let selector = proptest::option::of(
        "(for )?(table:a |in:transaction )?([/*A-Za-z{}=?@]{1,12}( [a-z?]{1,6})?|where method:[A-Z]{1,5} [a-z]{1,5})"
            .prop_map(|text| text.parse::<Selector>().unwrap()),
    );
    let via = proptest::option::of("[a-z0-9-]{1,8}");
    (percent, any_behaviour(), window, any_count(), via, selector)
        .prop_map(|(percent, behaviour, window, count, via, selector)| Fault {
            percent,
            behaviour,
            window,
            count,
            via,
            selector,
        })
        .prop_filter("a behaviour and its selector agree", |fault| {
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
