//! Secrets in every place that HTTP has for them.

use std::io::Write as _;

use super::{Traffic, form_encoded};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An answer with a body of a type, and more fields.
fn answer(kind: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{fields}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn post(target: &str, kind: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: shop\r\nContent-Type: {kind}\r\n{fields}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(bytes).unwrap();
    zlib.finish().unwrap()
}

/// In chunks of seven bytes, so that every secret lies across several.
fn chunked(head: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.chunks(7) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n");
    out
}

/// HTTP full of secrets.
pub(crate) fn traffic() -> Traffic {
    let mut traffic = Traffic::default();
    fields_and_targets(&mut traffic);
    bodies(&mut traffic);
    coded_bodies(&mut traffic);
    inside_others(&mut traffic);
    unusual_places(&mut traffic);
    coded_unsaid(&mut traffic);
    in_base64(&mut traffic);
    shapes(&mut traffic);
    odd_framing(&mut traffic);
    traffic
}

fn fields_and_targets(traffic: &mut Traffic) {
    let [bearer, basic, cookie, other, key, csrf] = std::array::from_fn(|_| traffic.secret());
    let [query, encoded, set, next, referred] = std::array::from_fn(|_| traffic.secret());
    let reset = traffic.shaped("reset-7h1s1sth3l1nk");
    let basic = STANDARD.encode(format!("ada:{basic}"));
    let percent: String = encoded.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let request = format!(
        "GET /a/{reset}?q=1&api_key={query}&%70assword={percent} HTTP/1.1\r\nHost: shop\r\n\
         Authorization: Bearer {bearer}\r\nProxy-Authorization: Basic {basic}\r\n\
         Cookie: theme=dark; sid={cookie}; other=\"{other}\"\r\nX-Api-Key: {key}\r\nX-CSRF-Token: {csrf}\r\n\
         Referer: http://shop/x?access_token={referred}#y\r\n\r\n"
    );
    let fields =
        format!("Set-Cookie: sid={set}; Path=/; HttpOnly\r\nLocation: /next?token={next}\r\n");
    let answer = answer("text/plain", &fields, b"ok");
    traffic.connection(80, 1_460, |conversation| {
        conversation.client(request).server(answer);
    });
}

fn bodies(traffic: &mut Traffic) {
    let [form, html, meta, part, json, nested] = std::array::from_fn(|_| traffic.secret());
    let [escaped, inner, unquoted, plain] = std::array::from_fn(|_| traffic.secret());
    let phone = traffic.shaped("+33 6 99 88 77 66");
    let urlencoded = format!("user=ada&password={}&x=1", form_encoded(&form));
    let page = format!(
        "<meta name='csrf-token' content='{meta}'><form><input type=hidden name=\"token\" value=\"{html}\">\
         <input name=csrf value={unquoted}></form>"
    );
    let multipart = format!(
        "--XyZ\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nada\r\n\
         --XyZ\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{part}\r\n--XyZ--\r\n"
    );
    let escaped_text: String = escaped
        .bytes()
        .map(|byte| format!("\\u{byte:04x}"))
        .collect();
    let document = format!(
        "{{\"token\":\"{json}\",\"auth\":{{\"list\":[1,\"{nested}\"]}},\"pass\":\"{escaped_text}\",\
         \"body\":\"{{\\\"secret\\\":\\\"{inner}\\\"}}\",\"customer\":{{\"phone\":\"{phone}\"}},\"n\":1}}"
    );
    // The server speaks of itself, so that the escaped one is looked for as well.
    let lines =
        format!("{{\"api_key\":\"{plain}\"}}\n{{\"x\":\"{{\\\"pin\\\":\\\"{escaped}\\\"}}\"}}\n");
    let kind = "application/x-www-form-urlencoded";
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(post("/login", kind, "", urlencoded.as_bytes()))
            .server(answer("text/html; charset=utf-8", "", page.as_bytes()))
            .client(post(
                "/up",
                "multipart/form-data; boundary=XyZ",
                "",
                multipart.as_bytes(),
            ))
            .server(answer("application/json", "", document.as_bytes()))
            .client(post("/log", "application/x-ndjson", "", lines.as_bytes()))
            .server(answer("text/plain", "", b""));
    });
}

