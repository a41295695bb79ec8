//! `shukun checkpoint key` and `shukun checkpoint sign`: a body makes its key and signs with it, on its own machine. The
//! secret half is a file that the body keeps; no server holds it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use shukun_base::{Lang, Text};
use shukun_fund::publishing::proof::{Checkpoint, SignKey, hex};

use crate::args::{CheckpointKeyArgs, CheckpointSignArgs, CheckpointVerb};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::print;

/// How a key file begins.
const KIND: &str = "shukun-sign-key/1";

/// Runs `shukun checkpoint`.
pub fn checkpoint(verb: &CheckpointVerb, lang: Lang) -> Result<Exit, CliError> {
    match verb {
        CheckpointVerb::Key(args) => make_key(args, lang),
        CheckpointVerb::Sign(args) => sign(args),
    }
}

/// Makes a key, writes its secret half into a new file and prints the public one.
fn make_key(args: &CheckpointKeyArgs, _: Lang) -> Result<Exit, CliError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| CliError::unwritable(&args.out, &error))?;
    let key = SignKey::new(&args.name, &secret).ok_or_else(|| no_body(&args.name))?;
    let line = format!("{KIND} {} {}\n", args.name, hex::show(&secret));
    new_file(&args.out)
        .and_then(|mut file| file.write_all(line.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| CliError::unwritable(&args.out, &error))?;
    print(&format!("{}\n", key.check_key().line()))?;
    Ok(Exit::Done)
}

/// Prints the signature's line under a checkpoint.
fn sign(args: &CheckpointSignArgs) -> Result<Exit, CliError> {
    let key = read_key(&args.key)?;
    let text = std::fs::read_to_string(&args.file).map_err(|error| CliError::unreadable(&args.file, &error))?;
    // What is to be signed may not carry a signature yet: then nothing stands behind its blank line.
    let whole = if text.contains("\n\n") { text } else { text + "\n" };
    let signed = Checkpoint::parse(&whole).ok_or_else(|| no_checkpoint(&args.file))?;
    print(&key.sign(&signed.checkpoint))?;
    Ok(Exit::Done)
}

fn read_key(path: &Path) -> Result<SignKey, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?;
    let parts: Vec<&str> = text.split_whitespace().collect();
    let key = match parts.as_slice() {
        [KIND, name, secret] => hex::read_array(secret).and_then(|secret| SignKey::new(name, &secret)),
        _ => None,
    };
    key.ok_or_else(|| no_key(path))
}

/// A file only its owner can read; one that is there is never written over.
fn new_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn no_body(name: &str) -> CliError {
    CliError::usage(
        "checkpoint-name",
        Text::new("公钥名称不属于任何签名机构", "the key's name is of no body that signs"),
        Some(name.to_owned()),
        Text::new(
            "用 机构/年份，如 charity/2026；机构有 fund、insurance、charity、red_cross、village",
            "use body/year, as charity/2026; bodies are fund, insurance, charity, red_cross, village",
        ),
    )
}

fn no_key(path: &Path) -> CliError {
    CliError::from(Problem {
        code: "checkpoint-key",
        what: Text::new("这不是签名用的密钥文件", "this is no key file to sign with"),
        place: Some(path.display().to_string()),
        mend: Text::new("用 shukun checkpoint key 生成", "make one with shukun checkpoint key"),
        exit: Exit::Input,
    })
}

fn no_checkpoint(path: &Path) -> CliError {
    CliError::from(Problem {
        code: "checkpoint-file",
        what: Text::new("这不是检查点", "this is no checkpoint"),
        place: Some(path.display().to_string()),
        mend: Text::new("从公开管理页面重新下载", "download it again from the publishing page"),
        exit: Exit::Input,
    })
}
