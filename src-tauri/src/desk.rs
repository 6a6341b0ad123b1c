//! What the window's commands share: the open file, and what is on (an import, a recording, a run, proxies, the sample
//! shop).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reprise_app::{
    ConnectionListing, ForgottenPlan, Library, Listing, ListingQuery, ReplayRequest, RunTimeline,
    SampleShop, Stopper,
};
use tauri::ipc::Channel;

use crate::boundary::PlanningNews;
use crate::device_rates::DeviceRates;
use crate::error::Failure;
use crate::live_recording::LiveRecording;
use crate::live_run::LiveRun;
use crate::live_series::LiveSeries;
use crate::planning::Turns;
use crate::standing_proxies::StandingProxies;

/// The state of the desktop; clones share it.
#[derive(Clone)]
pub(crate) struct Desk {
    library: Arc<Mutex<Library>>,
    /// The proxies that are on.
    pub proxies: Arc<StandingProxies>,
    import: Arc<Mutex<Option<Stopper>>>,
    device_rates: Arc<Mutex<DeviceRates>>,
    recording: Arc<Mutex<Option<Arc<LiveRecording>>>>,
    live: Arc<Mutex<Option<Arc<LiveRun>>>>,
    series: Arc<Mutex<Option<Arc<LiveSeries>>>>,
    shop: Arc<Mutex<Option<SampleShop>>>,
    forgotten: Arc<Mutex<Option<ForgottenPlan>>>,
    /// Held by whoever starts a run.
    starting: Arc<Mutex<()>>,
    /// What is planned to be looked at.
    pub outlooks: Turns,
    /// What is planned to be run.
    pub starts: Turns,
    listing: Arc<Mutex<Option<Arc<Listing>>>>,
    connection: Arc<Mutex<Option<Arc<ConnectionListing>>>>,
    /// Of the run that was looked at last.
    timeline: Arc<Mutex<Option<RunTimeline>>>,
}

impl Desk {
    /// A desk with this file on it.
    pub(crate) fn new(library: Library) -> Self {
        Self {
            library: Arc::new(Mutex::new(library)),
            proxies: Arc::default(),
            import: Arc::default(),
            device_rates: Arc::default(),
            recording: Arc::default(),
            live: Arc::default(),
            series: Arc::default(),
            shop: Arc::default(),
            forgotten: Arc::default(),
            starting: Arc::default(),
            outlooks: Turns::default(),
            starts: Turns::default(),
            listing: Arc::default(),
            connection: Arc::default(),
            timeline: Arc::default(),
        }
    }

    /// The open file.
    pub(crate) fn library(&self) -> Library {
        hold(&self.library).clone()
    }

    /// Whether closing the window would end something: a recording, a run, a proxy.
    pub(crate) fn is_busy(&self) -> bool {
        let runs = self.live().is_some() || self.series().is_some();
        runs || self.recording().is_some() || !self.proxies.is_empty()
    }

    /// Puts another file on the desk.
    ///
    /// # Errors
    /// When something is on that belongs to the file that is open.
    pub(crate) fn turn_to(&self, library: Library) -> Result<(), Failure> {
        if self.is_busy() || self.import().is_some() {
            return Err(Failure::usage(format!(
                "something is on in {}; stop it or wait for its end, then open the other file",
                self.library().path().display()
            )));
        }
        *self.recording_place() = None;
        *self.live_place() = None;
        *self.series_place() = None;
        *hold(&self.timeline) = None;
        *hold(&self.library) = library;
        Ok(())
    }

