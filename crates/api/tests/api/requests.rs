//! What every answer has in common, and the pages for people.

use crate::test_api::{TestApi, send};
use reqwest::Method;

#[tokio::test]
async fn an_answer_carries_the_request_s_id_or_one_of_ours() {
    let api = TestApi::start().await;
    let with = |id: &str| api.request(Method::GET, "/v1/tasks").header("x-request-id", id);
    assert_eq!(send(with("crm-42:a.b_c")).await.header("x-request-id"), "crm-42:a.b_c");
    for unsafe_id in ["a b", "x".repeat(65).as_str(), "<script>"] {
        let answer = send(with(unsafe_id)).await;
        assert!(answer.header("x-request-id").starts_with("req_"), "{unsafe_id}");
    }
    let problem = send(api.bare(Method::GET, "/v1/tasks").header("x-request-id", "mine")).await;
    assert_eq!(problem.problem(401, "unauthenticated").text("/request_id"), "mine");
    assert_eq!(api.get("/v1/tasks").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_trace_goes_on_through_the_answer_and_a_broken_one_is_begun_anew() {
    let api = TestApi::start().await;
    let (trace, caller) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let with = async |traceparent: &str| {
        let request = api.request(Method::GET, "/v1/tasks").header("traceparent", traceparent);
        send(request).await.header("traceresponse").to_owned()
    };
    let continued = with(&format!("00-{trace}-{caller}-01")).await;
    let [version, id, span, flags] = continued.split('-').collect::<Vec<_>>()[..] else {
        panic!("{continued}");
    };
    assert_eq!((version, id, flags), ("00", trace, "01"));
    assert!(span.len() == 16 && span != caller, "{continued}");
    let begun = with(&format!("00-{trace}-{caller}")).await;
    assert!(begun.len() == 55 && !begun.contains(trace), "{begun}");
}

#[tokio::test]
async fn a_server_that_is_to_end_answers_on_and_keeps_no_connection() {
    let api = TestApi::start().await;
    let before = api.get("/v1/tasks").await;
    assert!(!before.headers.contains_key("connection"), "{:?}", before.headers);
    api.draining.cancel();
    assert_eq!(send(api.bare(Method::GET, "/livez")).await.status, 200);
    send(api.bare(Method::GET, "/readyz")).await.problem(503, "draining");
    let after = api.get("/v1/tasks").await;
    assert_eq!((after.status.as_u16(), after.header("connection")), (200, "close"));
}

#[tokio::test]
async fn a_head_is_a_get_without_the_body() {
    let api = TestApi::start().await;
    let location = format!("/v1/tasks/{}", api.create_task(1).await);
    for path in ["/v1/tasks", &location, "/livez", "/openapi.json"] {
        let (head, get) = (send(api.request(Method::HEAD, path)).await, api.get(path).await);
        assert_eq!((head.status.as_u16(), head.body.as_str()), (200, Some("")), "{path}");
        for same in ["content-type", "content-length"] {
            assert_eq!(head.header(same), get.header(same), "{path}");
        }
    }
    assert_eq!(send(api.request(Method::HEAD, "/v1/nothing")).await.status, 404);
    assert_eq!(send(api.request(Method::HEAD, &format!("{location}/start"))).await.status, 405);
}

#[tokio::test]
async fn probes_need_no_key() {
    let api = TestApi::start().await;
    for path in ["/livez", "/readyz"] {
        let answer = send(api.bare(Method::GET, path)).await;
        assert_eq!((answer.status.as_u16(), answer.text("/status")), (200, "ok"));
    }
}

#[tokio::test]
async fn swagger_ui_is_served_from_the_binary() {
    let api = TestApi::start().await;
    let home = send(api.bare(Method::GET, "/")).await;
    assert_eq!((home.status.as_u16(), home.header("location")), (302, "/docs/"));
    let page = send(api.bare(Method::GET, "/docs/")).await;
    let html = page.body.as_str().unwrap();
    assert!(html.contains("swagger-ui"), "{html}");
    assert!(!html.contains("https://"), "nothing is loaded from elsewhere: {html}");
    for asset in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
        let answer = send(api.bare(Method::GET, &format!("/docs/{asset}"))).await;
        assert_eq!(answer.status, 200, "{asset}");
    }
    let setup = send(api.bare(Method::GET, "/docs/swagger-initializer.js")).await;
    let setup = setup.body.as_str().unwrap();
    for wanted in ["/openapi.json", "persistAuthorization", "deepLinking"] {
        assert!(setup.contains(wanted), "{setup}");
    }
}

#[tokio::test]
async fn the_type_of_a_problem_is_a_page() {
    let api = TestApi::start().await;
    let problem = api.get("/v1/nothing").await;
    let page = send(api.bare(Method::GET, problem.text("/type"))).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.body.as_str().unwrap().contains("<code>not_found</code>"));
}
