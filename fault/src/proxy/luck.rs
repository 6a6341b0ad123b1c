//! What happens to one connection: which faults strike its exchanges and how its bytes flow, drawn from the
//! proxy's seed and the connection's number, and counted.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use reprise_wire::Direction;

use super::Proxy;
use super::table::{Current, Placed};
use crate::behaviour::is_before_greeting;
use crate::burst::BurstChanges;
use crate::draw::Dice;
use crate::flow::Flow;
use crate::turn::{Ending, Turn};
use crate::{Behaviour, Fault, Injected, SpokenProtocol, Subject};

/// The operation of a connection being opened, as selectors name it.
pub(super) const CONNECT: &str = "CONNECT";

/// Keeps draws of bursts apart from those of exchanges.
const BURST: u64 = 0x4255_5253_5421;

/// What a fault is asked about: most strike exchanges only, and openings when they are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// A client has been let in; the server has not been reached yet.
    Connect,
    /// MySQL: the client logs in.
    Login,
    /// Anything else.
    Exchange,
}

/// The draws and counts of one connection.
#[derive(Debug)]
pub(super) struct Luck {
    pub(super) proxy: Arc<Proxy>,
    /// From 1, in the order in which the proxy took connections in.
    pub(super) number: u64,
    exchanges: Cell<u64>,
    chunks: Cell<u64>,
    asked: RefCell<HashMap<u32, u64>>,
    hit: RefCell<HashSet<u32>>,
    /// The faults on connections that were drawn and do not strike this one.
    spared: RefCell<HashSet<u32>>,
}

impl Luck {
    pub(super) fn new(proxy: Arc<Proxy>, number: u64) -> Self {
        Self {
            proxy,
            number,
            exchanges: Cell::new(0),
            chunks: Cell::new(0),
            asked: RefCell::default(),
            hit: RefCell::default(),
            spared: RefCell::default(),
        }
    }

    /// Draws what becomes of the next exchange, and the numbers of the faults that struck. The faults are
    /// asked in their order; the first that ends the exchange ends the drawing.
    pub(super) fn draw(
        &self,
        current: &Current,
        moment: Moment,
        subject: Subject<'_>,
    ) -> (Turn, Vec<u32>) {
        let subject = self.placed(subject);
        let exchange = self.exchanges.replace(self.exchanges.get() + 1);
        let (mut turn, mut struck) = (Turn::default(), Vec::new());
        for placed in current.iter() {
            let fault = &placed.fault;
            let place = [u64::from(placed.id), self.number, exchange];
            let dice = Dice::new(self.proxy.config.seed, &place);
            if fault.behaviour.acts_on_connections()
                || fault.behaviour.bursts().is_some()
                || !is_asked(placed, moment, &subject)
            {
                continue;
            }
            if !self.strikes(placed, dice) {
                placed.let_pass();
                continue;
            }
            fault.behaviour.strike(&mut turn, dice);
            struck.push(placed.id);
            placed.struck(self.hit.borrow_mut().insert(placed.id));
            if turn.is_over() {
                break;
            }
        }
        (turn, struck)
    }

    /// What a fault makes of the burst with this number of a direction; `None`: it does not strike.
    pub(super) fn draw_burst(
        &self,
        placed: &Placed,
        direction: Direction,
        burst: u64,
    ) -> Option<BurstChanges> {
        let fault = &placed.fault;
        let way = BURST + u64::from(direction == Direction::ToClient);
        let place = [u64::from(placed.id), self.number, way, burst];
        let dice = Dice::new(self.proxy.config.seed, &place);
        if !placed.concerns(&self.placed(Subject::ANY)) {
            return None;
        }
        if !self.strikes(placed, dice) {
            placed.let_pass();
            return None;
        }
        let mut changes = BurstChanges::default();
        fault.behaviour.change(&mut changes, dice);
        placed.struck(self.hit.borrow_mut().insert(placed.id));
        Some(changes)
    }

    /// How bytes flow in one direction at this moment. Whether a fault strikes is drawn once a connection.
    pub(super) fn flow(&self, current: &Current, direction: Direction) -> Flow {
        let mut flow = Flow::new(direction);
        let chunk = self.chunks.replace(self.chunks.get() + 1);
        let subject = self.placed(Subject {
            protocol: self.proxy.protocol().spoken(),
            ..Subject::ANY
        });
        for placed in current.iter() {
            let (fault, seed) = (&placed.fault, self.proxy.config.seed);
            let place = [u64::from(placed.id), self.number, chunk];
            let [id, number, _] = place;
            if !fault.behaviour.acts_on_connections() || !placed.concerns(&subject) {
                continue;
            }
            let strikes = fault.strikes(Dice::new(seed, &[id, number]));
            if !strikes || !fault.count.holds(self.number - 1) {
                if self.spared.borrow_mut().insert(placed.id) {
                    placed.let_pass();
                }
                continue;
            }
            let before = flow.clone();
            fault.behaviour.shape(&mut flow, Dice::new(seed, &place));
            if flow != before && self.hit.borrow_mut().insert(placed.id) {
                placed.struck(true);
            }
        }
        flow
    }

    fn placed<'a>(&self, subject: Subject<'a>) -> Subject<'a> {
        Subject {
            connection: Some(self.number),
            ..subject
        }
    }

    /// Whether a fault that is asked strikes: it is its turn, and chance has it so.
    fn strikes(&self, placed: &Placed, dice: Dice<'_>) -> bool {
        let Fault { count, .. } = placed.fault;
        (count.is_everything() || count.holds(self.ask(placed))) && placed.fault.strikes(dice)
    }

    /// Counts that a fault is asked; how often it was before, on this connection or over all.
    fn ask(&self, placed: &Placed) -> u64 {
        if placed.fault.count.of_all {
            return placed.ask();
        }
        let mut asked = self.asked.borrow_mut();
        let times = asked.entry(placed.id).or_default();
        *times += 1;
        *times - 1
    }
}

/// Whether a fault may strike at such a moment.
fn is_asked(placed: &Placed, moment: Moment, subject: &Subject<'_>) -> bool {
    let fault = &placed.fault;
    let instead_of_greeting = matches!(
        fault.behaviour,
        Behaviour::Injected(Injected::Mysql { code, .. }) if is_before_greeting(code)
    );
    let is_named = || {
        let selector = fault.selector.as_ref();
        selector.is_some_and(|selector| selector.names(subject))
    };
    let may = match moment {
        Moment::Connect => instead_of_greeting || is_named() && changes_opening(fault, subject),
        Moment::Login => !instead_of_greeting && is_named(),
        Moment::Exchange => !instead_of_greeting,
    };
    may && placed.concerns(subject)
}

/// Whether it can do something to a connection that is being opened: there is no answer yet to change, and nobody has asked
/// for one. In bytes an opening is no exchange of a protocol, and SMTP's server is the only one to greet in a line.
fn changes_opening(fault: &Fault, subject: &Subject<'_>) -> bool {
    let mut turn = Turn::default();
    fault.behaviour.strike(&mut turn, Dice::new(0, &[]));
    match turn.ending {
        Some(Ending::Answer(Injected::Http { .. })) => false,
        Some(Ending::Answer(Injected::Line { .. })) => {
            subject.protocol == Some(SpokenProtocol::Smtp)
        }
        Some(_) => true,
        None => turn.answer.is_nothing(),
    }
}
