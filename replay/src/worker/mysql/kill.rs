//! A KILL goes when the connection it names has logged in, as it had when recorded, and not at all when that
//! one has gone.

use std::rc::Rc;

use crate::mysql::command::MysqlCommand;
use crate::prepare::lane::Step;
use crate::run::threads::Standing;
use crate::worker::Worker;
use crate::worker::fetch::{Outgoing, Ready};
use crate::worker::lane_copy::LaneCopy;

impl Worker {
    /// How the connection stands that the command kills; `None` when it kills none.
    pub(super) fn victim(&self, lane_copy: &LaneCopy, command: &MysqlCommand) -> Option<Standing> {
        let thread = command.kills?;
        Some(self.program.threads.standing(thread, lane_copy.copy))
    }

    /// Whether the command kills a connection that is not there, or was not there when recorded and has not
    /// come: then it is not sent.
    pub(in crate::worker) fn kills_nobody(
        &self,
        lane_copy: &LaneCopy,
        outgoing: &Outgoing,
    ) -> bool {
        let Ready::Mysql(command) = &outgoing.payload else {
            return false;
        };
        let victim = self.victim(lane_copy, command);
        victim.is_some_and(|standing| !matches!(standing, Standing::Open(_)))
    }

    /// Whether the step kills a connection that is still to be opened. It stays where it is then, and the lane
    /// copy goes on as soon as that is decided.
    pub(in crate::worker) fn awaits_victim(
        self: &Rc<Self>,
        lane_copy: &Rc<LaneCopy>,
        step: &Step,
        outgoing: &Outgoing,
    ) -> bool {
        let Ready::Mysql(command) = &outgoing.payload else {
            return false;
        };
        // one that failed when recorded found nobody, as it does now
        let awaited =
            step.status == 0 && self.victim(lane_copy, command) == Some(Standing::Awaited);
        if let Some(thread) = command.kills.filter(|_| awaited)
            && !lane_copy.awaits_victim.replace(true)
        {
            let waiting = Rc::clone(self).await_victim(Rc::clone(lane_copy), thread);
            tokio::task::spawn_local(waiting);
        }
        awaited
    }

    async fn await_victim(self: Rc<Self>, lane_copy: Rc<LaneCopy>, thread: u32) {
        let threads = &self.program.threads;
        let timeout = self.program.prepared.plan.timeout();
        let decided = threads.decided(thread, lane_copy.copy);
        if tokio::time::timeout(timeout, decided).await.is_err() {
            threads.gone(thread, lane_copy.copy);
        }
        lane_copy.awaits_victim.set(false);
        let now_us = self.now_us();
        lane_copy.freed_us.set(now_us);
        if !self.closing.get() {
            self.advance(&lane_copy, now_us);
        }
    }
}
