//! The table of words: one row per word, Chinese spellings (canonical first), English spellings (canonical first,
//! which is the word's identity), and one line of meaning in each language.

use super::{Class, Entry};

const fn row(
    class: Class,
    zh: &'static [&'static str],
    en: &'static [&'static str],
    meaning_zh: &'static str,
    meaning_en: &'static str,
) -> Entry {
    Entry { class, zh, en, meaning_zh, meaning_en }
}

/// First words of a 纾困 block.
pub(super) const DECLARATIONS: &[Entry] = {
    use Class::Declaration as C;
    &[
        row(C, &["规则"], &["rule"], "一条规则", "a rule"),
        row(C, &["修改"], &["amend"], "只换上级规则的若干条款", "replaces some clauses of a parent's rule"),
        row(C, &["停用"], &["repeal"], "上级的该规则不再适用", "a parent's rule no longer holds"),
        row(C, &["口径"], &["measure"], "有名称的基数", "a named base"),
        row(C, &["事实"], &["fact"], "固定字段以外的事实", "a fact beyond the fixed columns"),
        row(C, &["次序"], &["order"], "支付方的先后", "payers, first to last"),
        row(C, &["施行"], &["validity"], "施行、待遇与有效日期", "when the document is in force"),
        row(C, &["基金"], &["fund"], "一个基金及其用途", "a fund and its purposes"),
        row(C, &["参数表"], &["parameters"], "供查表的参数", "a table that amounts look up"),
        row(C, &["判定表"], &["decision"], "判定结果的表", "a table that decides an outcome"),
    ]
};

/// Keywords before the colon, in the order in which the manual lists them.
pub(super) const CLAUSES: &[Entry] = {
    use Class::Clause as C;
    &[
        row(C, &["依据"], &["basis"], "所依据的条文", "the article it rests on"),
        row(C, &["对象"], &["who"], "适用的人", "whom it is for"),
        row(C, &["身份"], &["status_on"], "身份以哪一天为准", "the day on which a category must be held"),
        row(C, &["归集"], &["collect"], "计入哪些费用", "which claims it sees"),
        row(C, &["计入"], &["floor"], "小额不计入的门槛", "the floor below which a group of claims stays out"),
        row(C, &["排序"], &["sort"], "费用的先后", "the order of claims in time"),
        row(C, &["基数"], &["base"], "计算所用的金额", "the amount it is computed on"),
        row(C, &["起付", "起付线"], &["deductible"], "先由个人承担的部分", "what the person bears first"),
        row(C, &["比例"], &["rate"], "支付比例", "the share that is paid"),
        row(C, &["分段"], &["brackets"], "分段比例", "a scale of rates"),
        row(C, &["触发"], &["trigger"], "达到或超过的线", "the line to be reached or passed"),
        row(C, &["化解至"], &["bring_down_to"], "化解后个人留存的金额", "what stays with the person"),
        row(C, &["定额"], &["fixed"], "固定金额", "a fixed amount"),
        row(C, &["议定"], &["by_resolution"], "由会议议定的金额", "an amount that a meeting sets"),
        row(C, &["资助"], &["subsidy"], "资助参保缴费", "a premium paid for the person"),
        row(C, &["资格"], &["eligibility"], "给予的资格", "a status it gives"),
        row(C, &["服务"], &["service"], "非现金待遇", "an entitlement without money"),
        row(C, &["预警"], &["alert"], "三色预警", "an alert colour"),
        row(C, &["时点"], &["timing"], "逐笔或期末", "at each claim or at the end of the period"),
        row(C, &["累计"], &["accumulate"], "按谁、按多长时间累计", "whose and over which period it adds up"),
        row(C, &["封顶", "封顶线"], &["limit", "cap"], "最多支付", "the most that is paid"),
        row(C, &["最低"], &["minimum"], "最少支付", "the least that is paid once anything is"),
        row(C, &["折算"], &["prorate"], "折算系数", "a factor on the amount"),
        row(C, &["舍入"], &["rounding"], "舍入方式", "how amounts are rounded"),
        row(C, &["资金"], &["fund"], "由哪个基金支付", "the fund that pays"),
        row(C, &["用途"], &["purpose"], "基金的用途", "a purpose of the fund"),
        row(C, &["层级"], &["tier"], "归入哪个支付方", "the payer under which it counts"),
        row(C, &["适用按"], &["decided_by"], "按哪个日期判断是否适用", "the date that decides validity"),
        row(C, &["牵头"], &["lead"], "牵头单位", "the leading office"),
        row(C, &["责任"], &["responsible"], "责任单位", "responsible offices"),
        row(C, &["命中"], &["hit"], "多行符合时如何取", "which row counts when several fit"),
        row(C, &["不计"], &["waive"], "条文中规则不需要的数字及原因", "figures that no rule needs, and why"),
        row(C, &["金额"], &["amount"], "口径的金额", "the amount of a measure"),
        row(C, &["类型"], &["type"], "事实的类型", "the type of a fact"),
        row(C, &["属于"], &["of"], "事实属于人员还是结算", "whether a fact belongs to a person or a claim"),
        row(C, &["来源"], &["source"], "事实从何而来", "where a fact comes from"),
        row(C, &["次序"], &["order"], "支付方的先后", "payers, first to last"),
        row(C, &["施行"], &["in_force"], "施行日", "the day the document takes effect"),
        row(C, &["待遇自"], &["benefits_from"], "待遇起始日", "the first day of benefits"),
        row(C, &["有效至"], &["expires"], "有效期末日", "the last day it holds"),
    ]
};

