//! The description of the interface, OpenAPI 3.1, made from the handlers and types that answer.

use std::sync::LazyLock;

use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr};
use utoipa::{OpenApi as _, openapi::path::Operation};

use super::problem::{MEDIA_TYPE, ProblemDto};
use super::{act, alerts, cases, documents, figures, jobs, me, people, regions};

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        me::show,
        cases::list,
        cases::show,
        cases::actions,
        cases::acts,
        act::act,
        act::open,
        documents::list,
        documents::add,
        alerts::list,
        people::list,
        figures::cases,
        regions::list,
        jobs::list,
        jobs::show,
        jobs::cancel
    ),
    components(schemas(ProblemDto))
)]
struct Described;

/// The description as JSON.
pub static JSON: LazyLock<String> = LazyLock::new(|| openapi().to_json().unwrap_or_default());

/// The name of the token's scheme.
const TOKEN: &str = "token";

fn openapi() -> OpenApi {
    let mut openapi = Described::openapi();
    openapi.info = InfoBuilder::new()
        .title("纾困 Shukun")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(ABOUT_TOKEN)).build();
    let components = openapi.components.get_or_insert_default();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(scheme));
    openapi.security = Some(vec![SecurityRequirement::new(TOKEN, [""; 0])]);
    for item in openapi.paths.paths.values_mut() {
        [&mut item.get, &mut item.post].into_iter().flatten().for_each(add_problem);
    }
    openapi
}

/// Every operation may answer a problem.
fn add_problem(operation: &mut Operation) {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description("What went wrong.").content(MEDIA_TYPE, content).build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
}

const ABOUT: &str = "与网页同一套应用层、同一套授权：令牌只看得到本人授权范围内的内容。金额以分为单位；区划是统计代码；身份信息只以掩码给出。\
\n\nThe same application and the same grants as the pages: a token sees what its owner may see. Amounts are in fen; regions are \
statistical codes; people are masked. Errors are `application/problem+json` with a stable code.";

const ABOUT_TOKEN: &str = "在“我的账号 › 接口令牌”生成。Made on the account's page: `Authorization: Bearer shukun_…`";
