//! Words of lists: places, filters that are kept, work on many cases at once, exports.

super::words! {
    in LISTED;
    PLACE_UNNAMED_HINT: "还没有导入区划名称，请填统计用区划代码：县6位，镇街9位，村社12位。", "No names of places are known yet; give the statistical code: 6 digits for a county, 9 for a township, 12 for a village.";
    VILLAGES_OF: "{town} 的村社", "Villages of {town}";
    REGIONS: "区划名称", "Places";
    REGIONS_NOTE: "案件、名单和表单按名称显示镇街和村社", "Cases, lists and forms show towns and villages by name";
    REGIONS_EMPTY: "还没有区划名称", "No places are named yet";
    REGIONS_EMPTY_FILL: "把区划表粘贴到下面，或从导入中心导入。没有名称的地方，页面上显示代码。", "Paste the table below, or import it in the import centre. What has no name is shown by its code.";
    REGIONS_TOWN: "镇街", "Town";
    REGIONS_VILLAGES: "村社", "Villages";
    REGIONS_ADD: "保存区划名称", "Save names";
    REGIONS_TABLE: "区划表", "Table of places";
    REGIONS_TABLE_HINT: "第一行是表头：county,town_code,town,village_code,village（县代码、镇街代码、镇街、村社代码、村社），或 code,name（代码、名称）。从 Excel 复制的制表符分隔也可以。", "The first line is the heading: county,town_code,town,village_code,village, or code,name. Cells separated by tabs, as Excel copies them, do too.";
    REGIONS_SAVED: "已保存，新增或更名{n}个。", "Saved; {n} are new or renamed.";
    REGIONS_LINE_WRONG: "第{line}行：区划代码应为2、4、6、9或12位数字。", "Line {line}: a region code has 2, 4, 6, 9 or 12 digits.";
    REGIONS_NAME_WRONG: "第{line}行：缺少名称。", "Line {line}: the name is missing.";
    REGIONS_HEAD_WRONG: "认不出表头。第一行应写 county,town_code,town,village_code,village 或 code,name。", "The heading is not known. The first line is county,town_code,town,village_code,village or code,name.";
}
