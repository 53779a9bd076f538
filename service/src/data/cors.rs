//! CORS: what browsers are told about an answer, and preflights. `mediastore_policy::cors` decides; this reads and writes headers.
//!
//! CORS allows nothing that the container policy does not: it only lets a browser's script see what its user could fetch anyway.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use mediastore_policy::cors::{CorsDecision, CorsGrant, CorsRequest, CorsRule, cors_decide};

use super::parsed::Parsed;
use super::{Output, Target};
use crate::answer::{self, REST_JSON};
use crate::auth::{Kind, Refusal};
use crate::control;
use crate::error::{ApiError, Code};
use crate::service::Body;

/// What an answer depends on besides its URL, where there is a CORS policy: caches must keep the answers apart.
const VARIES: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Headers, Access-Control-Request-Method");

/// The CORS policies of a service's containers.
#[derive(Debug, Default)]
pub(crate) struct CorsPolicies(Parsed<Vec<CorsRule>>);

impl CorsPolicies {
    fn of(&self, target: &Target) -> Option<Arc<Vec<CorsRule>>> {
        let text = target.policies.cors.as_deref()?;
        Some(self.0.get(target.container.id, text, control::cors_rules))
    }

    /// What CORS adds to the answer of a request that is no preflight.
    pub(super) fn headers(&self, target: &Target, head: &Parts) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let Some(rules) = self.of(target) else { return headers };
        headers.insert(VARY, VARIES);
        let method = head.method.as_str().to_owned();
        let request = CorsRequest { origin: text(&head.headers, &ORIGIN), method, preflight: None };
        if let CorsDecision::Grant(grant) = cors_decide(&rules, &request) {
            write(&grant, &mut headers);
        }
        headers
    }

    /// The answer to a preflight. Nobody is asked who they are: a browser sends no credentials with it.
    pub(super) fn preflight(&self, target: &Target, head: &Parts) -> Output {
        let origin = text(&head.headers, &ORIGIN);
        let method = text(&head.headers, &ACCESS_CONTROL_REQUEST_METHOD);
        let (Some(origin), Some(method)) = (origin, method) else {
            let message = "a preflight needs the headers Origin and Access-Control-Request-Method";
            return Err(ApiError::new(Code::Validation, message));
        };
        let lines = head.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
        let names = lines.flat_map(|line| {
            String::from_utf8_lossy(line.as_bytes()).split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>()
        });
        let names = names.filter(|name| !name.is_empty()).collect();
        let refused =
            format!("no rule of the container's CORS policy allows {method} from `{origin}` with these headers");
        let request = CorsRequest { origin: Some(origin), method, preflight: Some(names) };
        let rules = self.of(target).unwrap_or_default();
        let CorsDecision::Grant(grant) = cors_decide(&rules, &request) else {
            return Err(Refusal::new(Kind::Denied, refused).into());
        };
        let mut response: Response<Body> = answer::whole(StatusCode::OK, REST_JSON, Bytes::new());
        response.headers_mut().insert(VARY, VARIES);
        write(&grant, response.headers_mut());
        Ok(response)
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn write(grant: &CorsGrant, headers: &mut HeaderMap) {
    let mut put = |name: HeaderName, value: &str| {
        // What a rule or a request says in other characters than a header can hold is left out.
        if !value.is_empty()
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name, value);
        }
    };
    put(ACCESS_CONTROL_ALLOW_ORIGIN, &grant.allow_origin);
    put(ACCESS_CONTROL_ALLOW_METHODS, &grant.allow_methods.join(", "));
    put(ACCESS_CONTROL_ALLOW_HEADERS, &grant.allow_headers.join(", "));
    put(ACCESS_CONTROL_EXPOSE_HEADERS, &grant.expose_headers.join(", "));
    if grant.allow_credentials {
        put(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    if let Some(seconds) = grant.max_age_seconds {
        put(ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
    }
}
