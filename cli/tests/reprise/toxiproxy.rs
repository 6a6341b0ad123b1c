//! Toxiproxy's own client drives `reprise proxy --control`.

use std::path::Path;
use std::process::Command;

use crate::support::{Desk, shop, standing_proxy};

#[test]
fn the_client_of_toxiproxy_creates_proxies_and_puts_toxics_on_them() {
    let (desk, shop) = (Desk::new(), shop());
    let server = shop.http_addr().to_string();
    let (running, _, control) = standing_proxy::controlled(&desk, &server);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/drivers/toxiproxy.mjs");
    let output = Command::new("node")
        .arg(script)
        .args([&control, &server])
        .output();
    let output = output.expect("this test needs Node and scripts/setup test");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    running.signal("-INT");
    assert_eq!(running.end().0, Some(0));
}
