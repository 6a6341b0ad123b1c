//! Values a lane's requests carry that only the target can supply: where each comes from in its answers,
//! and where each stands in later requests. Found when the plan is made, used while it runs.

/// What is known about the values of one lane. Lists are in order of their step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneValues {
    /// How many values the lane takes from answers; they are numbered from 0.
    pub(crate) count: usize,
    /// What to take from which answer.
    pub(crate) takes: Vec<Take>,
    /// What stands where in which request.
    pub(crate) carries: Vec<Carry>,
}

/// A value to take from the answer to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    /// The step, by its exchange's id.
    pub(crate) step: u32,
    /// Where in the answer it stands.
    pub(crate) origin: Origin,
    /// The number it is kept under.
    pub(crate) value: usize,
}

/// Where in an answer a value stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// The value of this header field.
    Header(String),
    /// The `value` of an HTML input, or the `content` of a meta element, with this name.
    Input(String),
    /// The string or number at this path of a JSON document: keys and indices, joined by dots.
    Json(String),
}

/// A value within a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carry {
    /// The step, by its exchange's id.
    pub(crate) step: u32,
    /// Where in the request it stands, and so how it is written.
    pub(crate) place: Place,
    /// The bytes there, as recorded: encoded as its place demands.
    pub(crate) recorded: Box<[u8]>,
    /// What goes in its stead.
    pub(crate) fill: Fill,
}

/// Where in a request a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The path or query of the target: percent-encoded.
    Target,
    /// The value of a header field: as it is.
    Header,
    /// A field of a URL-encoded form.
    Form,
    /// A string of a JSON document.
    Json,
    /// The content of a multipart field: as it is.
    Multipart,
}

/// What replaces a recorded value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// What the target answered, by the value's number in the lane.
    Value(usize),
    /// A secret, by its place among the plan's names.
    Secret(usize),
}

impl LaneValues {
    /// What to take from the answer to `step`.
    pub(crate) fn takes_of(&self, step: u32) -> &[Take] {
        of_step(&self.takes, step, |take| take.step)
    }

    /// What stands in the request of `step`.
    pub(crate) fn carries_of(&self, step: u32) -> &[Carry] {
        of_step(&self.carries, step, |carry| carry.step)
    }

    /// Puts both lists in order, once all is found.
    pub(crate) fn settle(&mut self) {
        self.takes.sort_by_key(|take| take.step);
        self.carries.sort_by_key(|carry| carry.step);
        self.takes.shrink_to_fit();
        self.carries.shrink_to_fit();
    }
}

fn of_step<T>(list: &[T], step: u32, step_of: impl Fn(&T) -> u32) -> &[T] {
    let from = list.partition_point(|item| step_of(item) < step);
    let to = list.partition_point(|item| step_of(item) <= step);
    list.get(from..to).unwrap_or_default()
}