    /// The import that is on, if one is.
    pub(crate) fn import(&self) -> MutexGuard<'_, Option<Stopper>> {
        hold(&self.import)
    }

    /// The sample shop, while it is open.
    pub(crate) fn shop(&self) -> MutexGuard<'_, Option<SampleShop>> {
        hold(&self.shop)
    }

    /// The plan that was deleted or replaced last, until it is put back.
    pub(crate) fn forgotten(&self) -> MutexGuard<'_, Option<ForgottenPlan>> {
        hold(&self.forgotten)
    }

    /// The listing that answers this; the one that the table showed before makes way for another.
    ///
    /// # Errors
    /// When there is no such recording, or the filter cannot be read.
    pub(crate) fn listing(&self, name: &str, query: ListingQuery) -> Result<Arc<Listing>, Failure> {
        let mut place = hold(&self.listing);
        if let Some(listing) = place.as_ref()
            && listing.answers(&self.library(), name, &query)
        {
            return Ok(Arc::clone(listing));
        }
        let listing = Arc::new(self.library().listing(name, query)?);
        *place = Some(Arc::clone(&listing));
        Ok(listing)
    }

    /// The exchanges of a connection; those of the one before make way.
    ///
    /// # Errors
    /// When there is no such recording, or the file cannot be read.
    pub(crate) fn connection_listing(
        &self,
        name: &str,
        connection: u32,
    ) -> Result<Arc<ConnectionListing>, Failure> {
        let mut place = hold(&self.connection);
        if let Some(listing) = place.as_ref()
            && listing.answers(&self.library(), name, connection)
        {
            return Ok(Arc::clone(listing));
        }
        let listing = Arc::new(self.library().connection_listing(name, connection)?);
        *place = Some(Arc::clone(&listing));
        Ok(listing)
    }

    /// What is made of the timeline of a run; what was read of it for the last look is not read again.
    ///
    /// # Errors
    /// When there is no such run, or the file cannot be read.
    pub(crate) fn with_timeline<T>(
        &self,
        name: &str,
        make: impl FnOnce(&RunTimeline) -> T,
    ) -> Result<T, Failure> {
        let mut place = hold(&self.timeline);
        let timeline = self.library().run_timeline_again(name, place.take())?;
        let made = make(&timeline);
        *place = Some(timeline);
        Ok(made)
    }

    /// What the interfaces carry, as last read.
    pub(crate) fn device_rates(&self) -> MutexGuard<'_, DeviceRates> {
        hold(&self.device_rates)
    }

    /// The place of the recording that is on, or was on last.
    pub(crate) fn recording_place(&self) -> MutexGuard<'_, Option<Arc<LiveRecording>>> {
        hold(&self.recording)
    }

    /// The recording that is on and not over.
    pub(crate) fn recording(&self) -> Option<Arc<LiveRecording>> {
        self.recording_place()
            .clone()
            .filter(|live| !live.is_over())
    }

    /// The place of the run that is on.
    pub(crate) fn live_place(&self) -> MutexGuard<'_, Option<Arc<LiveRun>>> {
        hold(&self.live)
    }

    /// The run that is on and not over.
    pub(crate) fn live(&self) -> Option<Arc<LiveRun>> {
        self.live_place().clone().filter(|live| !live.is_over())
    }

    /// Starts a replay with so many faults; its name once it is on. `news` hears how far its plan is.
    ///
    /// # Errors
    /// When another is on, it is refused, or its planning is ended.
    pub(crate) fn start_run(
        &self,
        request: &ReplayRequest,
        news: &Channel<PlanningNews>,
    ) -> Result<String, Failure> {
        let _starting = hold(&self.starting);
        self.none_is_on()?;
        let live = self.play(request, news)?;
        Ok(live.name().to_owned())
    }

    /// Starts the next run of the series that is on. `news` hears how far its plan is.
    ///
    /// # Errors
    /// When it is refused, or its planning is ended.
    pub(crate) fn next_of_series(
        &self,
        request: &ReplayRequest,
        news: &Channel<PlanningNews>,
    ) -> Result<Arc<LiveRun>, Failure> {
        let _starting = hold(&self.starting);
        self.play(request, news)
    }

    /// Two at once would measure each other.
    fn none_is_on(&self) -> Result<(), Failure> {
        let on = |what: &str, name: &str| {
            Err(Failure::usage(format!(
                "the {what} {name} is on; wait for it or stop it"
            )))
        };
        if let Some(series) = self.series() {
            return on(series.kind().name(), series.name());
        }
        self.live().map_or(Ok(()), |live| on("run", live.name()))
    }

    /// The place of the series that is on, or was on last.
    pub(crate) fn series_place(&self) -> MutexGuard<'_, Option<Arc<LiveSeries>>> {
        hold(&self.series)
    }

    /// The series that is on and not over.
    pub(crate) fn series(&self) -> Option<Arc<LiveSeries>> {
        self.series_place()
            .clone()
            .filter(|series| !series.is_over())
    }

    /// Puts a series on that is about to begin.
    ///
    /// # Errors
    /// When something is on already.
    pub(crate) fn put_series(&self, series: &Arc<LiveSeries>) -> Result<(), Failure> {
        let _starting = hold(&self.starting);
        self.none_is_on()?;
        *self.series_place() = Some(Arc::clone(series));
        Ok(())
    }

    /// Ends the series that is on, with the run or the plan that is its turn.
    ///
    /// # Errors
    /// When none is.
    pub(crate) fn stop_series(&self) -> Result<(), Failure> {
        let series = self.series();
        let series = series.ok_or_else(|| Failure::usage("no series of runs is on"))?;
        series.ask_to_end();
        self.starts.end();
        if let Some(live) = self.live() {
            live.control().stop();
        }
        Ok(())
    }

    fn play(
        &self,
        request: &ReplayRequest,
        news: &Channel<PlanningNews>,
    ) -> Result<Arc<LiveRun>, Failure> {
        let turn = self.starts.take();
        let library = self.library();
        let planned = library.plan_replay(request, &mut turn.watch(news))?;
        if let Some(shop) = self.shop().as_ref() {
            shop.reset_for(request)?;
        }
        let job = library.start_replay(request, planned)?;
        let live = LiveRun::follow(job)?;
        *self.live_place() = Some(Arc::clone(&live));
        Ok(live)
    }

    /// The run that is on.
    ///
    /// # Errors
    /// When none is.
    pub(crate) fn running(&self) -> Result<Arc<LiveRun>, Failure> {
        self.live().ok_or_else(|| Failure::usage("no run is on"))
    }
}

/// Nothing is left half done under these locks, so one that a panic poisoned is still sound.
pub(crate) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
