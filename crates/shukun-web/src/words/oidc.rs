//! Words of signing in through an outside service.

super::words! {
    in OIDC;
    OIDC_SIGN_IN: "用统一身份登录", "Sign in with the common account";
    OIDC_FAILED: "统一身份登录没有完成", "Signing in with the common account did not succeed";
    OIDC_FAILED_MEND: "请回到登录页再试；仍不行，用本平台的登录名和口令登录，并告诉系统管理员时间。", "Go back to the sign-in page and try again; if it stays, use your login and password here and tell the system administrator the time.";
    OIDC_AWAY: "统一身份服务暂时不可用", "The common sign-in service does not answer";
    OIDC_AWAY_MEND: "请用本平台的登录名和口令登录，或稍后再试。", "Use your login and password here, or try again later.";
    SUBJECTS: "统一身份", "Common account";
    SUBJECTS_OF: "{name}的统一身份", "Common account of {name}";
    SUBJECTS_NOTE: "由系统管理员逐个关联：按统一身份服务里的用户标识（sub），不按姓名或邮箱。", "Linked one by one by the system administrator: by the user's identifier in the service (sub), never by a name or an address.";
    SUBJECTS_EMPTY: "还没有关联", "Nothing is linked";
    SUBJECTS_EMPTY_FILL: "在下面填写这位同事在统一身份服务里的用户标识。", "Enter the colleague's identifier in the service below.";
    SUBJECTS_OFF: "本系统没有接入统一身份服务", "No common sign-in service is connected";
    SUBJECTS_OFF_FILL: "启动时加 --oidc-issuer 和 --oidc-client 即可接入。", "Start the server with --oidc-issuer and --oidc-client to connect one.";
    SUBJECT: "用户标识（sub）", "Identifier (sub)";
    SUBJECT_HINT: "在统一身份服务的管理页面查到；不要填身份证号码。", "Found in the service's administration; not an ID number.";
    SUBJECT_LINK: "关联", "Link";
    SUBJECT_UNLINK: "解除关联", "Unlink";
    SUBJECT_LINKED_AT: "关联时间", "Linked";
    SUBJECT_LINKED: "已关联。", "It was linked.";
    SUBJECT_UNLINKED: "已解除关联，不能再用它登录。", "It was unlinked; nobody signs in by it any more.";
}
