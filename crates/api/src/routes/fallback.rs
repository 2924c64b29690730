//! The answer to everything that is no route: 404, or 405 with the methods the path takes.

use crate::problem::{Problem, table};
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

/// Routes that are not in the document.
const UNDOCUMENTED: &[(&str, &str)] = &[
    ("/", "GET"),
    ("/docs", "GET"),
    ("/docs/{_:.*}", "GET"),
    ("/openapi.json", "GET"),
    ("/problems", "GET"),
    ("/problems/{code}", "GET"),
    ("/ingress/{account}/{secret}/{kind}", "POST"),
];

/// Every path there is and the methods it takes; from the document, which has them all.
pub(crate) struct RouteTable(Vec<(ResourceDef, String)>);

impl RouteTable {
    pub(crate) fn of(document: &Value) -> Self {
        let documented = document["paths"].as_object().into_iter().flatten().map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(|item| item.keys());
            let methods: Vec<_> = methods.map(|method| method.to_ascii_uppercase()).collect();
            (path.as_str(), methods.join(", "))
        });
        let others = UNDOCUMENTED.iter().map(|(path, method)| (*path, (*method).to_owned()));
        // Whatever can be read can be asked for with HEAD.
        let route =
            |(path, methods): (&str, String)| (ResourceDef::new(path), methods.replace("GET", "GET, HEAD"));
        Self(documented.chain(others).map(route).collect())
    }

    fn methods(&self, path: &str) -> Option<&str> {
        let found = self.0.iter().find(|(route, _)| route.is_match(path));
        found.map(|(_, methods)| methods.as_str())
    }
}

impl RouteTable {
    /// Why there is no route for such a request.
    pub(crate) fn refusal(&self, path: &str, method: &Method) -> Problem {
        match self.methods(path) {
            Some(methods) => {
                let detail = format!("this path takes {methods}, not {method}");
                Problem::new(&table::METHOD_NOT_ALLOWED, detail).with_header(ALLOW, methods)
            }
            None => Problem::new(&table::NOT_FOUND, "there is no such path; `/docs` shows all of them"),
        }
    }
}

pub(crate) async fn fallback(request: HttpRequest, routes: Data<RouteTable>) -> Result<String, Problem> {
    Err(routes.refusal(request.path(), request.method()))
}

/// The answer of an address that has few routes.
pub(crate) async fn nothing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}
