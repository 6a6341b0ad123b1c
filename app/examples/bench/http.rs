//! HTTP connections: keep-alive, a shop's items and carts.

use std::fmt::Write as _;

use reprise_capture::packet_builder::Conversation;

/// How many exchanges a connection has.
pub(crate) const EXCHANGES: u32 = 200;

/// GETs with answers of some 60 bytes.
pub(crate) fn small(talk: &mut Conversation, connection: u32) {
    for exchange in 0..EXCHANGES {
        let id = connection * EXCHANGES + exchange;
        let request = format!(
            "GET /item/{id}?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: bench\r\n\
             Accept: application/json\r\nCookie: sid=s{connection}\r\n\r\n"
        );
        let body =
            format!("{{\"id\":{id},\"name\":\"item {id}\",\"price\":\"12.30\",\"stock\":7}}");
        exchange_of(talk, &request, &body);
    }
}

/// POSTs of some 1.2 kB with answers of some 6 kB.
pub(crate) fn bodies(talk: &mut Conversation, connection: u32) {
    for exchange in 0..EXCHANGES {
        let id = connection * EXCHANGES + exchange;
        let order = lines(id, 12);
        let request = format!(
            "POST /cart/{id}/lines HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: bench\r\n\
             Accept: application/json\r\nCookie: sid=s{connection}; theme=dark\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{order}",
            order.len()
        );
        exchange_of(talk, &request, &lines(id, 60));
    }
}

fn exchange_of(talk: &mut Conversation, request: &str, body: &str) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    talk.client(request).wait_us(800);
    talk.server(answer).wait_us(20_000);
}

/// A JSON array of order lines, a hundred bytes each, no two alike.
fn lines(id: u32, many: u32) -> String {
    let mut out = String::from("[");
    for line in 0..many {
        let number = id.wrapping_mul(2_654_435_761).rotate_left(line) ^ line;
        let comma = if line == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "{comma}{{\"sku\":\"{number:08x}\",\"name\":\"item {}\",\"quantity\":{},\"price\":\"{}.{:02}\",\
             \"in_stock\":{}}}",
            number % 10_000,
            number % 9 + 1,
            number % 500,
            number % 100,
            number % 3 > 0,
        );
    }
    out.push(']');
    out
}
