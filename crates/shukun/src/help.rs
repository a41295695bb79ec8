//! What the help says, in both languages: one row a command and an argument, parity by construction.

use clap::{Arg, ArgAction, Command};
use shukun_base::Lang;

use crate::exit::Exit;

/// A command (`pack check`) or an argument (`pack check --format`, `pack check PATH`): its help in Chinese and English.
type Row = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const HELP: &[Row] = &[
    ("", "医疗费用纾困：能运行的政策文件", "medical-cost relief: policy documents that run"),
    ("pack", "制度包：检查、整理、算例、讲解、比较、断崖", "policy packs: check, format, test, explain, compare, cliffs"),
    ("pack check", "检查制度包，列出所有问题", "check packs and list every finding"),
    ("pack check paths", "制度包文件夹，或装着制度包的文件夹", "a pack folder, or a folder of packs"),
    ("pack check format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("pack fmt", "把制度包整理成统一写法", "write packs in the one form"),
    ("pack fmt paths", "制度包文件夹，或装着制度包的文件夹", "a pack folder, or a folder of packs"),
    ("pack fmt check", "只看是否已整理，不写文件", "only say whether anything would change"),
    ("pack fmt to", "打印成 md 或 json，不写文件", "print it as md or json, write nothing"),
    ("pack test", "运行制度包里的全部算例，精确到分", "run every worked example of the packs, to the fen"),
    ("pack test paths", "制度包文件夹，或装着制度包的文件夹", "a pack folder, or a folder of packs"),
    ("pack test format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("pack explain", "用话讲出制度包：规则、疑义、需要哪些资料", "say what a pack means: rules, readings, what it needs to know"),
    ("pack explain paths", "制度包文件夹，或装着制度包的文件夹", "a pack folder, or a folder of packs"),
    ("pack explain as_of", "看哪一天有效的版本，如 2023-06-30", "the versions in force on this day, as 2023-06-30"),
    ("pack explain reading", "疑义取哪种读法，如 Y1=整额", "which reading of an ambiguity, as Y1=整额"),
    ("pack explain format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("pack diff", "比较两份制度包或两个版本，逐条列出改动", "compare two packs or versions, clause by clause"),
    ("pack diff old", "旧的制度包", "the old pack"),
    ("pack diff new", "新的制度包", "the new pack"),
    ("pack diff format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("pack cliffs", "断崖：多一分钱费用，负担差多少", "cliffs: where one fen more of cost changes the burden by much more"),
    ("pack cliffs paths", "制度包文件夹，或装着制度包的文件夹", "a pack folder, or a folder of packs"),
    ("pack cliffs as_of", "看哪一天有效的版本，如 2023-06-30", "the versions in force on this day, as 2023-06-30"),
    ("pack cliffs reading", "疑义取哪种读法，如 Y1=整额", "which reading of an ambiguity, as Y1=整额"),
    ("pack cliffs format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("import", "读入结算表和花名册（xlsx、csv）", "read settlement spreadsheets and rosters (xlsx, csv)"),
    ("import files", "要读的文件，可以多个", "the files to read"),
    ("import lake", "数据湖文件夹，没有就新建", "the lake's folder, made where there is none"),
    ("import kind", "文件内容：settlement 结算明细，roster 花名册；不写则自动识别", "what the files hold: settlement or roster; recognised when left out"),
    ("import mapping", "本单位的列名对照表（toml）", "the office's own column names (toml)"),
    ("import rejects", "退回行另存为工作簿：改好后可直接再导入", "write the rejected rows to a workbook, to be mended and imported again"),
    ("import regions", "本县乡镇村名称与代码表（csv）", "the names and codes of the county's towns and villages (csv)"),
    ("import dry_run", "只看结果，不写数据湖", "tell what would happen, write nothing to the lake"),
    ("import strict", "有退回行时以代码 1 结束", "end with code 1 where rows were rejected"),
    ("import format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("settle", "按制度逐户结算，写出每一元钱的去处", "settle every household by the packs and write where each yuan went"),
    ("settle lake", "数据湖文件夹", "the lake's folder"),
    ("settle packs", "制度包文件夹，可以多个", "pack folders, or folders of packs"),
    ("settle as_of", "用哪一天有效的版本，如 2023-06-30", "the versions in force on this day, as 2023-06-30"),
    ("settle reading", "疑义取哪种读法，如 Y1=整额，可以多个", "which reading of an ambiguity, as Y1=整额"),
    ("settle out", "结果文件夹（写完整了才换上）", "the folder for the results (takes its name when it is whole)"),
    ("settle previous", "上一次的结果文件夹：只重算动过的户，另写出差额", "an earlier result: settle only whom later imports touched, and write what changed"),
    ("settle standings", "只写每人每年一行的状况，不写分录和说明", "only a person's year in one row, no postings, no notes"),
    ("settle postings", "写谁的分录：matching 符合条件的户（默认），all 所有户，changed 与上次不同的户，none 不写", "whose postings: matching (unless told), all, changed since the previous result, none"),
    ("settle notes", "写哪些说明：acted 要办的（默认），all 连同未享受的原因，none 不写", "which notes: acted, what an office must act on (unless told), all with every why-not, none"),
    ("settle colour", "条件：颜色 red 红、orange 橙、yellow 黄", "who matches: a colour, as red,orange"),
    ("settle min_burden", "条件：全家一年负担不低于多少元", "who matches: the family's burden of a year from so many yuan"),
    ("settle category", "条件：认定类别，如 低保、特困（dibao、destitute）", "who matches: a category, as dibao,destitute"),
    ("settle region", "条件：乡镇或村的区划代码", "who matches: the code of a town or village"),
    ("settle paid_by", "条件：由这一层级或规则付过钱", "who matches: this tier or rule paid something"),
    ("settle compact", "把续算过的结果合成一份完整的", "make a result that was continued one whole again"),
    ("settle format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("settle-file", "结算一个 Parquet 结算文件，不经数据湖", "settle a Parquet file of claims by itself, without a lake"),
    ("settle-file file", "结算文件，列名照 docs/tables.md，按户或人排序", "the claims, columns named as in docs/tables.md, sorted by household or person"),
    ("settle-file packs", "制度包文件夹，可以多个", "pack folders, or folders of packs"),
    ("settle-file as_of", "用哪一天有效的版本，如 2023-06-30", "the versions in force on this day, as 2023-06-30"),
    ("settle-file reading", "疑义取哪种读法，如 Y1=整额，可以多个", "which reading of an ambiguity, as Y1=整额"),
    ("settle-file region", "这些人属于哪个地区，如 330381", "the region that the people belong to, as 330381"),
    ("settle-file out", "结果文件夹", "the folder for the results"),
    ("settle-file totals", "只要合计（不写其他两项时就是这样）", "totals only (as when neither of the others is asked for)"),
    ("settle-file standings", "另写每人每年一行的年度状况", "also write each person's year as one row"),
    ("settle-file split", "另写每笔结算由谁付了多少", "also write who paid what of every claim"),
    ("settle-file hash_input", "在凭据中写上整个文件的 SHA-256（要多读一遍）", "put the whole file's SHA-256 into the receipt (reads it once more)"),
    ("settle-file format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("screen", "筛查一年，写出三色预警名单（xlsx）", "screen a year and write the three-colour alert list (xlsx)"),
    ("screen lake", "数据湖文件夹", "the lake's folder"),
    ("screen packs", "制度包文件夹，可以多个", "pack folders, or folders of packs"),
    ("screen as_of", "用哪一天有效的版本，如 2023-06-30", "the versions in force on this day, as 2023-06-30"),
    ("screen reading", "疑义取哪种读法，如 Y1=整额，可以多个", "which reading of an ambiguity, as Y1=整额"),
    ("screen year", "哪一年的费用", "the year in which the costs arose"),
    ("screen out", "名单写到哪个工作簿", "the workbook to write"),
    ("screen full_ids", "写出完整身份证号（要写明 --purpose）", "write whole ID numbers (needs --purpose)"),
    ("screen purpose", "为什么需要，写进名单和数据湖的查看记录", "what for; it is written into the list and into the lake's log of views"),
    ("screen format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("compare", "比较两种政策：全体人员谁多谁少，各基金多付少付多少", "compare two policies over everybody: who gains, who loses, what it costs each fund"),
    ("compare lake", "数据湖文件夹", "the lake's folder"),
    ("compare baseline", "基准方案：制度包[@日期][#读法,读法]，如 policies@2024-01-01#Y1=整额", "the baseline: PACKS[@DATE][#READING,READING], as policies@2024-01-01#Y1=整额"),
    ("compare variant", "对照方案，写法相同", "the variant, written the same way"),
    ("compare as_of", "两边都用哪一天有效的版本（方案里写了日期的以方案为准）", "the versions in force on this day, where a policy names no day of its own"),
    ("compare year", "只比较这一年的费用", "only costs of this year"),
    ("compare near", "离断崖多少元以内算在旁边（默认 500）", "how many yuan from a cliff count as near it (500 unless told)"),
    ("compare out", "结果文件夹：compare.json、compare.xlsx、compare.html", "the folder for compare.json, compare.xlsx and compare.html"),
    ("compare format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("project", "推算今后几年各基金要付多少，带高低范围", "project what each fund will pay over the coming years, with bands"),
    ("project lake", "数据湖文件夹", "the lake's folder"),
    ("project packs", "方案：制度包[@日期][#读法,读法]", "the policy: PACKS[@DATE][#READING,READING]"),
    ("project variant", "对照方案，写法相同：另算相差多少", "another policy, written the same way: its difference is told too"),
    ("project years", "往后推几年（1–10）", "how many years ahead (1–10)"),
    ("project growth", "增长假定文件（toml），每项写明来源；不给则从数据湖三年以上的历年推", "the file of assumed growth (toml), each with its source; else it is taken from three or more past years of the lake"),
    ("project as_of", "用哪一天有效的版本（方案里写了日期的以方案为准）", "the versions in force on this day, where a policy names no day of its own"),
    ("project base_year", "照哪一年推（默认最近一个十二个月都有费用的年度）", "the year that is lived again (the last with bills in all twelve months unless told)"),
    ("project sample", "最多结算多少户（默认 20000）；抽样误差写在结果里", "how many households are settled at most (20000 unless told); the sampling error is told"),
    ("project draws", "抽取多少种可能（默认 200）", "how many futures are drawn (200 unless told)"),
    ("project seed", "种子：同一种子得同样的结果（默认 1）", "the seed: the same seed gives the same result (1 unless told)"),
    ("project out", "结果文件夹：project.json、project.xlsx、project.html", "the folder for project.json, project.xlsx and project.html"),
    ("project format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("monitor", "逐月看三色：谁升谁降、核查准不准、年底前谁可能到线", "the colours month by month: who rose and fell, how right the alerts were, who may cross the line by December"),
    ("monitor through", "看到哪个月末，如 2024-08", "the state at this month's end, as 2024-08"),
    ("monitor train", "用哪些往年训练预测（写到 --model），如 2021-2023", "past years to train the prediction on (written to --model), as 2021-2023"),
    ("monitor evaluate", "在合成的往年上训练、在留出的年度上测量预测", "train on synthetic years and measure the prediction on held-back ones"),
    ("monitor lake", "数据湖文件夹", "the lake's folder"),
    ("monitor packs", "制度包文件夹，可以多个", "pack folders, or folders of packs"),
    ("monitor as_of", "用哪一天有效的版本，如 2023-06-30", "the versions in force on this day, as 2023-06-30"),
    ("monitor reading", "疑义取哪种读法，如 Y1=整额，可以多个", "which reading of an ambiguity, as Y1=整额"),
    ("monitor out", "结果文件夹", "the folder for the results"),
    ("monitor model", "预测模型文件：--train 写它，--through 用它", "the prediction's file: --train writes it, --through uses it"),
    ("monitor results", "核查结果（csv）：算出每条规则、每种颜色的准确率", "verification results (csv): how right each rule and colour was"),
    ("monitor regions", "本县乡镇村名称与代码表（csv）", "the names and codes of the county's towns and villages (csv)"),
    ("monitor people", "测量用多少合成人口，每个种子（默认 60000）", "synthetic people for the measurement, each seed (60000 unless told)"),
    ("monitor full_ids", "写出完整身份证号（要写明 --purpose）", "write whole ID numbers (needs --purpose)"),
    ("monitor purpose", "为什么需要，写进名单和数据湖的查看记录", "what for; it is written into the list and into the lake's log of views"),
    ("monitor format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("explain", "讲清一个人的每一元钱：谁付的，依据哪一条", "explain one person's every yuan: who paid, under which article"),
    ("explain lake", "数据湖文件夹", "the lake's folder"),
    ("explain person", "人员编号或身份证号；写 - 则从标准输入读", "the person's code or ID number; - reads it from standard input"),
    ("explain case", "一个人或一户的算例文件（docs/case.md）", "one person or household as a JSON document (docs/case.md)"),
    ("explain packs", "制度包文件夹，可以多个", "pack folders, or folders of packs"),
    ("explain as_of", "用哪一天有效的版本，如 2023-06-30", "the versions in force on this day, as 2023-06-30"),
    ("explain reading", "疑义取哪种读法，如 Y1=整额，可以多个", "which reading of an ambiguity, as Y1=整额"),
    ("explain year", "只看这一年的费用", "only costs of this year"),
    ("explain format", "text 给人看，json 给程序读，html 是一页网页", "text to read, json for scripts, html for one page"),
    ("explain case_schema", "打印算例文件的 JSON Schema", "print the JSON Schema of the case document"),
    ("synth", "合成一个县的结算表和花名册（人员均为虚构）", "make the spreadsheets of a synthetic county (nobody in them exists)"),
    ("synth county", "哪个县，如 ruian、dongtou", "which county, as ruian or dongtou"),
    ("synth people", "多少人", "how many people"),
    ("synth seed", "种子：同一种子得同样的文件", "the seed: the same seed gives the same files"),
    ("synth out", "写到哪个文件夹", "the folder to write to"),
    ("synth courses", "病有病程：每月透析、分期化疗、急病后康复（用来试预测）", "illness takes its course: monthly dialysis, cycles of chemotherapy, rehabilitation (to try the prediction on)"),
    ("synth defects", "故意放进多少处错误，供练习", "how many defects to plant, for practice"),
    ("synth from", "从哪一年起（默认 2022）", "the first year with claims (2022 unless told)"),
    ("synth to", "到哪一年（默认只一年）", "the last year with claims (the first unless told)"),
    ("synth format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("demo", "从头到尾看一遍：合成、导入、结算、筛查", "the whole road once: synthesise, import, settle, screen"),
    ("demo people", "多少人（默认 5000，--serve 时 20000）", "how many people (5000 unless told, 20000 with --serve)"),
    ("demo dir", "写到哪个文件夹（默认 county）", "the folder to write to (county unless told)"),
    ("demo serve", "接着打开网页：筛出的人成为各步都有的案件，各岗位都有用户", "then open the pages: whoever was found becomes a case in some step, with users of every role"),
    ("demo listen", "监听地址（默认 127.0.0.1:8080），与 --serve 同用", "where to listen (127.0.0.1:8080 unless told), with --serve"),
    ("serve", "启动网页服务：账号、待办、案件", "serve the pages: accounts, work queues, cases"),
    ("serve data", "数据文件夹，没有就建立（数据库 shukun.db 在其中）", "the folder of everything, made if it is not there (with the database shukun.db)"),
    ("serve database_url", "改用 PostgreSQL：postgres://…（也可用环境变量 SHUKUN_DATABASE_URL，避免口令出现在进程列表里）", "PostgreSQL instead: postgres://… (or the variable SHUKUN_DATABASE_URL, which keeps the password out of the list of processes)"),
    ("serve keys", "密钥文件（默认在数据文件夹旁边，如 county.keys），要与备份分开保管", "the key file (beside the folder unless told, as county.keys), to be kept apart from backups"),
    ("serve listen", "监听地址（默认 127.0.0.1:8080，只有本机能访问）", "where to listen (127.0.0.1:8080 unless told: this machine alone)"),
    ("serve https", "浏览器经 https 网关访问：登录凭证只随 https 发送", "browsers come through an https gateway: cookies travel by https alone"),
    ("serve region", "县的区划代码，如 330381；第一次启动时必填", "the county's code, as 330381; needed at the first start"),
    ("serve packs", "本县用的制度包文件夹，可以多个（数据文件夹里有 packs 时以它为准）", "the packs in force here (where the folder of everything holds no packs of its own)"),
    ("serve oidc_issuer", "接入统一身份服务（OpenID Connect）：它的地址，如 https://id.example；客户端口令放在环境变量 SHUKUN_OIDC_SECRET", "connect a common sign-in service (OpenID Connect): its URL, as https://id.example; the client's secret comes from the variable SHUKUN_OIDC_SECRET"),
    ("serve oidc_client", "在统一身份服务登记的客户端标识；回到本系统的地址登记为 https://…/sign-in/back", "our client id in that service; register https://…/sign-in/back as the address to come back to"),
    ("serve reading", "疑义取哪种读法，如 Y1=整额，可以多个", "which reading of an ambiguity, as Y1=整额"),
    ("work", "由服务自己启动，不供人使用", "started by the server itself, not for people"),
    ("backup", "备份数据库到一个新文件，服务不用停", "back the database up to a new file while the server goes on"),
    ("backup data", "数据文件夹", "the folder of everything"),
    ("backup database_url", "数据库在 PostgreSQL 时：postgres://…（也可用环境变量 SHUKUN_DATABASE_URL）", "where the database is PostgreSQL: postgres://… (or the variable SHUKUN_DATABASE_URL)"),
    ("backup keys", "密钥文件（默认在数据文件夹旁边，如 county.keys）", "the key file (beside the folder unless told, as county.keys)"),
    ("backup out", "备份文件，不能已经存在", "the backup, a file that is not there yet"),
    ("restore", "把备份恢复到空的文件夹或数据库，并核验审计记录", "restore a backup into an empty folder or database, and prove its audit trail"),
    ("restore file", "备份文件", "the backup"),
    ("restore data", "数据文件夹", "the folder of everything"),
    ("restore database_url", "数据库在 PostgreSQL 时：postgres://…（也可用环境变量 SHUKUN_DATABASE_URL）", "where the database is PostgreSQL: postgres://… (or the variable SHUKUN_DATABASE_URL)"),
    ("restore keys", "密钥文件（默认在数据文件夹旁边，如 county.keys）", "the key file (beside the folder unless told, as county.keys)"),
    ("restore head", "备份时打印并另行保管的审计末尾，如 1204:0a1b…", "the trail's end that the backup printed and that was kept elsewhere, as 1204:0a1b…"),
    ("audit", "核验审计记录从第一行到最后一行没有被改动", "prove that no row of the audit trail was changed, from the first to the last"),
    ("audit data", "数据文件夹", "the folder of everything"),
    ("audit database_url", "数据库在 PostgreSQL 时：postgres://…（也可用环境变量 SHUKUN_DATABASE_URL）", "where the database is PostgreSQL: postgres://… (or the variable SHUKUN_DATABASE_URL)"),
    ("audit keys", "密钥文件（默认在数据文件夹旁边，如 county.keys）", "the key file (beside the folder unless told, as county.keys)"),
    ("audit head", "以前保管的审计末尾：再核验它之前没有被截掉", "an end that was kept before: proves that nothing before it was cut off"),
    ("audit format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("fund", "基金的账", "the fund's books"),
    ("fund export", "把整本账写成开放文件：CSV、hledger 和 beancount 日记账、试算平衡表", "write whole books as open files: CSV, journals for hledger and beancount, a trial balance"),
    ("fund export data", "数据文件夹", "the folder of everything"),
    ("fund export database_url", "数据库在 PostgreSQL 时：postgres://…（也可用环境变量 SHUKUN_DATABASE_URL）", "where the database is PostgreSQL: postgres://… (or the variable SHUKUN_DATABASE_URL)"),
    ("fund export keys", "密钥文件（默认在数据文件夹旁边，如 county.keys）", "the key file (beside the folder unless told, as county.keys)"),
    ("fund export book", "只要这一本账（默认全部）", "this book alone (all of them unless told)"),
    ("fund export out", "写到哪个文件夹，不能已经存在", "the folder to write, one that is not there yet"),
    ("verify", "核对公布的总额、回执单、检查点和签名，不用联网", "check published totals, slips, checkpoints and signatures; needs no network"),
    ("verify files", "公布的文件：一批的公布文件、日志、检查点、回执单，可以多个", "published files: a batch, the log, a checkpoint, slips"),
    ("verify keys", "签名机构的公钥，每行一把", "the keys of the bodies that sign, one a line"),
    ("verify slip", "回执单上的一行字，可以多个", "the line of a slip"),
    ("verify format", "text 给人看，json 给程序读", "text to read, json for scripts"),
    ("checkpoint", "签名机构：生成密钥、给检查点签名", "for a body that signs: make a key, sign a checkpoint"),
    ("checkpoint key", "生成密钥：私钥写进新文件自己保管，公钥打印出来交给基金", "make a key: the secret half into a new file to keep, the public half printed for the fund"),
    ("checkpoint key name", "机构/年份，如 charity/2026", "body/year, as charity/2026"),
    ("checkpoint key out", "私钥文件（不覆盖已有的）", "the file for the secret half (never written over)"),
    ("checkpoint sign", "给检查点签名，打印签名行", "sign a checkpoint and print the line"),
    ("checkpoint sign file", "要签的检查点", "the checkpoint to sign"),
    ("checkpoint sign key", "本机构的私钥文件", "the body's key file"),
    ("demo packs", "制度包文件夹（默认 policies）", "the folder of packs (policies unless told)"),
];

/// Arguments that every command has.
const LANG_HELP: (&str, &str) = ("语言：zh 或 en（默认随系统）", "language: zh or en (the system's unless told)");
const HELP_HELP: (&str, &str) = ("显示用法", "show this");
const VERSION_HELP: (&str, &str) = ("显示版本", "show the version");

/// The command with every text in `lang`.
pub fn in_lang(command: Command, lang: Lang) -> Command {
    let command = command
        .arg(flag("help", 'h', ArgAction::Help, pick(HELP_HELP, lang)))
        .arg(flag("version", 'V', ArgAction::Version, pick(VERSION_HELP, lang)).global(false))
        .arg(
            Arg::new("lang")
                .long("lang")
                .global(true)
                .value_name("LANG")
                .value_parser(["zh", "en"])
                .help(pick(LANG_HELP, lang)),
        )
        .after_help(exit_codes(lang));
    worded(command, "", lang)
}

fn flag(name: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    Arg::new(name).long(name).short(short).global(true).action(action).help(help)
}

fn pick(texts: (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => texts.0,
        Lang::En => texts.1,
    }
}

fn find_row(key: &str) -> Option<&'static Row> {
    HELP.iter().find(|row| row.0 == key)
}

fn worded(command: Command, path: &str, lang: Lang) -> Command {
    let (arguments, options, commands, template) = headings(lang, command.has_subcommands());
    let mut command = command.help_template(template).subcommand_help_heading(commands);
    if let Some((_, zh, en)) = find_row(path) {
        command = command.about(pick((zh, en), lang));
    }
    let names: Vec<(String, bool)> =
        command.get_arguments().map(|arg| (arg.get_id().to_string(), arg.is_positional())).collect();
    for (name, is_positional) in names {
        let key = format!("{path} {name}");
        command = command.mut_arg(&name, |arg| {
            let arg = arg.help_heading(if is_positional { arguments } else { options });
            let takes_value = arg.get_action().takes_values();
            let arg = if takes_value { arg.hide_possible_values(true).hide_default_value(true) } else { arg };
            match find_row(key.trim()) {
                Some((_, zh, en)) => arg.help(pick((zh, en), lang)),
                None => arg,
            }
        });
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let path = format!("{path} {name}");
        command = command.mut_subcommand(&name, |sub| worded(sub, path.trim(), lang));
    }
    command
}

/// Headings for arguments, options, commands, and the template of a help page.
fn headings(lang: Lang, has_commands: bool) -> (&'static str, &'static str, &'static str, &'static str) {
    match (lang, has_commands) {
        (Lang::Zh, true) => ("参数", "选项", "命令", "{about}\n\n用法：{usage}\n\n{all-args}{after-help}\n"),
        (Lang::Zh, false) => ("参数", "选项", "命令", "{about}\n\n用法：{usage}\n\n{all-args}\n"),
        (Lang::En, true) => {
            ("Arguments", "Options", "Commands", "{about}\n\nUsage: {usage}\n\n{all-args}{after-help}\n")
        }
        (Lang::En, false) => ("Arguments", "Options", "Commands", "{about}\n\nUsage: {usage}\n\n{all-args}\n"),
    }
}

fn exit_codes(lang: Lang) -> String {
    let lines = Exit::ALL.iter().map(|exit| format!("  {}  {}\n", exit.code(), exit.meaning().in_lang(lang)));
    let heading = match lang {
        Lang::Zh => "退出码：\n",
        Lang::En => "Exit codes:\n",
    };
    heading.to_owned() + lines.collect::<String>().trim_end_matches('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn keys(command: &Command, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        for arg in command.get_arguments() {
            found.push(format!("{path} {}", arg.get_id()).trim().to_owned());
        }
        for sub in command.get_subcommands() {
            keys(sub, format!("{path} {}", sub.get_name()).trim(), found);
        }
    }

    #[test]
    fn every_command_and_argument_has_a_row_and_no_row_is_left_over() {
        let mut there = Vec::new();
        keys(&crate::args::Cli::command(), "", &mut there);
        let rows: Vec<String> = HELP.iter().map(|row| row.0.to_owned()).collect();
        let missing: Vec<_> = there.iter().filter(|key| !rows.contains(key)).collect();
        let left_over: Vec<_> = rows.iter().filter(|key| !there.contains(key)).collect();
        assert!(missing.is_empty() && left_over.is_empty(), "missing {missing:?}, left over {left_over:?}");
    }

    #[test]
    fn clap_accepts_the_whole_tree() {
        in_lang(crate::args::Cli::command(), Lang::Zh).debug_assert();
    }
}