/// Keys inside 疑义 and 算例 blocks.
pub(super) const BLOCK_KEYS: &[Entry] = {
    use Class::BlockKey as C;
    &[
        row(C, &["暂定"], &["provisional"], "暂按的读法", "the provisional reading"),
        row(C, &["确认人"], &["confirmed_by"], "由谁确认", "who confirms it"),
        row(C, &["规则"], &["rule"], "算例所验的规则", "the rule that an example tests"),
        row(C, &["设"], &["given"], "各行共同的条件", "facts that hold for every row"),
        row(C, &["出处"], &["source"], "数字的出处", "where the figures come from"),
    ]
};

/// Labels of fenced blocks.
pub(super) const FENCES: &[Entry] = {
    use Class::Fence as C;
    &[
        row(C, &["纾困"], &["shukun"], "规则等", "rules and other declarations"),
        row(C, &["疑义"], &["ambiguity"], "可有多种读法之处", "a place that can be read in several ways"),
        row(C, &["算例"], &["example"], "有数字的例子", "worked examples"),
    ]
};

/// Words of clause values.
pub(super) const VALUES: &[Entry] = {
    use Class::*;
    &[
        // amounts of one claim
        row(Field, &["费用总额", "总费用"], &["total"], "医疗费总额", "the whole bill"),
        row(
            Field,
            &["政策范围内费用", "政策范围内金额"],
            &["in_scope"],
            "政策范围内的费用",
            "cost inside the policy's scope",
        ),
        row(Field, &["自费"], &["out_of_catalogue"], "目录外自费", "cost outside the catalogue"),
        row(Field, &["超限价", "超限价自费"], &["over_limit"], "超过限价的部分", "cost above the price limit"),
        row(Field, &["先行自付"], &["pre_selfpay"], "乙类先行自付", "the class-B share paid first"),
        row(Field, &["家庭年收入"], &["household_income"], "家庭上年收入", "the household's yearly income"),
        // attributes
        row(Field, &["就医类别"], &["kind"], "住院、门诊等", "kind of care"),
        row(Field, &["医院等级"], &["hospital_level"], "一、二、三级", "hospital level, 1 to 3"),
        row(Field, &["病组"], &["drg_code"], "疾病诊断相关分组", "diagnosis-related group"),
        row(Field, &["主要诊断"], &["principal_diagnosis"], "主要诊断编码", "code of the principal diagnosis"),
        row(Field, &["医药机构"], &["institution"], "定点医药机构", "hospital or pharmacy"),
        row(Field, &["住院次数"], &["admission_number"], "当年第几次住院", "which inpatient stay of the year, from 1"),
        row(Field, &["自然年"], &["calendar_year"], "费用所在年份", "calendar year of the cost"),
        row(Field, &["年龄"], &["age"], "周岁", "age in full years"),
        row(Field, &["性别"], &["sex"], "男、女", "sex"),
        row(Field, &["参保类型"], &["insurance"], "职工、居民", "kind of insurance"),
        row(Field, &["家庭人数"], &["household_members"], "家庭成员数", "members of the household"),
        row(Field, &["认定类别"], &["category"], "特困、低保、低边等", "category of certification"),
        // flags
        row(Flag, &["异地就医"], &["out_of_area"], "在统筹区外就医", "treated outside the pooling area"),
        row(Flag, &["参保"], &["insured"], "是否参保", "insured at all"),
        row(Flag, &["本地户籍"], &["local_register"], "户籍在本地", "registered here"),
        row(
            Flag,
            &["残疾人证", "持残疾人证"],
            &["disability_certificate"],
            "持有残疾人证",
            "holds a disability certificate",
        ),
        row(Flag, &["因病"], &["due_to_illness"], "因病认定", "certified because of illness"),
        row(Flag, &["新认定"], &["newly_certified"], "前一日没有其他认定", "no other certification the day before"),
        // dates
        row(
            Date,
            &["费用发生日", "费用日"],
            &["incurred_on"],
            "出院日，没有住院的为结算日",
            "discharge, else settlement",
        ),
        row(Date, &["入院日"], &["admitted_on"], "入院日期", "day of admission"),
        row(Date, &["出院日"], &["discharged_on"], "出院日期", "day of discharge"),
        row(Date, &["结算日", "结算时间"], &["settled_on"], "结算日期", "day of settlement"),
        row(Date, &["认定日"], &["certified_on"], "认定日期", "day of certification"),
        row(Date, &["申请日"], &["applied_on"], "申请日期", "day of application"),
        // status days, timing, sort
        row(Status, &["期内曾具备"], &["any_day_in_period"], "期内任何一天具备", "held on any day of the period"),
        row(Timing, &["逐笔"], &["per_claim"], "每笔结算时支付", "paid at each claim"),
        row(Timing, &["期末"], &["period_end"], "期末一并支付", "paid at the end of the period"),
        row(Sort, &["结算编号"], &["claim_number"], "结算单编号", "number of the claim"),
        // periods and units
        row(Period, &["每次"], &["per_event"], "每次就医", "each event"),
        row(Period, &["每月"], &["per_month"], "每个自然月", "each calendar month"),
        row(Period, &["每自然年", "每年"], &["per_year"], "每个自然年", "each calendar year"),
        row(Period, &["每政策年度"], &["per_policy_year"], "自某月某日起的一年", "each year from a stated day"),
        row(Period, &["本窗口"], &["this_window"], "规则自己的时间窗", "the rule's own window"),
        row(Period, &["终身"], &["lifetime"], "一生", "the whole life"),
        row(Unit, &["每人"], &["per_person"], "按个人", "for each person"),
        row(Unit, &["每户"], &["per_household"], "按家庭", "for each household"),
        row(Unit, &["每院"], &["per_institution"], "按医药机构", "for each institution"),
        row(Unit, &["每类"], &["per_kind"], "按就医类别", "for each kind of care"),
        // values
        row(Category, &["特困"], &["destitute"], "特困人员", "destitute"),
        row(Category, &["低保"], &["dibao"], "最低生活保障对象", "subsistence allowance"),
        row(Category, &["低边"], &["dibao_marginal"], "最低生活保障边缘家庭", "just above subsistence allowance"),
        row(Category, &["低收入"], &["low_income"], "低收入家庭", "low income"),
        row(Category, &["支出型"], &["illness_impoverished"], "因病致贫支出型", "impoverished by the cost of illness"),
        row(Category, &["其他"], &["other"], "其他", "other"),
        row(ClaimKind, &["住院"], &["inpatient"], "住院", "inpatient"),
        row(ClaimKind, &["门诊"], &["outpatient"], "普通门诊", "outpatient"),
        row(
            ClaimKind,
            &["门诊特病", "门诊慢特病"],
            &["outpatient_special"],
            "门诊慢特病",
            "outpatient, special illness",
        ),
        row(ClaimKind, &["药店"], &["pharmacy"], "药店购药", "pharmacy"),
        row(ClaimKind, &["急诊"], &["emergency"], "急诊", "emergency"),
        row(Value, &["职工"], &["employee"], "职工医保", "employee insurance"),
        row(Value, &["居民"], &["resident"], "城乡居民医保", "resident insurance"),
        row(Value, &["男"], &["male"], "男", "male"),
        row(Value, &["女"], &["female"], "女", "female"),
        row(Value, &["是"], &["yes"], "是", "yes"),
        row(Value, &["否"], &["no"], "否", "no"),
        row(Value, &["未载明"], &["unstated"], "文件没有写明", "the document states no value"),
        // conditions
        row(Operator, &["且", "并且"], &["and"], "同时", "both"),
        row(Operator, &["或", "或者"], &["or"], "任一", "either"),
        row(Operator, &["非"], &["not"], "否定", "negation"),
        row(Operator, &["属于"], &["one_of"], "是其中之一", "is one of"),
        row(Operator, &["不属于"], &["not_one_of"], "不在其中", "is none of"),
        row(Operator, &["全体"], &["everyone"], "所有人", "everyone"),
        row(Function, &["具备"], &["has"], "具备某资格", "holds a status given by a rule"),
        // amounts
        row(Function, &["已付"], &["paid"], "所列支付方已付", "what these payers paid"),
        row(Base, &["余额"], &["left", "residual"], "扣除已付后的余额", "what earlier payers left"),
        row(Base, &["全额"], &["gross", "full"], "全部金额", "the full amount"),
        row(Function, &["较小"], &["smaller"], "两者中较小的", "the smaller of two"),
        row(Function, &["较大"], &["larger"], "两者中较大的", "the larger of two"),
        row(Function, &["查表"], &["lookup"], "查参数表的一列", "a column of a table"),
        row(Function, &["本期合计"], &["period_total"], "本期累计数", "the sum over the period so far"),
        row(Function, &["次数"], &["hits"], "前若干月内支付过的次数", "in how many of the months before it paid"),
        // brackets, rounding, hits
        row(BracketMode, &["分别累进"], &["marginal"], "各段只算落在段内的部分", "each rate on its own part only"),
        row(BracketMode, &["整额"], &["whole"], "全部基数按所在档", "the whole base at its row's rate"),
        row(
            BracketMode,
            &["扣起付整额"],
            &["whole_above_first_line"],
            "超过首线的部分按所在档",
            "all above the first line at its row's rate",
        ),
        row(
            BracketMode,
            &["达线累进"],
            &["marginal_from_first_fen"],
            "达线后自第一元起分段",
            "once reached, row by row from the first fen",
        ),
        row(Rounding, &["四舍五入"], &["half_up"], "四舍五入", "halves away from zero"),
        row(Rounding, &["银行家舍入"], &["half_even"], "四舍六入五成双", "halves to the even neighbour"),
        row(Rounding, &["舍去"], &["down"], "舍去尾数", "toward zero"),
        row(Rounding, &["进一"], &["up"], "尾数进一", "away from zero"),
        row(RoundingUnit, &["到分"], &["to_fen"], "到分", "to whole fen"),
        row(RoundingUnit, &["到角"], &["to_jiao"], "到角", "to whole jiao"),
        row(RoundingUnit, &["到元"], &["to_yuan"], "到元", "to whole yuan"),
        row(Hit, &["唯一"], &["unique"], "只可有一行符合", "exactly one row may fit"),
        row(Hit, &["首行"], &["first"], "取最先符合的一行", "the first row that fits"),
        // sources of a tier, types of a fact, colours
        row(Source, &["已结算"], &["as_settled"], "取自结算数据", "from the claim data"),
        row(Source, &["测算"], &["computed"], "按规则测算", "by the rules"),
        row(
            Source,
            &["已结算优先"],
            &["settled_else_computed"],
            "有结算数据的用结算数据",
            "from the claim data where it is there",
        ),
        row(Source, &["核对"], &["reconciled"], "结算数据与规则相核对", "from the claim data, checked by the rules"),
        row(FactType, &["是否"], &["flag"], "是或否", "yes or no"),
        row(FactType, &["金额"], &["money"], "金额", "an amount of money"),
        row(FactType, &["整数"], &["integer"], "整数", "a whole number"),
        row(FactType, &["文字"], &["text"], "文字", "a word"),
        row(Owner, &["人员"], &["person"], "属于个人", "belongs to a person"),
        row(Owner, &["结算"], &["claim", "claims"], "一笔结算；归集中指全部结算", "a claim; in 归集 all claims"),
        row(Colour, &["红", "红色"], &["red"], "红色预警", "red"),
        row(Colour, &["橙", "橙色"], &["orange"], "橙色预警", "orange"),
        row(Colour, &["黄", "黄色"], &["yellow"], "黄色预警", "yellow"),
        // connectives
        row(Connective, &["按"], &["by"], "按照", "by"),
        row(Connective, &["依下表"], &["table_below"], "取自下表", "from the table below"),
        row(Connective, &["以"], &["on"], "以…计", "measured on"),
        row(Connective, &["计"], &["counted"], "以…计", "closes 以 …"),
        row(Connective, &["个人已付"], &["patient_paid"], "个人已负担", "what the patient has borne"),
        row(Connective, &["在"], &["within"], "时间窗的开头", "opens a window"),
        row(Connective, &["至"], &["to"], "时间窗或范围的连接", "joins the ends of a window or range"),
        row(Connective, &["含"], &["inclusive"], "含本数", "its end belongs to it"),
        row(Connective, &["不含"], &["exclusive"], "不含本数", "its end does not belong to it"),
        row(
            Connective,
            &["月末取前一日"],
            &["month_end_previous_day"],
            "没有该日的月份取月末",
            "a missing day becomes the last of its month",
        ),
        row(
            Connective,
            &["月末取次日"],
            &["month_end_next_day"],
            "没有该日的月份取次月首日",
            "a missing day becomes the first of the next month",
        ),
        row(Connective, &["仅"], &["only"], "只计符合条件的", "only those that fulfil a condition"),
        row(Connective, &["最高"], &["up_to"], "最高限额", "at most"),
        row(Connective, &["封顶"], &["capped_at"], "累计中的封顶", "a cap inside 累计"),
        row(Connective, &["保费"], &["premium"], "保险费", "the premium"),
        row(Connective, &["与"], &["together_with"], "合并计算的其他支付方", "other payers that count toward a cap"),
        row(Connective, &["合计"], &["combined"], "与…合计", "closes 与 …"),
        row(Connective, &["本规则"], &["this_rule"], "本规则", "this rule (courtesy)"),
        // comparisons: the lexer gives their signs
        row(Comparison, &["低于", "小于", "不足"], &["below"], "＜", "<"),
        row(Comparison, &["不超过", "不高于"], &["at_most"], "≤", "≤"),
        row(Comparison, &["等于"], &["equals"], "＝", "="),
        row(Comparison, &["不等于"], &["not_equals"], "≠", "≠"),
        row(Comparison, &["不低于", "达到"], &["at_least"], "≥：达到即算", "≥: reaching it counts"),
        row(Comparison, &["超过", "大于", "高于"], &["above"], "＞：超过才算", ">: only what passes it counts"),
    ]
};

