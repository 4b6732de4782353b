//! Which request gets where, and what the plugin sees of it.

use phytohub_plugin_host::http::MountError;

use super::rig::Rig;

const ROUTES: &[&str] = &["GET ", "GET c/{number}", "POST c/{number} 100", "PUT files/{*rest} 10"];

#[tokio::test]
async fn a_plugin_sees_the_request_as_the_browser_made_it() {
    let rig = Rig::start(ROUTES, |request, desk| {
        let headers: Vec<String> = request
            .headers
            .iter()
            .map(|one| format!("{}={}", one.name, String::from_utf8_lossy(one.value)))
            .collect();
        desk.say(format!(
            "{} {} {} {} {} {} {} {} {:?} {} [{}]",
            request.route,
            request.method,
            request.path,
            request.query,
            request.prefix,
            request.scheme,
            request.host,
            request.client_address,
            request.body_bytes,
            String::from_utf8_lossy(request.body),
            headers.join(" "),
        ))
    })
    .await;
    let more = "X-One: a\r\nCookie: a=1\r\nCookie: b=2\r\nX-One: b\r\nConnection: close\r\n\
                Content-Length: 3\r\n\r\nabc";
    let reply = rig.ask("POST /p/c/EU%2F20%207?a=%41&b", more).await;
    assert_eq!(reply.status(), "200");
    assert_eq!(
        reply.text(),
        "2 POST /p/c/EU%2F20%207 a=%41&b /p/ http localhost 127.0.0.1 Some(3) abc \
         [host=localhost x-one=a x-one=b content-length=3 cookie=a=1; b=2]"
    );
    assert_eq!(reply.header("content-type"), Some("text/plain"));
    assert_eq!(reply.header("content-length"), Some(&*reply.body.len().to_string()));
}

#[tokio::test]
async fn what_has_no_page_is_refused_by_status() {
    let rig = Rig::start(ROUTES, |request, desk| desk.say(request.path)).await;
    for (line, status, allow) in [
        ("GET /p/", "200", None),
        ("GET /p/c/7", "200", None),
        ("PUT /p/files/a/b", "200", None),
        ("GET /p/c", "404", None),
        ("GET /q/", "404", None),
        ("GET /px", "404", None),
        ("DELETE /p/c/7", "405", Some("GET, HEAD, POST")),
        ("POST /p/", "405", Some("GET, HEAD")),
        ("POST /", "405", Some("GET, HEAD")),
        ("GET /hub/DeliveryService", "404", None),
        ("POST /hub/DeliveryService", "404", None),
        ("GET /hub/DeliveryService?wsdl", "404", None),
        ("GET /p/../q", "400", None),
        ("GET /p/%2e%2e/q", "400", None),
        ("GET /p/c/%2e%2e%2f%2e%2e", "400", None),
        ("GET /p/c/%00", "400", None),
        ("GET /p//c/7", "400", None),
        ("GET //p/c/7", "400", None),
        ("GET /p/c/%zz", "400", None),
        ("GET /p/c/%ff", "400", None),
    ] {
        let reply = rig.ask(line, "").await;
        assert_eq!((reply.status(), reply.header("allow")), (status, allow), "{line}");
    }
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let rig = Rig::start(ROUTES, |request, desk| {
        assert_eq!(request.method, "HEAD");
        desk.say("x".repeat(1 << 20))
    })
    .await;
    let mut socket = rig.open().await;
    socket.head("HEAD /p/", "").await;
    let reply = socket.reply_to(true).await;
    assert_eq!((reply.status(), reply.header("content-length")), ("200", Some("1048576")));
    socket.head("GET /", "").await;
    assert_eq!(socket.reply().await.status(), "200", "no body came between");
}

#[tokio::test]
async fn the_root_lists_plugins_and_a_bare_prefix_leads_to_its_slash() {
    let rig = Rig::start(ROUTES, |_, desk| desk.say("")).await;
    let reply = rig.ask("GET /", "").await;
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(reply.text().contains("<a href=\"/p/\">p</a>"), "{}", reply.text());
    let reply = rig.ask("GET /p?a=b", "").await;
    assert_eq!((reply.status(), reply.header("location")), ("308", Some("/p/?a=b")));
    rig.pages.unmount("p");
    assert_eq!(rig.ask("GET /p/", "").await.status(), "404");
    assert!(rig.ask("GET /", "").await.text().contains("No plugin"));
}

#[tokio::test]
async fn pages_lie_where_no_others_do() {
    let rig = Rig::start(ROUTES, |_, desk| desk.say("")).await;
    assert_eq!(rig.pages.sites(), [("p".to_owned(), "/p/".to_owned())]);
    let taken = MountError::Taken { prefix: "/p/".to_owned(), plugin: "p".to_owned() };
    assert_eq!(rig.pages.suspend("q", "/p/"), Err(taken));
    assert_eq!(rig.pages.suspend("q", "/hub/"), Err(MountError::Reserved));
    let prefix = MountError::Prefix { prefix: "/q".to_owned() };
    assert_eq!(rig.pages.suspend("q", "/q"), Err(prefix));
    assert_eq!(rig.pages.suspend("q", "/p/q/"), Ok(()), "the deeper one is meant");
    assert_eq!(rig.ask("GET /p/q/", "").await.status(), "503");
    assert_eq!(rig.ask("GET /p/", "").await.status(), "200");
}
