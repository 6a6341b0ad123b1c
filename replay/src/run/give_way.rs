//! Threads that read and store give way to those that send: where they share a core, a request due now shall not
//! wait until a batch of samples is added up.

use rustix::process::setpriority_process;
use rustix::thread::gettid;

/// Their niceness. On Linux it is each thread's own; this much weighs a third, which lets a sending thread in at once
/// and still leaves the others what they need when the core is full.
const NICENESS: i32 = 5;

/// Makes the calling thread give way to threads that send. There is no way back without privileges.
pub(crate) fn give_way() {
    // refused only where a sandbox forbids it: then requests leave a little later, and their lateness says so
    let _ = setpriority_process(Some(gettid()), NICENESS);
}

#[cfg(test)]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[test]
    fn only_the_thread_that_gives_way_is_nicer() {
        let own = || getpriority_process(Some(gettid())).unwrap();
        let before = own();
        let lowered = std::thread::spawn(move || {
            give_way();
            own()
        });
        assert_eq!(lowered.join().unwrap(), NICENESS);
        assert_eq!(own(), before);
    }
}
