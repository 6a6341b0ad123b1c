//! The charts as they were last looked at, and what must hold for any of them.

mod compared;
mod contents;
mod looks;
mod recorded;
mod sample;
mod several;

use super::*;
use crate::Tick;

const DARK: Style = Style::new(900, 320, Theme::Dark);
const NARROW: Style = Style::new(380, 200, Theme::Light);
