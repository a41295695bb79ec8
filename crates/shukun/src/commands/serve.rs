//! `shukun serve`: the county's pages, until the program is asked to end.

use shukun_base::{Lang, Masked, Text};
use shukun_web::http::cookies::Transport;
use shukun_web::oidc::Oidc;
use shukun_web::start::{Start, StartError, Told, run};

use crate::args::ServeArgs;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::print;
use crate::words::pick;

/// Runs the command.
pub fn serve(args: &ServeArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Start {
        data: args.data.clone(),
        database_url: args.database_url.clone(),
        keys: args.keys.clone(),
        listen: args.listen,
        transport: if args.https { Transport::Secure } else { Transport::Plain },
        region: args.region.clone(),
        packs: args.packs.clone(),
        oidc: oidc(args)?,
        readings: args.reading.clone(),
    };
    run(&start, |told| show(&told, lang)).map_err(|error| stopped(&error))?;
    Ok(Exit::Done)
}

/// The variable of the client's secret: on the command line everybody on the machine could read it.
const OIDC_SECRET: &str = "SHUKUN_OIDC_SECRET";

fn oidc(args: &ServeArgs) -> Result<Option<Oidc>, CliError> {
    let (Some(issuer), Some(client)) = (&args.oidc_issuer, &args.oidc_client) else { return Ok(None) };
    let secret = Masked::new(std::env::var(OIDC_SECRET).unwrap_or_default());
    Oidc::new(issuer, client, secret).map(Some).ok_or_else(|| {
        CliError::from(Problem {
            code: "serve-oidc",
            what: Text::new("统一身份服务的地址不能用", "the sign-in service's address cannot be used"),
            place: Some(issuer.clone()),
            mend: Text::new(
                "写 https 地址（http 只用于本机），并写明 --oidc-client",
                "give an https address (http for this machine alone) and --oidc-client",
            ),
            exit: Exit::Usage,
        })
    })
}

/// Says it on the terminal. That nobody reads along is no reason to end a server.
pub fn show(told: &Told<'_>, lang: Lang) {
    let _ = print(&text(told, lang));
}

fn text(told: &Told<'_>, lang: Lang) -> String {
    match told {
        Told::FirstPasswords(first) => {
            let heading = pick(
                lang,
                "第一次启动：三位管理员的一次性口令（只显示这一次，首次登录后必须修改）",
                "First start: one-time passwords of the three administrators (shown this once, changed at the first sign-in)",
            );
            let lines = first.iter().map(|first| format!("  {:<10}{}\n", first.login, first.password.reveal()));
            format!("{heading}\n{}", lines.collect::<String>())
        }
        Told::Listening(at) => format!("{} http://{at}/\n", pick(lang, "已启动：", "Serving at")),
        Told::Unencrypted => format!(
            "{}\n",
            pick(
                lang,
                "注意：其他电脑可以访问，但传输未加密。正式使用请在前面放一个 https 网关，并加 --https。",
                "Note: others can reach it and nothing is encrypted on the way. Put an https gateway before it, and add --https.",
            )
        ),
        Told::OneWall => format!(
            "{}\n",
            pick(
                lang,
                "注意 [serve-one-wall]：数据库账号是超级用户或有 BYPASSRLS，数据库的行级权限对它不起作用。请按 docs/serve.md 另建一个账号。",
                "Note [serve-one-wall]: the database's role is a superuser or has BYPASSRLS, so row-level security does not hold for it. Make another role as docs/serve.md says.",
            )
        ),
    }
}

/// Why the server did not start, as a problem of the command.
pub fn stopped(error: &StartError) -> CliError {
    let (what, place, mend) = (plain(&error.what), error.place.clone(), error.mend.clone());
    CliError::from(Problem { code: error.code, what, place, mend, exit: Exit::Input })
}

/// Without the full stop that the store's sentences have.
fn plain(text: &Text) -> Text {
    Text::new(text.zh.trim_end_matches('。'), text.en.trim_end_matches('.'))
}