/// Names of columns and outcomes that only worked examples and tables use.
pub(super) const COLUMNS: &[Entry] = {
    use Class::*;
    &[
        row(Column, &["应付"], &["due"], "规则应付", "what the rule pays"),
        row(Column, &["个人负担"], &["burden"], "个人负担", "what stays with the family"),
        row(Column, &["议定金额"], &["resolved_amount"], "会议议定的金额", "what the meeting set"),
        row(Column, &["结果"], &["outcome"], "结果", "outcome"),
        row(Column, &["颜色"], &["colour"], "预警颜色", "alert colour"),
        row(Column, &["生效日"], &["valid_from"], "认定生效日", "first day of the certification"),
        row(Column, &["失效日"], &["valid_to"], "认定失效日", "last day of the certification"),
        row(Outcome, &["不符合"], &["not_eligible"], "不符合条件", "not eligible"),
        row(Outcome, &["待议"], &["to_be_resolved"], "待会议议定", "waits for a meeting"),
        row(Outcome, &["可享受"], &["entitled"], "可享受", "entitled"),
        row(Outcome, &["资料不足"], &["facts_missing"], "资料不足", "facts are missing"),
        row(Outcome, &["未达线"], &["line_not_reached"], "未达线", "the line is not reached"),
        row(Column, &["基数从（含）", "基数从(含)"], &["from_inclusive"], "分段下限", "lower line of a bracket"),
        row(Column, &["至（不含）", "至(不含)"], &["to_exclusive"], "分段上限", "upper line of a bracket"),
        row(Column, &["达到"], &["reached_at"], "达到即触发的线", "a line that counts when reached"),
        row(Column, &["超过"], &["passed_at"], "超过才触发的线", "a line that counts when passed"),
    ]
};