fn coded_bodies(traffic: &mut Traffic) {
    let secrets: [String; 6] = std::array::from_fn(|_| traffic.secret());
    let json = |secret: &str| {
        format!("{{\"token\":\"{secret}\",\"pad\":\"{}\"}}", "-".repeat(200)).into_bytes()
    };
    let zstd = zstd::encode_all(&json(&secrets[2])[..], 3).unwrap();
    let twice = gzip(&gzip(&json(&secrets[3])));
    let cut = gzip(&json(&secrets[5]));
    let in_chunks = chunked(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n",
        &gzip(&json(&secrets[4])),
    );
    let in_chunks = [&in_chunks[..], b"\r\n"].concat();
    let kind = "application/json";
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(post(
                "/gzip",
                kind,
                "Content-Encoding: gzip\r\n",
                &gzip(&json(&secrets[0])),
            ))
            .server(answer(
                kind,
                "Content-Encoding: deflate\r\n",
                &deflate(&json(&secrets[1])),
            ))
            .client(post("/zstd", kind, "Content-Encoding: zstd\r\n", &zstd))
            .server(answer(kind, "Content-Encoding: gzip, gzip\r\n", &twice))
            .client("GET /chunks HTTP/1.1\r\nHost: shop\r\n\r\n")
            .server(in_chunks)
            // The connection ends before this body does.
            .client("GET /cut HTTP/1.1\r\nHost: shop\r\n\r\n")
            .server(&answer(kind, "Content-Encoding: gzip\r\n", &cut)[..cut.len() + 90]);
    });
}

/// In texts that stand in others.
fn inside_others(traffic: &mut Traffic) {
    let [user, path, next, filter, fragment, link] = std::array::from_fn(|_| traffic.secret());
    let [element, attribute, script, called, url] = std::array::from_fn(|_| traffic.secret());
    let next = form_encoded(&format!("/home?token={next}"));
    let filter = form_encoded(&format!("{{\"password\":\"{filter}\"}}"));
    let request = format!(
        "GET http://ada:{user}@shop/cart;jsessionid={path}?next={next}&filter={filter} HTTP/1.1\r\nHost: shop\r\n\r\n"
    );
    let fields = format!(
        "Location: /cb#access_token={fragment}\r\nLink: <https://shop/?page=2&token={link}>; rel=next\r\n"
    );
    let document =
        format!("<login key='1' password='{attribute}'><s:Token>{element}</s:Token></login>");
    let page = format!("<p>it's</p><script>state = {{\"apiKey\": \"{script}\"}}</script>");
    let call = format!("load({{\"token\":\"{called}\"}});");
    let presigned = format!("{{\"url\":\"https:\\/\\/files\\/1?X-Signature={url}\"}}");
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(request)
            .server(answer("text/xml", &fields, document.as_bytes()))
            .client("GET /page HTTP/1.1\r\nHost: shop\r\n\r\n")
            .server(answer("text/html", "", page.as_bytes()))
            .client("GET /call HTTP/1.1\r\nHost: shop\r\n\r\n")
            .server(answer("text/javascript", "", call.as_bytes()))
            .client("GET /file HTTP/1.1\r\nHost: shop\r\n\r\n")
            .server(answer("application/json", "", presigned.as_bytes()));
    });
}

