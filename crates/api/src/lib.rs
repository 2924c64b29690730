//! The REST surface: routes, problem+json, cursors, OpenAPI and Swagger UI.
