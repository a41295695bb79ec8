//! Words of the county's times and numbers.

super::words! {
    in NUMBERS_OF_COUNTY;
    NUMBERS: "业务参数", "Times and numbers";
    NUMBERS_NOTE: "每个数写明依据；改动从生效日起，未结案件一并照新的办", "Each says what it rests on; a change holds from its day on, for open cases too";
    NUMBERS_NUMBERS: "数字", "Numbers";
    NUMBERS_TIMES: "时限", "Times";
    NUMBERS_HISTORY: "本县的改动", "What the county set";
    NUMBERS_NONE: "还没有改过", "Nothing was changed yet";
    NUMBERS_NONE_FILL: "上面是平台默认；本县有规定的，改成规定的数并写明文件。", "Above are the platform's defaults; where the county has a rule, set its number and name the document.";
    NUMBER_NAME: "名称", "Name";
    NUMBER_VALUE: "数值", "Value";
    NUMBER_VALUE_HINT: "写整数。", "A whole number.";
    NUMBER_BASIS: "依据", "What it rests on";
    NUMBER_BASIS_HINT: "文件名称、文号和条款。", "Document, number and article.";
    NUMBER_FROM: "生效日", "From";
    NUMBER_FROM_HINT: "今天或以后。", "Today or later.";
    NUMBER_BY: "设定人", "Set by";
    NUMBER_CHANGE: "修改", "Change";
    NUMBER_UNSET: "未设定", "not set";
    NUMBER_TO_COME: "待生效", "to come";
    NUMBER_LIMIT: "时限", "Limit";
    NUMBER_LIMIT_HINT: "不设时限的不填。", "Leave empty for no limit.";
    NUMBER_RED: "红色预警的时限", "Limit for a red alert";
    NUMBER_EXTENDED: "可延长到", "May be extended to";
    NUMBER_EMPTY_HINT: "没有的不填。", "Leave empty if there is none.";
    NUMBER_UNIT: "单位", "Unit";
    NUMBER_RED_OF: "红色{n}", "red {n}";
    NUMBER_EXTENDED_OF: "可延长到{n}", "extended {n}";
    NUMBER_NO_LIMIT: "不设", "no limit";
    NUMBER_WRONG: "写整数，例如 10。", "Write a whole number, such as 10.";
    NUMBER_SUBMIT: "设定", "Set";
    NUMBER_DONE: "已设定。", "Set.";
}