/// Where names and values are written in a way of their own.
fn unusual_places(traffic: &mut Traffic) {
    let [inline, block, single, form, pair, page] = std::array::from_fn(|_| traffic.secret());
    let [href, state, assigned, member, csv, yaml] = std::array::from_fn(|_| traffic.secret());
    let [echoed, batched, protocol, database, misnamed, old] =
        std::array::from_fn(|_| traffic.secret());
    let query = format!(
        "{{\"query\":\"mutation {{ login(name: \\\"ada\\\", password: \\\"{inline}\\\", note: \\\"\\\" \
         token: \\\"\\\"\\\"{block}\\\"\\\"\\\") {{ id }} }}\"}}"
    );
    let printed = format!(
        "{{\"said\":\"{{'token': '{single}'}}\",\"body\":\"a=b&password={form}\",\"to\":\"mysql://ada:{database}@db/shop\",\
         \"env\":[{{\"value\":\"{pair}\",\"name\":\"API_TOKEN\"}}],\
         \"html\":\"<input name=\\\"csrf\\\" value=\\\"{page}\\\">\"}}"
    );
    let html = format!(
        "<a href=\"/confirm?id=1&amp;token={href}\">x</a><div data-state='{{\"apiKey\":\"{state}\"}}'></div>\
         <script>window.csrfToken = '{assigned}'</script>"
    );
    let xml =
        format!("<member><name>password</name><value><string>{member}</string></value></member>");
    let echo = format!("TRACE / HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {echoed}\r\n\r\n");
    let batch = format!(
        "--B\r\nContent-Type: application/http\r\n\r\nGET /a HTTP/1.1\r\nCookie: sid={batched}\r\n\r\n\r\n--B--\r\n"
    );
    let json = "application/json";
    let table = format!("id,password\n1,{csv}\n");
    let settings = format!("db:\n  password: {yaml}\n");
    let curl = format!("{{\"password\":\"{misnamed}\"}}");
    let form = "application/x-www-form-urlencoded";
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(post("/graphql", json, "", query.as_bytes()))
            .server(answer(json, "", printed.as_bytes()))
            .client(post("/curl", form, "", curl.as_bytes()))
            .server(answer("text/html", "", html.as_bytes()))
            .client(post("/rpc", "text/xml", "", xml.as_bytes()))
            .server(answer("text/csv", "", table.as_bytes()))
            .client(post("/batch", "multipart/mixed; boundary=B", "", batch.as_bytes()))
            .server(answer("application/yaml", "", settings.as_bytes()))
            .client(format!(
                "GET /live HTTP/1.1\r\nHost: shop\r\nSec-WebSocket-Protocol: chat, bearer, {protocol}\r\n\r\n"
            ))
            .server(answer("message/http", "", echo.as_bytes()));
    });
    // HTTP/0.9 has no heads.
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client("GET /old\r\n\r\n")
            .server(format!("{{\"password\":\"{old}\"}}"));
    });
}

/// Coded where no field says so, and not coded where one does.
fn coded_unsaid(traffic: &mut Traffic) {
    let [packed, twice, plain, wide] = std::array::from_fn(|_| traffic.secret());
    let json = |secret: &str| format!("{{\"token\":\"{secret}\",\"pad\":\"{}\"}}", "-".repeat(200));
    let wide: Vec<u8> = format!("<a><password>{wide}</password></a>")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let kind = "application/json";
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(post("/log", kind, "", &gzip(json(&packed).as_bytes())))
            .server(answer(
                "application/gzip",
                "Content-Encoding: gzip\r\n",
                &gzip(&gzip(json(&twice).as_bytes())),
            ))
            .client(post(
                "/as-it-is",
                kind,
                "Content-Encoding: gzip\r\n",
                json(&plain).as_bytes(),
            ))
            .server(answer("text/xml", "", &wide));
    });
}

/// Texts of every kind in base64.
fn in_base64(traffic: &mut Traffic) {
    let [field, state, assertion, settings, body, part] = std::array::from_fn(|_| traffic.secret());
    let field = STANDARD.encode(format!("user=ada&password={field}&x=1"));
    let state = STANDARD.encode(format!("https://ada:{state}@shop/home"));
    let assertion = STANDARD.encode(format!(
        "<Response><Password>{assertion}</Password></Response>"
    ));
    let settings = STANDARD.encode(format!("REGION=eu-west-1\nDB_PASSWORD={settings}\n"));
    let lines = |text: String| -> String {
        let encoded = STANDARD.encode(text).into_bytes();
        encoded
            .chunks(76)
            .map(|line| format!("{}\r\n", String::from_utf8_lossy(line)))
            .collect()
    };
    let pad = "-".repeat(100);
    let body = lines(format!("{{\"pad\":\"{pad}\",\"token\":\"{body}\"}}"));
    let part = lines(format!("first: {pad}\npassword: {part}\nlast: 1\n"));
    let request = format!(
        "GET /cb?state={} HTTP/1.1\r\nHost: shop\r\nX-Context: {field}\r\n\r\n",
        form_encoded(&state)
    );
    let form = format!("RelayState=7&SAMLResponse={}", form_encoded(&assertion));
    let document = format!("{{\"config\":\"{settings}\",\"n\":1}}");
    let multipart = format!(
        "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{part}\r\n--B--\r\n"
    );
    let urlencoded = "application/x-www-form-urlencoded";
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(request)
            .server(answer("application/json", "", document.as_bytes()))
            .client(post("/saml", urlencoded, "", form.as_bytes()))
            .server(answer("text/plain", "", body.as_bytes()))
            .client(post(
                "/up",
                "multipart/form-data; boundary=B",
                "",
                multipart.as_bytes(),
            ))
            .server(answer("text/plain", "", b"ok"));
    });
}

