//! Words of the interface for programs and of the page where tokens are made.

super::words! {
    in API;
    API_SIGNED_OUT: "没有令牌，或令牌已失效", "No token, or one that no longer holds";
    API_SIGNED_OUT_MEND: "在请求头写 Authorization: Bearer 和令牌；失效的请在“我的账号”里另外生成。", "Send the header Authorization: Bearer with a token; make a new one on your account's page if it has ended.";
    API_READ_ONLY: "这个令牌只能读", "This token only reads";
    API_READ_ONLY_MEND: "需要提交时，请本人在“我的账号”里生成可读写的令牌。", "To send anything, its owner makes a token that writes, on the account's page.";
    API_RATE: "请求太密", "Too many requests";
    API_RATE_MEND: "按答复头 Retry-After 的秒数等一等再发。", "Wait for the seconds in the header Retry-After.";
    API_QUERY: "地址里的参数读不懂", "A parameter of the address cannot be read";
    API_QUERY_MEND: "对照 /api/docs 改正参数。", "Compare the parameters with /api/docs.";
    API_BODY: "提交的内容读不懂", "The body cannot be read";
    API_BODY_MEND: "按 /api/docs 里的结构提交 JSON；位置：{place}。", "Send JSON as /api/docs describes; at {place}.";
    API_MEDIA: "不是这里收的内容类型", "Not a media type that is taken here";
    API_MEDIA_MEND: "请求头 Content-Type 写成 /api/docs 里所列的类型。", "Send the Content-Type that /api/docs names.";
    API_KEY: "缺少请求编号，或编号不合格式", "The request has no name, or not one of the right form";
    API_KEY_MEND: "请求头 Idempotency-Key 写1到64个字母、数字、- 或 _；同一件事重发时用同一个编号。", "Send Idempotency-Key, 1 to 64 letters, digits, - or _; the same for the same thing sent again.";
    API_PAPER: "所列材料不在这个案件里", "A paper that is named is not in the case";
    API_PAPER_MEND: "先上传材料，再按上传的答复填写编号、种类和校验值。", "Add the paper first, and name it as its answer does.";
    API_DOCS: "程序接口", "Interface for programs";
    API_DOCS_NOTE: "令牌在“我的账号”里生成；这里的每个地址都按令牌本人的授权给出内容。", "Tokens are made on your account's page; every address here answers within the grants behind the token.";
    API_DOCS_LOADING: "正在打开接口说明；看不到时，机器可读的说明在", "Opening the description; if nothing appears, it is there for machines at";
    TOKENS: "接口令牌", "Interface tokens";
    TOKENS_NOTE: "供其他程序以您的名义读取或提交；谁拿到令牌，谁就能做同样的事。", "With a token another program reads or sends in your name; whoever holds it can do the same.";
    TOKENS_EMPTY: "还没有令牌", "No tokens yet";
    TOKENS_EMPTY_FILL: "在下面为一个程序生成第一个。", "Make the first one below, for one program.";
    TOKEN_NEW: "生成令牌", "Make a token";
    TOKEN_NAME: "用途", "What it is for";
    TOKEN_NAME_HINT: "给哪个程序用、做什么；不要写人名和证件号。", "Which program, and for what; no names or numbers of people.";
    TOKEN_GRANTS: "使用哪些授权", "Which of your grants it uses";
    TOKEN_GRANTS_HINT: "只选这个程序用得到的；授权收回后，令牌同时失去它。", "Only what the program needs; a grant taken back is gone from the token too.";
    TOKEN_REACH: "可以做什么", "What it may do";
    TOKEN_READ: "只读", "Read only";
    TOKEN_WRITE: "读和提交", "Read and send";
    TOKEN_ALSO: "另外允许", "Also";
    TOKEN_ALSO_HINT: "平时要动态口令的操作。核准、复核、查看身份信息和管理操作不能交给程序；选了这里的任何一项，最长90天。", "What usually asks for a one-time code. Approvals, checks, looking behind a mask and administration are never left to a program; with any of these it lasts 90 days at most.";
    TOKEN_LAST_DAY: "最后一天", "Last day";
    TOKEN_LAST_DAY_HINT: "最长一年。", "One year at most.";
    TOKEN_ONCE: "这是新令牌，只显示这一次。请现在复制到程序里，不要用邮件或聊天工具转发。", "The new token, shown this once. Copy it into the program now; do not send it by mail or chat.";
    TOKEN_USED_AT: "最近使用", "Last used";
    TOKEN_NEVER_USED: "从未", "never";
    TOKEN_STATE: "状态", "State";
    TOKEN_LIVE: "有效", "holds";
    TOKEN_ENDED: "已到期", "ended";
    TOKEN_TAKEN_BACK: "已收回", "taken back";
    TOKEN_TAKE_BACK: "收回", "Take back";
    TOKEN_GONE: "令牌已收回，从现在起打不开任何内容。", "The token was taken back; from now on it opens nothing.";
}
