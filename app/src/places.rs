//! Where Reprise keeps things on this machine, by the XDG base directory specification.

use std::path::PathBuf;

/// The library: `$XDG_DATA_HOME/reprise/library.reprise`, else below `$HOME/.local/share`.
pub fn default_file() -> PathBuf {
    base("XDG_DATA_HOME", ".local/share").join("reprise/library.reprise")
}

/// What must not be in the library, such as keys: `$XDG_CONFIG_HOME/reprise`, else below `$HOME/.config`.
pub(crate) fn configuration_folder() -> PathBuf {
    base("XDG_CONFIG_HOME", ".config").join("reprise")
}

fn base(variable: &str, below_home: &str) -> PathBuf {
    let set = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    set.unwrap_or_else(|| {
        let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
        home.join(below_home)
    })
}
