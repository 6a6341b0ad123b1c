use reprise_wire::mysql::PrepareOk;

use super::*;

fn execute(id: u32) -> Vec<u8> {
    [&[0x17][..], &id.to_le_bytes(), &[0, 1, 0, 0, 0]].concat()
}

fn answer(statement_id: u32) -> ReplySummary {
    ReplySummary {
        prepared: Some(PrepareOk {
            statement_id,
            columns: 1,
            parameters: 1,
            warnings: 0,
            metadata_follows: true,
        }),
        ..ReplySummary::default()
    }
}

fn dialect(query_attributes: bool) -> Dialect {
    Dialect {
        query_attributes: Some(query_attributes),
        ..Dialect::UNKNOWN
    }
}

#[test]
fn a_statement_gets_the_targets_id_and_all_else_stays() {
    let mut state = MysqlState::default();
    let plain = dialect(false);
    state.prepared(7, b"\x16SELECT ?", &answer(0x0102_0304));
    assert_eq!(
        state.translated(&execute(7), &plain, &plain),
        execute(0x0102_0304)
    );
    assert_eq!(
        state.translated(&execute(LAST_PREPARED), &plain, &plain),
        execute(LAST_PREPARED)
    );
    assert_eq!(
        state.translated(&execute(9), &plain, &plain),
        execute(UNKNOWN)
    );
    assert_eq!(
        state.translated(b"\x03SELECT 1", &plain, &plain),
        b"\x03SELECT 1"
    );
}

#[test]
fn a_lost_connection_has_its_statements_prepared_again() {
    let mut state = MysqlState::default();
    state.prepared(7, b"\x16SELECT ?", &answer(1));
    assert_eq!(state.to_prepare(&execute(7)), None);
    state.lost();
    assert_eq!(
        state.to_prepare(&execute(7)),
        Some((7, b"\x16SELECT ?".to_vec()))
    );
    let close = [&[0x19][..], &7_u32.to_le_bytes()].concat();
    assert_eq!(state.to_prepare(&close), None);
    state.translated(&close, &dialect(false), &dialect(false));
    assert_eq!(state.to_prepare(&execute(7)), None);
}

/// An execution of one parameter: its types, if it declares them, and its value.
fn execute_with(id: u32, declared: Option<&[u8]>, value: &[u8]) -> Vec<u8> {
    let declares = u8::from(declared.is_some());
    [
        &execute(id),
        &[0, declares][..],
        declared.unwrap_or(&[]),
        value,
    ]
    .concat()
}

#[test]
fn types_declared_once_are_declared_again_to_a_statement_that_was_prepared_anew() {
    let mut state = MysqlState::default();
    let plain = dialect(false);
    let tiny = Some(&[1, 0][..]);
    let (first, later) = (execute_with(7, tiny, &[5]), execute_with(7, None, &[6]));
    state.prepared(7, b"\x16DO ?", &answer(1));
    assert_eq!(
        state.translated(&first, &plain, &plain),
        execute_with(1, tiny, &[5])
    );
    assert_eq!(
        state.translated(&later, &plain, &plain),
        execute_with(1, None, &[6])
    );
    state.lost();
    state.prepared(7, b"\x16DO ?", &answer(2));
    assert_eq!(
        state.translated(&later, &plain, &plain),
        execute_with(2, tiny, &[6])
    );
    assert_eq!(
        state.translated(&later, &plain, &plain),
        execute_with(2, None, &[6])
    );
}

#[test]
fn types_declared_by_what_was_not_sent_are_declared_by_the_next_that_is() {
    let mut state = MysqlState::default();
    let plain = dialect(false);
    let (tiny, long) = (Some(&[1, 0][..]), Some(&[3, 0][..]));
    let later = execute_with(7, None, &[6]);
    state.prepared(7, b"\x16DO ?", &answer(1));
    state.passed(&execute_with(7, tiny, &[5]), false, Some(None));
    assert_eq!(
        state.translated(&later, &plain, &plain),
        execute_with(1, tiny, &[6])
    );
    // what the plan knows of executions that it leaves out
    state.declared(&later, &[3, 0]);
    let later = execute_with(7, None, &[6, 0, 0, 0]);
    assert_eq!(
        state.translated(&later, &plain, &plain),
        execute_with(1, long, &[6, 0, 0, 0])
    );
}

#[test]
fn a_statement_whose_prepare_a_fault_replaced_is_prepared_by_the_first_that_executes_it() {
    let mut state = MysqlState::default();
    // one parameter, no columns
    let reply = b"\x0c\0\0\x01\0\x07\0\0\0\0\0\x01\0\0\0\0";
    state.not_prepared(7, b"\x16DO ?", reply);
    let tiny = Some(&[1, 0][..]);
    state.passed(&execute_with(7, tiny, &[5]), false, Some(None));
    let later = execute_with(7, None, &[6]);
    assert_eq!(state.to_prepare(&later), Some((7, b"\x16DO ?".to_vec())));
    state.prepared(7, b"\x16DO ?", &answer(3));
    assert_eq!(
        state.translated(&later, &dialect(false), &dialect(false)),
        execute_with(3, tiny, &[6])
    );
}

fn refusal(code: u16) -> ReplySummary {
    let error = [&[0xFF][..], &code.to_le_bytes(), b"#HY000no"].concat();
    ReplySummary {
        error: Some(ErrPacket::decode(&error).unwrap()),
        ..ReplySummary::default()
    }
}

#[test]
fn what_a_target_refuses_for_its_text_is_not_prepared_again_and_what_it_lacks_is() {
    let mut state = MysqlState::default();
    state.prepared(7, b"\x16BEGIN", &refusal(1295));
    assert!(state.is_refused_for_good(&execute(7)));
    assert_eq!(state.to_prepare(&execute(7)), None);
    state.lost();
    assert_eq!(
        state.refusal(&execute(7)).map(|error| error.code),
        Some(1295)
    );
    assert!(state.refusal(&execute(LAST_PREPARED)).is_some());
    state.prepared(8, b"\x16SELECT 1 FROM later", &refusal(1146));
    assert!(!state.is_refused_for_good(&execute(8)) && state.refusal(&execute(8)).is_some());
    assert!(state.to_prepare(&execute(8)).is_some());
    state.prepared(8, b"\x16SELECT 1 FROM later", &answer(3));
    assert_eq!(state.refusal(&execute(8)), None);
    assert_eq!(state.refusal(&execute(LAST_PREPARED)), None);
    let close = [&[0x19][..], &7_u32.to_le_bytes()].concat();
    assert!(state.is_refused_for_good(&close) && !state.is_refused_for_good(&close));
}

#[test]
fn query_attributes_go_only_to_a_target_that_takes_them() {
    let mut state = MysqlState::default();
    let plain = b"\x03SELECT 1";
    let with = [
        &[3][..],
        reprise_wire::mysql::NO_QUERY_ATTRIBUTES,
        b"SELECT 1",
    ]
    .concat();
    assert_eq!(
        state.translated(&with, &dialect(true), &dialect(false)),
        plain
    );
    assert_eq!(
        state.translated(plain, &dialect(false), &dialect(true)),
        with
    );
    assert_eq!(
        state.translated(&with, &dialect(true), &dialect(true)),
        with
    );
}
