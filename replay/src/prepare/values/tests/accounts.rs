//! Who logs in with which password, where the plan has accounts of its own and requests set passwords.

use super::*;

const OLD: &str = "rp_oldaaaaaaaaaaaaaaaaaaaaaa";
const NEW: &str = "rp_newaaaaaaaaaaaaaaaaaaaaaa";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const AWAY: &str = "HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 2\r\n\r\nno";

fn form(path: &str, fields: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{fields}"
    )
}

fn login(password: &str) -> String {
    form("/login", &format!("email=ann%40shop&password={password}"))
}

fn with_users() -> Plan {
    let mut plan = Plan::of("x");
    plan.users = 3;
    plan
}

/// What goes into each request of a lane whose requests are all to `/`.
fn fills(plan: &Plan, said: &[(&str, &str)]) -> Vec<Vec<Fill>> {
    let said = said
        .iter()
        .fold(Recorded::new(), |lane, (request, answer)| {
            lane.said("POST /", request, answer)
        });
    let searched = said.search(plan);
    let fills = |carries: &Vec<Carry>| carries.iter().map(|carry| carry.fill).collect();
    searched.carries.iter().map(fills).collect()
}

#[test]
fn a_login_with_a_password_that_was_reset_before_gives_that() {
    let asked = form("/password_resets", "email=ann%40shop");
    let reset = form("/password_resets/57", &format!("user[password]={NEW}"));
    let found = fills(
        &with_users(),
        &[
            (&login(OLD), OK),
            (&asked, OK),
            (&reset, OK),
            (&login(NEW), OK),
            (&login(OLD), OK),
        ],
    );
    assert_eq!(found[0], [Fill::User, Fill::Password]);
    assert_eq!(found[1..4], [vec![Fill::User], vec![], vec![Fill::User]]);
    assert_eq!(found[4], [Fill::User, Fill::Password]);
    // the account that is reset is the one that logs in, whether it had done so before or not
    let found = fills(
        &with_users(),
        &[(&asked, OK), (&reset, OK), (&login(NEW), OK)],
    );
    assert_eq!(found, [vec![Fill::User], vec![], vec![Fill::User]]);
    // GraphQL asks by the name of an operation; a shop may be called anything
    let asks = |path: &str, operation: &str| {
        let body = format!("{{\"operationName\":\"{operation}\",\"email\":\"ann@shop\"}}");
        let request =
            format!("POST {path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}");
        fills(&with_users(), &[(&request, OK), (&login(NEW), OK)])[0].clone()
    };
    assert_eq!(asks("/graphql", "forgotPassword"), [Fill::User]);
    assert_eq!(asks("/wp-login.php/lostpassword", ""), [Fill::User]);
    assert_eq!(asks("/hello-store/presets", ""), []);
    // what was turned away has set nothing
    let found = fills(
        &with_users(),
        &[(&asked, OK), (&reset, AWAY), (&login(NEW), OK)],
    );
    assert_eq!(found[2], [Fill::User, Fill::Password]);
}

#[test]
fn who_signed_up_logs_in_as_recorded_and_whom_that_does_not_concern_does_not() {
    let signed_up = form(
        "/register",
        &format!("name=Ann&email=ann%40shop&password={NEW}&password_confirmation={NEW}"),
    );
    let other = form("/login", &format!("email=bob%40shop&password={NEW}"));
    let found = fills(
        &with_users(),
        &[(&signed_up, OK), (&login(NEW), OK), (&other, OK)],
    );
    // the name is the copy's own, the password what was recorded
    let own = vec![Fill::OfAnother(0)];
    assert_eq!(found[..2], [own.clone(), own]);
    assert_eq!(found[2], [Fill::User, Fill::Password]);
}

#[test]
fn a_change_of_password_gives_that_of_the_account_and_sets_the_recorded_one() {
    let change = form(
        "/profile/password",
        &format!("current_password={OLD}&password={NEW}&password_again={NEW}"),
    );
    let found = fills(
        &with_users(),
        &[(&login(OLD), OK), (&change, OK), (&login(NEW), OK)],
    );
    assert_eq!(found[1..], [vec![Fill::Password], vec![Fill::User]]);
}

#[test]
fn a_login_gives_the_secret_that_its_password_was_set_to() {
    let mut plan = Plan::of("x");
    plan.secrets = ["login.password", "register.password"]
        .map(str::to_owned)
        .into();
    let signed_up = form("/register", &format!("email=ann%40shop&password={NEW}"));
    let found = fills(
        &plan,
        &[(&login(OLD), OK), (&signed_up, OK), (&login(NEW), OK)],
    );
    let secret = |number| vec![Fill::Secret(number)];
    assert_eq!(found, [secret(0), secret(1), secret(1)]);
}

#[test]
fn a_password_that_was_set_as_recorded_is_not_missing_where_it_logs_in() {
    let signed_up = form("/register", &format!("email=ann%40shop&password={NEW}"));
    let searched = Recorded::new()
        .said("POST /register", &signed_up, OK)
        .said("POST /login", &login(NEW), OK)
        .search(&Plan::of("x"));
    let missing = searched.told.unsourced.iter().map(|one| one.key.as_str());
    assert_eq!(missing.collect::<Vec<_>>(), ["register.password"]);
}

#[test]
fn what_asks_for_a_password_once_more_sets_none() {
    let mut plan = Plan::of("x");
    plan.secrets = vec!["login.password".to_owned()];
    let confirm = form("/sudo", &format!("password={OLD}"));
    let found = fills(&plan, &[(&confirm, OK), (&login(OLD), OK)]);
    assert_eq!(found, [vec![], vec![Fill::Secret(0)]]);
    let found = fills(&with_users(), &[(&login(OLD), OK), (&confirm, OK)]);
    assert_eq!(found[1], [Fill::Password]);
}

