//! Runs that were asked for at once and are played one after the other: a search for the edge, or a plan several times.
//! Each is a run like any other while it is on; this knows which it is and what comes next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reprise_app::answer::RunAnswer;
use reprise_app::{KneeRequest, ReplayRequest, SeriesEnd, SeriesRequest, Side, play_series};
use tauri::ipc::Channel;

use crate::boundary::{PlanningNews, SeriesKind, SeriesNews};
use crate::desk::Desk;
use crate::error::Failure;
use crate::watched::Watched;

/// A series that is on, or was on last.
pub(crate) struct LiveSeries {
    name: String,
    kind: SeriesKind,
    asked_to_end: AtomicBool,
    progress: Watched<SeriesNews>,
}

impl LiveSeries {
    /// Searches for the edge in a thread of its own; resolves once its first run is on.
    ///
    /// # Errors
    /// When something else is on, or the first step cannot be played.
    pub(crate) fn search(
        desk: &Desk,
        name: String,
        request: KneeRequest,
        news: Channel<PlanningNews>,
    ) -> Result<Arc<Self>, Failure> {
        let recording = &request.replay.recording;
        let series = Self::new(name, recording, SeriesKind::Search, None);
        series.begin(desk, move |series, desk| {
            let asked = || series.is_asked_to_end();
            desk.library()
                .knee(&request, &asked, &mut |step, times| {
                    series.play(desk, step, &news, |now| now.times = Some(times))
                })
                .map(drop)
        })
    }

    /// Plays a plan several times, against one target or two in turn; resolves once the first run is on.
    ///
    /// # Errors
    /// When something else is on, or the first run cannot be played.
    pub(crate) fn repeat(
        desk: &Desk,
        name: String,
        request: &SeriesRequest,
        news: Channel<PlanningNews>,
    ) -> Result<Arc<Self>, Failure> {
        let kind = match request.b {
            Some(_) => SeriesKind::Sides,
            None => SeriesKind::Repeated,
        };
        let turns = desk.library().turns(request)?;
        let recording = &request.replay.recording;
        let series = Self::new(name, recording, kind, Some(turns.len()));
        series.begin(desk, move |series, desk| {
            let asked = || series.is_asked_to_end();
            let played = play_series(&turns, &asked, &mut |_, turn| {
                let is_b = turn.side == Side::B;
                series.play(desk, &turn.replay, &news, |now| now.is_b = is_b)
            })?;
            if let Some(sides) = played.sides(None) {
                series.progress.change(|now| {
                    (now.a, now.b) = (sides.a, sides.b);
                });
            }
            match played.ended {
                Some(SeriesEnd::Failed(failure)) => Err(failure),
                Some(SeriesEnd::Refused(why)) => {
                    Err(Failure::usage(format!("{why} Nothing more was played")))
                }
                Some(SeriesEnd::Stopped) | None => Ok(()),
            }
        })
    }

    fn new(name: String, recording: &str, kind: SeriesKind, of: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            progress: Watched::new(SeriesNews::begins(&name, recording, kind, of)),
            name,
            kind,
            asked_to_end: AtomicBool::new(false),
        })
    }

    fn begin(
        self: Arc<Self>,
        desk: &Desk,
        play: impl FnOnce(&Self, &Desk) -> Result<(), Failure> + Send + 'static,
    ) -> Result<Arc<Self>, Failure> {
        desk.put_series(&self)?;
        let (series, desk) = (Arc::clone(&self), desk.clone());
        std::thread::Builder::new()
            .name("live series".to_owned())
            .spawn(move || {
                let ended = play(&series, &desk);
                series.progress.end(ended);
            })
            .map_err(|error| {
                let failure = Failure::internal(format!("cannot start a thread: {error}"));
                self.progress.end(Err(failure.clone()));
                failure
            })?;
        // what is wrong with the first run is said where it was asked for
        self.progress
            .watch(|now| now.run.is_some(), |is_begun| !is_begun)?;
        Ok(self)
    }

    /// Plays one run to its end.
    fn play(
        &self,
        desk: &Desk,
        request: &ReplayRequest,
        news: &Channel<PlanningNews>,
        say: impl Fn(&mut SeriesNews),
    ) -> Result<RunAnswer, Failure> {
        let live = desk.next_of_series(request, news)?;
        self.progress.change(|now| {
            now.run = Some(live.name().to_owned());
            now.number += 1;
            say(now);
        });
        if self.is_asked_to_end() {
            live.control().stop();
        }
        live.wait_for_end()?;
        self.progress.change(|now| now.run = None);
        Ok(desk.library().run(live.name())?)
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    pub(crate) const fn kind(&self) -> SeriesKind {
        self.kind
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.progress.is_over()
    }

    /// Asks for an end: no further run is started; the one that is on has to be stopped beside it.
    pub(crate) fn ask_to_end(&self) {
        self.asked_to_end.store(true, Ordering::Release);
    }

    fn is_asked_to_end(&self) -> bool {
        self.asked_to_end.load(Ordering::Acquire)
    }

    /// How it stands.
    pub(crate) fn news(&self) -> SeriesNews {
        self.progress.look(SeriesNews::clone)
    }

    /// Hands each new state to `tell` until it is over or nobody listens any more.
    ///
    /// # Errors
    /// When it could not be played to its end.
    pub(crate) fn watch(&self, tell: impl Fn(SeriesNews) -> bool) -> Result<(), Failure> {
        self.progress.watch(SeriesNews::clone, tell)
    }

    /// Waits until it is over, however it ended.
    pub(crate) fn wait_for_end(&self) {
        // why it ended is told to whoever watches
        let _ = self.progress.wait_for_end();
    }
}