fn shapes(traffic: &mut Traffic) {
    let shapes: Vec<String> = [
        "4111 1111 1111 1111",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.cGxhbnRlZHNpZ25hdHVyZQ",
        "AKIAIOSFODNN7PLANTED",
        "ghp_plantedabcdefghijklmnopqrstuvwxyz012345",
        "xoxb-plantedplanted-0123456789",
        "MIIEpAIBAAKCAQEAplantedkeybody0123456789",
        "ada.planted@example.org",
        "DE89 3704 0044 0532 0130 00",
    ]
    .into_iter()
    .map(|shape| traffic.shaped(shape))
    .collect();
    let key = &shapes[5];
    let text = shapes
        .iter()
        .enumerate()
        .map(|(number, shape)| match number {
            5 => format!("-----BEGIN RSA PRIVATE KEY-----\n{key}\n-----END RSA PRIVATE KEY-----"),
            _ => format!("<{shape}>"),
        })
        .collect::<Vec<_>>()
        .join(" and ");
    let encoded: Vec<String> = shapes
        .iter()
        .enumerate()
        .filter(|(number, _)| *number != 5)
        .map(|(number, shape)| format!("f{number}={}", form_encoded(shape)))
        .collect();
    let in_chunks = chunked(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
        text.as_bytes(),
    );
    let in_chunks = [&in_chunks[..], b"\r\n"].concat();
    let form = "application/x-www-form-urlencoded";
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(post(
                &format!("/?{}", encoded.join("&")),
                form,
                "",
                encoded.join("&").as_bytes(),
            ))
            .server(answer("text/plain", "", text.as_bytes()))
            .client(post(
                "/octets",
                "application/octet-stream",
                "",
                text.as_bytes(),
            ))
            .server(in_chunks);
    });
}

fn odd_framing(traffic: &mut Traffic) {
    let [first, second, trailer, tiny, close, upgraded] = std::array::from_fn(|_| traffic.secret());
    let folded = traffic.secret();
    let pipelined = format!(
        "GET /1?token={first} HTTP/1.1\r\nHost: s\r\n\r\nGET /2 HTTP/1.1\r\nHost: s\r\nCookie: a={second}\r\n\r\n"
    );
    let mut trailed = chunked("HTTP/1.1 200 OK\r\nTrailer: X-Token\r\n", b"some text");
    trailed.extend_from_slice(format!("X-Token: {trailer}\r\n\r\n").as_bytes());
    let until_close = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{{\"secret\":\"{close}\"}}"
    );
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(pipelined)
            .server([&answer("text/plain", "", b"1")[..], &trailed].concat())
            .client(format!(
                "GET /3 HTTP/1.1\r\nHost: s\r\nX-Token:\r\n {folded}\r\n\r\n"
            ))
            .server(until_close);
    });
    // Every byte in a segment of its own.
    traffic.connection(80, 1, |conversation| {
        conversation
            .client(format!(
                "GET /tiny?token={tiny} HTTP/1.1\r\nHost: s\r\n\r\n"
            ))
            .server(answer("text/plain", "", b"ok"));
    });
    traffic.connection(80, 1_460, |conversation| {
        conversation
            .client(format!(
                "GET /socket?token={upgraded} HTTP/1.1\r\nHost: s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            ))
            .server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            .client([&b"\x81\x99"[..], upgraded.as_bytes()].concat())
            .server([&b"\x81\x19"[..], upgraded.as_bytes()].concat());
    });
}
