//! What must hold of bodies that whoever controls proxies may send.

use super::{routes, toxiproxy, vaurien};

/// A body: of this control API, of Vaurien's and of Toxiproxy's. It is refused, or what it asks for is a fault.
pub fn control_body(data: &[u8]) {
    routes::invariant_body(data);
    vaurien::invariant_body(data);
    toxiproxy::invariant_body(data);
}