/// Where requests carry what each copy has of its own, and how often.
fn own(said: &[(&'static str, &str, &str)]) -> Vec<String> {
    let lane = said
        .iter()
        .fold(Recorded::new(), |lane, (operation, request, answer)| {
            lane.said(operation, request, answer)
        });
    let mut own = lane.search(&Plan::of("x")).listed();
    own.retain(|one| one.contains("copy:"));
    own
}

#[test]
fn who_signs_up_has_a_name_of_its_own_in_each_copy_and_keeps_it() {
    let fields = "user%5Bname%5D=Ann&user%5Bemail%5D=ann%40shop.example";
    let twice = |one: &str, other: &str| {
        form(
            "/signup",
            &format!("{fields}&user%5Bpassword%5D={one}&user%5Bpassword_confirmation%5D={other}"),
        )
    };
    let login = form(
        "/login",
        &format!("email=ann%40shop.example&password={NEW}"),
    );
    assert_eq!(
        own(&[
            ("GET /users/{}", &get("/users/ann@shop.example"), OK),
            ("POST /signup", &twice(NEW, OLD), AWAY),
            ("POST /signup", &twice(NEW, NEW), OK),
            ("GET /users/{}", &get("/users/ann@shop.example"), OK),
            ("POST /login", &login, OK),
            (
                "POST /news",
                &form("/news", "about=Ann&to=bob%40shop.example"),
                OK
            ),
        ]),
        [
            "user[email]: POST /signup copy:its own -> GET /users/{} path:2",
            "user[email]: POST /signup copy:its own -> POST /login form:email",
            "user[email]: POST /signup copy:its own -> POST /signup form:user[email]",
        ]
    );
}

#[test]
fn graphql_says_by_the_name_of_its_operation_that_it_signs_up() {
    let sign_up = |name: &str, answer: &str| {
        let body = format!(
            "{{\"operationName\":\"{name}\",\"variables\":{{\"n\":\"Ann\",\"e\":\"ann@shop.example\",\"password\":\"{NEW}\"}}}}"
        );
        let request =
            format!("POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}");
        own(&[("POST /graphql", &request, &json("200 OK", "", answer))])
    };
    assert_eq!(
        sign_up("SignUp", "{}"),
        ["e: POST /graphql copy:its own -> POST /graphql json:variables.e"]
    );
    assert_eq!(sign_up("customerCreate", "{}").len(), 1);
    for other in ["Login", "customerUpdate", "registerUserSignIn"] {
        assert_eq!(sign_up(other, "{}"), [""; 0], "{other}");
    }
}

#[test]
fn who_has_an_account_or_asks_for_another_password_does_not_sign_up() {
    let both = format!("email=ann%40shop.example&password={NEW}&password_confirmation={NEW}");
    for path in [
        "/reset-password",
        "/profile",
        "/password/change",
        "/users/edit",
    ] {
        assert_eq!(
            own(&[("POST /", &form(path, &both), OK)]),
            [""; 0],
            "{path}"
        );
    }
    // words are read whole
    for path in ["/credit/hello-store", "/exchange/join"] {
        assert_ne!(
            own(&[("POST /", &form(path, &both), OK)]),
            [""; 0],
            "{path}"
        );
    }
    let once = format!("username=ann&password={NEW}");
    for path in ["/registry/session", "/registration/login", "/sign_in"] {
        assert_eq!(
            own(&[("POST /", &form(path, &once), OK)]),
            [""; 0],
            "{path}"
        );
    }
    let rest = |name: &str| form("/users", &format!("{name}=ann&password={NEW}"));
    let created = json("201 Created", "", "{}");
    let is_own = |said: &[(&'static str, &str, &str)]| !own(said).is_empty();
    assert!(is_own(&[("POST /users", &rest("username"), &created)]));
    assert!(!is_own(&[("POST /users", &rest("username"), OK)]));
    assert!(!is_own(&[("POST /users", &rest("town"), &created)]));
    let login = form(
        "/login",
        &format!("email=ann%40shop.example&password={OLD}"),
    );
    let known = [
        ("POST /login", &*login, OK),
        ("POST /team", &form("/team", &both), OK),
    ];
    assert!(is_own(&known[1..]) && !is_own(&known));
    let mut plan = Plan::of("x");
    plan.no_correlate = vec!["email".to_owned()];
    assert_eq!(fills(&plan, &[(&form("/team", &both), OK)]), [vec![]]);
}

#[test]
fn who_signs_up_with_one_password_is_given_no_account_of_the_file() {
    let signed_up = form(
        "/signup",
        &format!("email=ann%40shop.example&password={NEW}"),
    );
    let login = form(
        "/login",
        &format!("email=ann%40shop.example&password={NEW}"),
    );
    let found = fills(&with_users(), &[(&signed_up, OK), (&login, OK)]);
    assert_eq!(found, [[Fill::OfAnother(0)], [Fill::OfAnother(0)]]);
}

#[test]
fn a_login_that_graphql_answers_with_errors_alone_was_turned_away() {
    let body = format!(
        "{{\"operationName\":\"Login\",\"variables\":{{\"email\":\"ann@shop.example\",\"password\":\"{OLD}\"}}}}"
    );
    let login = format!("POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}");
    let filled = |answer: &str| fills(&with_users(), &[(&login, &json("200 OK", "", answer))]);
    let refused = r#"{"errors":[{"message":"no"}],"data":{"login":null}}"#;
    assert_eq!(filled(refused), [vec![]]);
    let let_in = r#"{"data":{"login":{"token":"x"}}}"#;
    assert_eq!(filled(let_in), [[Fill::User, Fill::Password]]);
}
