//! Words of a notice's online copy and of the papers of a meeting.

super::words! {
    in NOTICE_PAPERS;
    ONLINE: "网上公示", "Online copy";
    ONLINE_OFF: "默认不上网。开通后只显示乡镇、项目和金额，不列姓名和村；到期自动消失，不能被列表查到。", "Off unless switched on. It shows town, programme and amount, no name and no village; it goes by itself after its last day, and no list leads to it.";
    ONLINE_ON: "已开通，{day}以后自动消失", "Switched on; gone after {day}";
    ONLINE_UNTIL: "网上公示到", "Online until";
    ONLINE_SWITCH: "开通网上公示", "Switch it on";
    ONLINE_CANNOT: "网上公示没有开通：页面上有不能公开的内容，或缺乡镇名称。请先登记乡镇名称。", "It was not switched on: the page would show what may not be public, or the town's name lacks. Enter the town's name first.";
    ONLINE_TITLE: "救助公示（网上）", "Public notice of relief (online)";
    ONLINE_GONE: "{day}以后，本页不再显示。", "This page is gone after {day}.";
    PAPER_NOTICE_ENDS: "公示截止", "Last day of the notice";
    PAPER_MINUTES: "联席会议纪要", "Minutes of the joint meeting";
    PAPER_MINUTES_PDF: "纪要（PDF）", "Minutes (PDF)";
    PAPER_RESOLUTION_PDF: "决议（PDF）", "Resolution (PDF)";
    PAPER_MEETING_SEAL: "联席会议", "Joint meeting";
    PAPER_NOTICE_SEAL: "张贴单位", "Posted by";
    PAPER_MEETING_CHECK: "纪要的SHA-256：与系统中的纪要核对", "SHA-256 of the minutes: compare it with the system's";
}
